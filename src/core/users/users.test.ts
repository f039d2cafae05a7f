import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { handClock, holdJobs, startNode, type TestNode } from '../../../tests/support/core.ts'
import { openMemory } from '../../storage/memory.ts'
import { Fault } from '../errors.ts'
import type { User } from '../model.ts'
import { names } from '../tables.ts'

const clock = handClock()
let node: TestNode

beforeEach(() => {
  node = startNode({ clock: clock.now })
})
afterEach(() => node.stop())

const app = () => node.call.app.id
const save = (ids: string[], existing: 'update' | 'refuse' = 'update') =>
  node.core.users.save(
    node.call,
    ids.map(id => ({ id })),
    { existing },
  )

describe('making and writing', () => {
  test('[US1] of many concurrent makings of one id exactly one makes it, and none fails', async () => {
    const saved = await Promise.all(Array.from({ length: 60 }, () => save(['u'])))
    expect(saved.filter(([one]) => one && 'made' in one && one.made)).toHaveLength(1)
    expect(saved.flat().every(one => 'user' in one && one.user.id === 'u')).toBe(true)
  })

  test('[US1] with refuse the others get user.exists', async () => {
    const saved = (await Promise.all(Array.from({ length: 20 }, () => save(['u'], 'refuse')))).flat()
    expect(saved.filter(one => 'made' in one)).toHaveLength(1)
    expect(saved.filter(one => 'refused' in one && one.refused.reason === 'user.exists')).toHaveLength(19)
  })

  test('[US1] two nodes that make one id make one user', async () => {
    const other = startNode({ store: node.store, clock: clock.now })
    const saved = await Promise.all(
      Array.from({ length: 40 }, (_, i) =>
        (i % 2 ? node : other).core.users.save(node.call, [{ id: 'u' }], { existing: 'update' }),
      ),
    )
    expect(saved.flat().filter(one => 'made' in one && one.made)).toHaveLength(1)
    await other.stop()
  })

  test('[US2] a repeat inside one call counts as existing, and its fields are written over the first’s', async () => {
    const drafts = [
      { id: 'u', profile: { nick: 'one', email: 'a@b' } },
      { id: 'v' },
      { id: 'u', profile: { nick: 'two' } },
    ]
    const saved = await node.core.users.save(node.call, drafts, { existing: 'update' })
    expect(saved.map(one => 'made' in one && one.made)).toEqual([true, true, false])
    expect((await node.core.users.get(app(), 'u')).profile).toEqual({ nick: 'two', email: 'a@b' })
    const refused = await node.core.users.save(node.call, [{ id: 'w' }, { id: 'w' }], { existing: 'refuse' })
    expect(refused.map(one => 'refused' in one && one.refused.reason)).toEqual([false, 'user.exists'])
  })

  test('[US2] the largest batch fits, with every user new and profiles of vendors’ full size', async () => {
    const text = 'x'.repeat(10_000)
    const drafts = Array.from({ length: 300 }, (_, i) => ({ id: `user ${i}`, profile: { text } }))
    const saved = await node.core.users.save(node.call, drafts, { existing: 'refuse' })
    expect(saved.filter(one => 'made' in one && one.made)).toHaveLength(300)
    const tooMany = node.core.users.save(node.call, [...drafts, { id: 'more' }], { existing: 'update' })
    await expect(tooMany).rejects.toMatchObject({ reason: 'request.batch' })
    expect(await node.core.users.find(app(), 'more')).toBeUndefined()
  })

  test('[US3] fields left out stay, an empty text clears, named texts are written one by one', async () => {
    const write = (profile: User['profile']) => node.core.users.update(node.call, 'u', { profile })
    await save(['u'])
    await write({ nick: 'n', avatar: 'a', custom: { Tag_a: '1', Tag_b: '2' } })
    await write({ avatar: '', email: undefined, custom: { Tag_b: '', Tag_c: '3' } })
    const { profile, created, updated } = await node.core.users.get(app(), 'u')
    expect(profile).toEqual({ nick: 'n', custom: { Tag_a: '1', Tag_c: '3' } })
    expect(updated).toBe(created)
    clock.move(5)
    expect((await write({ nick: 'm' })).updated).toBe(created + 5)
  })

  test('[US3] many concurrent writes of one user all succeed and none is lost', async () => {
    await save(['u'])
    await Promise.all(
      Array.from({ length: 60 }, (_, i) =>
        node.core.users.update(node.call, 'u', { profile: { custom: { [`Tag_${i}`]: 'x' } } }),
      ),
    )
    expect(Object.keys((await node.core.users.get(app(), 'u')).profile.custom ?? {})).toHaveLength(60)
  })

  test('[US3] writing somebody unknown is user.missing and makes nobody', async () => {
    const writing = node.core.users.update(node.call, 'nobody', { profile: { nick: 'n' } })
    await expect(writing).rejects.toMatchObject({ reason: 'user.missing' })
    expect(await node.core.users.find(app(), 'nobody')).toBeUndefined()
  })

  test('[US4] the app is asked before a profile is written, and may change or refuse it', async () => {
    const asking = startNode({
      ask: async (_, __, draft) => {
        const { profile } = draft as unknown as { profile: { nick: string } }
        if (profile.nick === 'bad') throw new Fault('hook.refused')
        return { ...draft, profile: { nick: profile.nick.toUpperCase() } }
      },
    })
    await asking.users('u')
    await asking.core.users.update(asking.call, 'u', { profile: { nick: 'good' } })
    const refused = asking.core.users.update(asking.call, 'u', { profile: { nick: 'bad' } })
    await expect(refused).rejects.toMatchObject({ reason: 'hook.refused' })
    expect((await asking.core.users.get(asking.call.app.id, 'u')).profile.nick).toBe('GOOD')
    await asking.stop()
  })
})

describe('folded ids', () => {
  const folded = async (id: string) => (await node.core.users.findFolded(app(), id))?.id

  test('[US5] the first made of all that fold to an id owns it; the exact lower-case id comes before', async () => {
    await save(['Alice'])
    await save(['ALICE', 'bob', 'Bob'])
    expect(await folded('alice')).toBe('Alice')
    expect(await folded('ALICE')).toBe('Alice')
    expect(await folded('BOB')).toBe('bob')
    await save(['alice'])
    expect(await folded('Alice')).toBe('alice')
    const many = await node.core.users.findManyFolded(app(), ['ALICE', 'nobody', 'BOB'])
    expect(many.map(user => user?.id)).toEqual(['alice', undefined, 'bob'])
  })

  test('[US5] among concurrent makings, also inside one call, exactly one owns the folded id', async () => {
    const spellings = ['carol', 'Carol', 'CAROL', 'cArol', 'caRol'].slice(1)
    await Promise.all(spellings.map(id => save([id])))
    const owner = await folded('carol')
    expect(spellings).toContain(owner)
    await save(['Dave', 'DAVE'])
    expect(await folded('dave')).toBe('Dave')
  })

  test('[US5] the folded id is free as soon as its owner is deleted, also before the job was there', async () => {
    const jobs = holdJobs(openMemory({ clock: clock.now }))
    node = startNode({ store: jobs.store, clock: clock.now })
    await save(['Erin'])
    await node.core.users.remove(node.call, ['Erin'])
    expect(await folded('erin')).toBeUndefined()
    await save(['ERIN'])
    expect(await folded('erin')).toBe('ERIN')
    jobs.run()
    await node.core.jobs.idle()
    expect(await folded('erin')).toBe('ERIN')
    expect((await node.store.get(names, [app(), 'folded', 'erin']))?.value.user).toBe('ERIN')
  })
})

describe('banning and signing out', () => {
  test('[US6] a banned user is kept and marked, and their devices hear of it only when they are to go', async () => {
    await save(['u'])
    await node.core.users.ban(node.call, 'u', true, { now: false })
    expect((await node.core.users.get(app(), 'u')).banned).toBe(true)
    expect(node.told.filter(({ event }) => event.type === 'user.kicked')).toEqual([])
    await node.core.users.ban(node.call, 'u', true, { now: true, text: 'bye' })
    expect(node.told.at(-1)?.event).toEqual({ type: 'user.kicked', user: 'u', why: 'banned', text: 'bye' })
    await node.core.users.ban(node.call, 'u', false, { now: true })
    expect((await node.core.users.get(app(), 'u')).banned).toBeUndefined()
    await expect(node.core.users.ban(node.call, 'x', true, { now: true })).rejects.toMatchObject({
      reason: 'user.missing',
    })
  })

  test('[US6] a banned user sends nothing, unless the caller does not ask for that', async () => {
    await save(['u', 'v'])
    const group = await node.group('v', ['u'])
    await node.core.users.ban(node.call, 'u', true, { now: false })
    const draft = { from: 'u', parts: [{ type: 'text' as const, text: 't' }] }
    await expect(node.core.send.toUser(node.call, 'v', draft)).rejects.toMatchObject({ reason: 'user.banned' })
    await expect(node.core.send.toGroup(node.call, group.id, draft)).rejects.toMatchObject({ reason: 'user.banned' })
    const unasked = { ...draft, checks: { mute: false } }
    expect((await node.core.send.toUser(node.call, 'v', unasked)).seq).toBe(1)
    expect((await node.core.send.toGroup(node.call, group.id, unasked)).seq).toBe(1)
  })

  test('[US7] signing out everywhere voids what was signed up to this very second, and tells the devices', async () => {
    await save(['u'])
    await node.core.users.signOut(node.call, 'u')
    const { validFrom } = await node.core.users.get(app(), 'u')
    expect(validFrom).toBe(Math.floor(clock.now() / 1000) + 1)
    expect(node.told.at(-1)?.event).toEqual({ type: 'user.kicked', user: 'u', why: 'kicked' })
    await node.core.users.update(node.call, 'u', { profile: { nick: 'n' } })
    expect((await node.core.users.get(app(), 'u')).validFrom).toBe(validFrom)
  })
})
