import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { engines, handClock, holdJobs, startNode, type TestNode } from '../../../tests/support/core.ts'
import { openMemory } from '../../storage/memory.ts'
import { conversations, groupCount, memberCount, members, memberships } from '../tables.ts'
import type { GroupDraft } from './create.ts'

const text = (from: string) => ({ from, parts: [{ type: 'text' as const, text: 't' }] })
let clock = handClock()
let node: TestNode

beforeEach(async () => {
  clock = handClock()
  node = startNode({ clock: clock.now })
  await node.users('anna', 'ben', 'cleo')
})
afterEach(() => node.stop())

const app = () => node.call.app.id
const create = (draft: Partial<GroupDraft>, on = node) =>
  on.core.groups.create(on.call, { kind: 'group', name: 'g', ...draft })

describe('making groups', () => {
  for (const { name, open } of engines)
    test(`[GR1] of many concurrent makings with one alias exactly one succeeds, over two nodes on ${name}`, async () => {
      const { store, end } = await open()
      const [one, two] = [startNode({ store }), startNode({ store })]
      const made = await Promise.allSettled(
        Array.from({ length: 40 }, (_, i) => create({ alias: 'mine', name: `${i}` }, i % 2 ? one : two)),
      )
      const kept = made.filter(result => result.status === 'fulfilled')
      expect(kept).toHaveLength(1)
      const refused = made.flatMap(result => (result.status === 'rejected' ? [result.reason.reason] : []))
      expect(new Set(refused)).toEqual(new Set(['group.taken']))
      expect((await one.core.groups.byAlias(app(), 'mine')).name).toBe(kept[0]?.value.group.name)
      expect((await one.core.groups.list(app(), { after: 0, limit: 10 })).total).toBe(1)
      await one.stop()
      await two.stop()
      await end()
    })

  test('[GR1] the refusal says whether the same owner has it', async () => {
    await create({ alias: 'mine', owner: 'anna' })
    await expect(create({ alias: 'mine', owner: 'anna' })).rejects.toMatchObject({ reason: 'group.taken.own' })
    await expect(create({ alias: 'mine', owner: 'ben' })).rejects.toMatchObject({ reason: 'group.taken' })
    await expect(create({ alias: 'mine' })).rejects.toMatchObject({ reason: 'group.taken' })
    expect((await create({ alias: 'MINE', owner: 'ben' })).group.alias).toBe('MINE')
  })

  test('[GR1] without an alias one in Tencent’s form is made, which tells communities apart', async () => {
    const plain = await create({})
    const community = await create({ kind: 'community', policy: { maxMembers: 500 } })
    const superteam = await create({ kind: 'superteam' })
    expect(plain.group.alias).toMatch(/^@TGS#[0-9A-Z]+$/)
    expect(community.group.alias).toMatch(/^@TGS#_@TGS#[0-9A-Z]+$/)
    expect(superteam.group.alias).toMatch(/^@TGS#_@TGS#[0-9A-Z]+$/)
    expect((await node.core.groups.byAlias(app(), plain.group.alias)).id).toBe(plain.group.id)
  })

  test('[GR2] a repeat with the same key answers with the first group, also 50 at once over two nodes', async () => {
    const other = startNode({ store: node.store })
    const made = await Promise.all(
      Array.from({ length: 50 }, (_, i) => create({ idempotent: 'once', owner: 'anna' }, i % 2 ? node : other)),
    )
    expect(new Set(made.map(({ group }) => group.id)).size).toBe(1)
    expect(made.filter(({ exists }) => !exists)).toHaveLength(1)
    const told = [...node.told, ...other.told].filter(({ event }) => event.type === 'group.created')
    expect(told).toHaveLength(1)
    expect((await create({ idempotent: 'once', inbox: 1 })).exists).toBe(false)
    await other.stop()
  })

  test('[GR2] the key is free again once its group is dismissed', async () => {
    const { group } = await create({ idempotent: 'once' })
    await node.core.groups.dismiss(node.call, group.id)
    const again = await create({ idempotent: 'once' })
    expect(again.exists).toBe(false)
    expect(again.group.id).not.toBe(group.id)
  })

  test('[GR3] the owner is the first member, whatever the kind and whether or not they are named', async () => {
    for (const kind of ['group', 'live', 'chatroom'] as const)
      for (const named of [undefined, []]) {
        const { group } = await create({ kind, owner: 'anna', members: named })
        expect(await node.core.members.list(group.id, { limit: 9 }), kind).toMatchObject([{ user: 'anna', rank: 0 }])
        expect(await node.core.members.count(group.id), kind).toBe(1)
      }
    const members = [{ user: 'ben' }, { user: 'anna' }, { user: 'ben', role: 'manager' as const }]
    const { group } = await create({ owner: 'anna', members })
    const list = await node.core.members.list(group.id, { limit: 9 })
    expect(list.map(({ user, rank }) => [user, rank])).toEqual([['anna', 0], ['ben', 2]]) // biome-ignore format: pairs
    const told = node.told.filter(({ event }) => event.type === 'membership').slice(-2)
    expect(told.map(({ subject }) => subject)).toEqual([`u.${app()}.anna`, `u.${app()}.ben`])
  })

  test('[GR3] what cannot be made changes nothing', async () => {
    const many = Array.from({ length: 300 }, (_, i) => ({ user: `u${i}` }))
    const refused: [Partial<GroupDraft>, string][] = [
      [{ owner: 'anna', members: [{ user: 'nobody' }] }, 'user.missing'],
      [{ owner: 'nobody' }, 'user.missing'],
      [{ owner: 'anna', members: [{ user: 'ben' }], policy: { maxMembers: 1 } }, 'group.full'],
      [{ kind: 'live', members: [{ user: 'ben' }] }, 'group.kind'],
      [{ owner: 'anna', members: many }, 'request.batch'],
    ]
    for (const [draft, reason] of refused) await expect(create(draft), reason).rejects.toMatchObject({ reason })
    expect(await node.core.groups.list(app(), { after: 0, limit: 10 })).toEqual({ ids: [], next: 0, total: 0 })
    expect((await create({ owner: 'x', members: many.slice(1), strangers: true })).group.owner).toBe('x')
  })

  test('[GR4] a group keeps the kind’s policy with what its maker wanted otherwise, and only that decides', async () => {
    const { group } = await create({ kind: 'work', owner: 'anna', policy: { maxMembers: 2, ownerMayLeave: false } })
    expect(group.policy).toMatchObject({ join: 'closed', invite: 'everyone', maxMembers: 2, ownerMayLeave: false })
    const add = (user: string) => node.core.members.addMany(node.call, group.id, [{ user }])
    await add('ben')
    await expect(add('cleo')).rejects.toMatchObject({ reason: 'group.full' })
    await expect(node.core.members.leave(node.call, group.id, 'anna')).rejects.toMatchObject({
      reason: 'group.owner.leave',
    })
    await node.core.groups.update(node.call, group.id, {}, { maxMembers: 3, ownerMayLeave: true, counted: undefined })
    await add('cleo')
    await node.core.members.leave(node.call, group.id, 'anna')
    const after = await node.core.groups.get(app(), group.id)
    expect(after).toMatchObject({ owner: '', kind: 'work', policy: { counted: true } })
  })
})

describe('changing groups', () => {
  test('[GR5] fields left out or undefined stay, an empty text clears, each change has its revision and number', async () => {
    const { group } = await create({ owner: 'anna', name: 'old', fields: { notice: 'n', avatar: 'a' } })
    const next = await node.core.groups.update(node.call, group.id, { name: undefined, notice: '', description: 'd' })
    expect(next).toMatchObject({ name: 'old', notice: '', avatar: 'a', description: 'd', revision: 2 })
    expect(await node.core.groups.get(app(), group.id)).toEqual(next)
    const { event } = node.told.at(-1) as (typeof node.told)[number]
    expect(event).toMatchObject({ type: 'group.changed', fields: ['notice', 'description'], change: { rev: 1 } })
  })

  test('[GR5] many concurrent changes over two nodes all succeed and none is lost', async () => {
    const { group } = await create({ owner: 'anna' })
    const other = startNode({ store: node.store })
    await Promise.all(
      Array.from({ length: 60 }, (_, i) =>
        (i % 2 ? node : other).core.groups.update(node.call, group.id, { custom: { [`k${i}`]: 'v' } }),
      ),
    )
    const after = await node.core.groups.get(app(), group.id)
    expect(Object.keys(after.custom ?? {})).toHaveLength(60)
    expect(after.revision).toBe(61)
    await other.stop()
  })

  test('[GR6] an end user changes what the policy lets their role change', async () => {
    const { group } = await create({ owner: 'anna', members: [{ user: 'ben', role: 'manager' }, { user: 'cleo' }] })
    const update = (user: string, fields: object, policy = {}) =>
      node.core.groups.update(node.by(user), group.id, fields, policy)
    expect((await update('ben', { name: 'by ben' })).name).toBe('by ben')
    await expect(update('cleo', { name: 'x' })).rejects.toMatchObject({ reason: 'group.role' })
    await expect(update('cleo', { clientText: 'x' })).rejects.toMatchObject({ reason: 'group.role' })
    await expect(update('nobody', { name: 'x' })).rejects.toMatchObject({ reason: 'member.missing' })
    await expect(update('ben', { owner: 'ben' })).rejects.toMatchObject({ reason: 'group.role' })
    await node.core.groups.update(node.call, group.id, {}, { edit: 'everyone', editText: 'everyone' })
    expect((await update('cleo', { clientText: 'x' })).clientText).toBe('x')
    await expect(update('cleo', {}, { join: 'open' })).rejects.toMatchObject({ reason: 'group.role' })
    expect((await update('anna', { owner: 'ben' })).owner).toBe('ben')
  })

  test('[GR7] the owner is a member of rank 0, before and after the group changed hands', async () => {
    const { group } = await create({ owner: 'anna', members: [{ user: 'ben' }] })
    await node.core.groups.update(node.call, group.id, { owner: 'ben' })
    const [anna, ben] = await node.core.members.findMany(group.id, ['anna', 'ben'])
    expect([anna?.rank, ben?.rank]).toEqual([2, 0])
    const outsider = node.core.groups.update(node.call, group.id, { owner: 'cleo' })
    await expect(outsider).rejects.toMatchObject({ reason: 'member.missing' })
    await node.core.members.removeMany(node.call, group.id, ['ben'])
    expect((await node.core.groups.get(app(), group.id)).owner).toBe('')
  })
})

describe('dismissing groups', () => {
  test('[GR8] from that moment nobody sees the group, before the job and after it', async () => {
    const jobs = holdJobs(openMemory({ clock: clock.now }))
    node = startNode({ store: jobs.store, clock: clock.now })
    await node.users('anna', 'ben')
    const { core } = node
    const group = await node.group('anna', ['ben'], { alias: 'mine' })
    await core.send.toGroup(node.call, group.id, text('anna'))
    await core.groups.dismiss(node.call, group.id)
    for (const moment of ['before', 'after']) {
      const gone = { reason: 'group.dismissed' }
      await expect(core.groups.get(app(), group.id), moment).rejects.toMatchObject(gone)
      await expect(core.groups.byAlias(app(), 'mine'), moment).rejects.toMatchObject({ reason: 'group.missing' })
      await expect(core.send.toGroup(node.call, group.id, text('anna')), moment).rejects.toMatchObject(gone)
      await expect(core.groups.update(node.call, group.id, { name: 'x' }), moment).rejects.toMatchObject(gone)
      await expect(core.groups.dismiss(node.call, group.id), moment).rejects.toMatchObject(gone)
      await expect(core.members.addMany(node.call, group.id, [{ user: 'ben' }]), moment).rejects.toMatchObject(gone)
      await expect(core.members.leave(node.call, group.id, 'ben'), moment).rejects.toMatchObject(gone)
      const missing = { reason: 'conversation.missing' }
      await expect(core.directs.get(app(), group.id), moment).rejects.toMatchObject(missing)
      expect(await core.members.joined(app(), 'ben'), moment).toEqual([])
      expect((await core.directs.list(app(), 'ben', { limit: 9 })).conversations, moment).toEqual([])
      expect(await core.groups.list(app(), { after: 0, limit: 9 }), moment).toEqual({ ids: [], next: 0, total: 0 })
      expect(await core.groups.getMany(app(), [group.id]), moment).toEqual([undefined])
      jobs.run()
      await core.jobs.idle()
    }
    expect(await node.store.scan(members, { prefix: [group.id], limit: 9 })).toEqual([])
    expect(await node.store.scan(memberships, { prefix: [app(), 'ben'], limit: 9 })).toEqual([])
    expect(await node.store.get(memberCount, [group.id])).toBeUndefined()
    expect((await node.store.get(conversations, [group.id]))?.value).toMatchObject({ dismissed: clock.now() })
  })

  test('[GR8] its alias is free at once', async () => {
    const { group } = await create({ alias: 'mine', owner: 'anna' })
    await node.core.groups.dismiss(node.call, group.id)
    const again = await create({ alias: 'mine', owner: 'ben' })
    expect((await node.core.groups.byAlias(app(), 'mine')).id).toBe(again.group.id)
  })

  test('[GR8] of concurrent dismissals one succeeds, and joins meanwhile leave nobody in', async () => {
    const { group } = await create({ kind: 'work', owner: 'anna' })
    await node.users(...Array.from({ length: 20 }, (_, i) => `u${i}`))
    const other = startNode({ store: node.store, clock: clock.now })
    const outcomes = await Promise.allSettled([
      ...Array.from({ length: 20 }, (_, i) => other.core.members.addMany(node.call, group.id, [{ user: `u${i}` }])),
      ...[node, other, node].map(each => each.core.groups.dismiss(node.call, group.id)),
    ])
    expect(outcomes.slice(20).filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    for (const outcome of outcomes)
      if (outcome.status === 'rejected') expect(outcome.reason.reason).toBe('group.dismissed')
    await other.core.jobs.idle()
    await node.core.jobs.idle()
    expect(await node.store.scan(members, { prefix: [group.id], limit: 99 })).toEqual([])
    expect((await node.store.get(groupCount, [app(), 'work']))?.value.n).toBe(0)
    await other.stop()
  })

  test('[GR8] only those may dismiss whom the policy lets', async () => {
    const { group } = await create({ owner: 'anna', members: [{ user: 'ben' }] })
    const { group: work } = await create({ kind: 'work', owner: 'anna' })
    const role = { reason: 'group.role' }
    await expect(node.core.groups.dismiss(node.by('ben'), group.id)).rejects.toMatchObject(role)
    await expect(node.core.groups.dismiss(node.by('anna'), work.id)).rejects.toMatchObject(role)
    await node.core.groups.dismiss(node.by('anna'), group.id)
    await node.core.groups.dismiss(node.call, work.id)
    expect((await node.core.groups.list(app(), { after: 0, limit: 9 })).ids).toEqual([])
  })
})

describe('listing groups', () => {
  test('[GR9] an app’s groups come oldest first, page by page, of all kinds or some, with the number of all', async () => {
    const made: { id: number; kind: string }[] = []
    const kinds = ['work', 'public', 'meeting'] as const
    for (let i = 0; i < 30; i++) {
      const { group } = await create({ kind: kinds[i % 3] })
      made.push({ id: group.id, kind: group.kind })
    }
    for (const wanted of [undefined, ['work'], ['work', 'meeting'], ['team']]) {
      const expected = made.filter(group => !wanted || wanted.includes(group.kind)).map(group => group.id)
      const seen: number[] = []
      for (let after = 0, first = true; first || after; first = false) {
        const page = await node.core.groups.list(app(), { kinds: wanted, after, limit: 7 })
        expect(page.total).toBe(expected.length)
        seen.push(...page.ids)
        after = page.next
      }
      expect(seen).toEqual(expected)
    }
  })

  test('[GR9] another app sees none of them', async () => {
    const { group } = await create({ alias: 'mine', owner: 'anna' })
    const foreign = app() + 1
    await expect(node.core.groups.get(foreign, group.id)).rejects.toMatchObject({ reason: 'group.missing' })
    await expect(node.core.groups.byAlias(foreign, 'mine')).rejects.toMatchObject({ reason: 'group.missing' })
    expect(await node.core.groups.getMany(foreign, [group.id])).toEqual([undefined])
    expect(await node.core.directs.getMany(foreign, [group.id])).toEqual([undefined])
    expect((await node.core.groups.list(foreign, { after: 0, limit: 9 })).total).toBe(0)
  })
})
