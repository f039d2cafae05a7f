import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { engines, startNode, type TestNode, unevenly } from '../../tests/support/core.ts'
import type { Key, Row, Store, Table } from '../storage/store.ts'
import { Fault } from './errors.ts'
import type { Group } from './model.ts'
import {
  changes,
  conversations,
  groupCount,
  groupList,
  memberCount,
  members,
  memberships,
  messages,
  names,
} from './tables.ts'

const people = ['anna', 'ben', 'cleo', 'dora', 'emil'] as const
const aliases = ['red', 'green', 'blue'] as const
const person = fc.constantFrom(...people)
const alias = fc.constantFrom(...aliases)
const of = <K extends string>(name: K) => fc.constant(name)

const operation = fc.oneof(
  fc.record({ do: of('create'), alias, owner: person, members: fc.subarray([...people]) }),
  { weight: 4, arbitrary: fc.record({ do: of('add'), alias, users: fc.subarray([...people], { minLength: 1 }) }) },
  { weight: 2, arbitrary: fc.record({ do: of('kick'), alias, users: fc.subarray([...people], { minLength: 1 }) }) },
  { weight: 2, arbitrary: fc.record({ do: of('leave'), alias, user: person }) },
  { weight: 2, arbitrary: fc.record({ do: of('own'), alias, user: person }) },
  fc.record({ do: of('rename'), alias, user: person }),
  fc.record({ do: of('size'), alias, max: fc.integer({ min: 1, max: 6 }) }),
  fc.record({ do: of('dismiss'), alias }),
  { weight: 3, arbitrary: fc.record({ do: of('send'), alias, user: person }) },
  fc.record({ do: of('delete'), user: person }),
  { weight: 2, arbitrary: fc.record({ do: of('make'), user: person }) },
)
type Operation = typeof operation extends fc.Arbitrary<infer T> ? T : never

async function perform({ core, call }: TestNode, step: Operation): Promise<unknown> {
  const app = call.app.id
  const group = async () => (await core.groups.byAlias(app, 'alias' in step ? step.alias : '')).id
  switch (step.do) {
    case 'create': {
      const drafts = step.members.map(user => ({ user }))
      const draft = { kind: 'group', name: 'g', alias: step.alias, owner: step.owner, members: drafts } as const
      return core.groups.create(call, { ...draft, policy: { tips: 'stored' } })
    }
    case 'add':
      return core.members.addMany(
        call,
        await group(),
        step.users.map(user => ({ user })),
      )
    case 'kick':
      return core.members.removeMany(call, await group(), step.users)
    case 'leave':
      return core.members.leave(call, await group(), step.user)
    case 'own':
      return core.groups.update(call, await group(), { owner: step.user })
    case 'rename':
      return core.groups.update(call, await group(), { name: step.user })
    case 'size':
      return core.groups.update(call, await group(), {}, { maxMembers: step.max })
    case 'dismiss':
      return core.groups.dismiss(call, await group())
    case 'send':
      return core.send.toGroup(call, await group(), { from: step.user, parts: [] })
    case 'delete':
      return core.users.remove(call, [step.user])
    case 'make':
      return core.users.save(call, [{ id: step.user }], { existing: 'update' })
  }
}

async function all<T>(store: Store, table: Table<T>, prefix: Key = []): Promise<T[]> {
  return (await store.scan(table, { prefix, limit: 1000 })).map((row: Row<T>) => row.value)
}

/** What holds when everything has come to rest. */
async function expectOrder(store: Store, app: number): Promise<void> {
  const groups = (await all(store, conversations)).filter((one): one is Group => one.type === 'group')
  const living = groups.filter(group => !group.dismissed)
  for (const group of groups) {
    const here = await all(store, members, [group.id])
    const theirs = (await all(store, memberships)).filter(membership => membership.conv === group.id)
    expect(theirs.map(row => row.user).sort()).toEqual(here.map(row => row.user).sort())
    expect((await store.get(memberCount, [group.id]))?.value.n ?? 0).toBe(here.length)
    if (group.dismissed) expect(here).toEqual([])
    else expect(here.filter(row => row.rank === 0).map(row => row.user)).toEqual(group.owner ? [group.owner] : [])
    for (const [log, number] of [
      [messages, 'seq'],
      [changes, 'rev'],
    ] as const) {
      const rows = (await all(store, log as Table<object>, [group.id])) as Record<string, number>[]
      expect(rows.map(row => row[number])).toEqual(rows.map((_, i) => i + 1))
      const times = rows.map(row => row.time as number)
      expect(times).toEqual([...times].sort((x, y) => x - y))
    }
  }
  const named = (await all(store, names, [app, 'group'])).map(({ name, id }) => [name, id])
  expect(named.sort()).toEqual(living.map(group => [group.alias, group.id]).sort())
  expect((await all(store, groupList, [app])).map(row => row.id)).toEqual(living.map(group => group.id))
  expect((await store.get(groupCount, [app, '']))?.value.n ?? 0).toBe(living.length)
}

const allowed = new Set([
  'group.taken',
  'group.taken.own',
  'group.missing',
  'group.dismissed',
  'group.full',
  'member.missing',
  'group.owner.leave',
  'user.missing',
])

describe('[GR18] two nodes that change the same groups at once keep everything in order', () => {
  for (const { name, open } of engines)
    test(`over ${name}`, async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(operation, { minLength: 40, maxLength: 120, size: 'max' }), async steps => {
          const { store: bare, end } = await open()
          const store = unevenly(bare)
          const nodes = [startNode({ store }), startNode({ store })]
          const [one, two] = nodes as [TestNode, TestNode]
          await one.users(...people)
          for (const alias of aliases)
            await perform(one, { do: 'create', alias, owner: 'anna', members: ['ben', 'cleo'] })
          for (let at = 0; at < steps.length; at += 20) {
            const outcomes = await Promise.allSettled(
              steps.slice(at, at + 20).map((step, i) => perform(nodes[i % 2] as TestNode, step)),
            )
            for (const outcome of outcomes)
              if (outcome.status === 'rejected') {
                expect(outcome.reason, String(outcome.reason?.stack)).toBeInstanceOf(Fault)
                expect(allowed, outcome.reason.reason).toContain(outcome.reason.reason)
              }
          }
          await one.core.jobs.idle()
          await two.core.jobs.idle()
          await one.core.jobs.idle()
          await expectOrder(bare, one.call.app.id)
          expect([...one.logged, ...two.logged]).toEqual([])
          await one.stop()
          await two.stop()
          await end()
        }),
        { numRuns: name === 'memory' ? 40 : 3 },
      )
    }, 120_000)
})
