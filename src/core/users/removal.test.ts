import { beforeEach, describe, expect, test } from 'vitest'
import { handClock, holdJobs, startNode, type TestNode, unevenly } from '../../../tests/support/core.ts'
import { openMemory } from '../../storage/memory.ts'
import { conversations, members, memberships, names, users } from '../tables.ts'

const text = (from: string) => ({ from, parts: [{ type: 'text' as const, text: 't' }] })
let clock = handClock()
let node: TestNode
let runJobs: () => Promise<void>

beforeEach(async () => {
  clock = handClock()
  const jobs = holdJobs(openMemory({ clock: clock.now }))
  node = startNode({ store: jobs.store, clock: clock.now })
  runJobs = async () => {
    jobs.run()
    await node.core.jobs.idle()
  }
  await node.users('gone', 'anna', 'ben')
})

const app = () => node.call.app.id
const remove = (...ids: string[]) => node.core.users.remove(node.call, ids)

/** Everything that still says something of the user, as others see it. */
async function traces(group: number, direct: number) {
  const { core } = node
  const conversation = await core.directs.getMany(app(), [direct])
  const standing = await core.directs.getMany(app(), [group])
  return {
    found: await core.users.find(app(), 'gone'),
    joined: await core.members.joined(app(), 'gone'),
    conversations: (await core.directs.list(app(), 'gone', { limit: 100 })).conversations,
    member: await core.members.find(group, 'gone'),
    among: (await core.members.findMany(group, ['gone']))[0],
    listed: (await core.members.list(group, { limit: 100 })).filter(member => member.user === 'gone'),
    ofRole: (await core.members.list(group, { roles: ['owner', 'member'], limit: 100 })).filter(m => m.user === 'gone'),
    pair: await core.directs.find(app(), 'gone', 'anna'),
    direct: conversation[0],
    peersList: (await core.directs.list(app(), 'anna', { limit: 100 })).conversations.map(each => each.id),
    unread: standing[0] && (await core.unread.of(standing[0], 'gone')),
  }
}

async function worldOfGone() {
  const group = await node.group('anna', ['gone', 'ben'])
  const sent = await node.core.send.toUser(node.call, 'anna', text('gone'))
  await node.core.send.toGroup(node.call, group.id, text('anna'))
  return { group: group.id, direct: sent.conv }
}

const nothing = (group: number) => ({
  found: undefined,
  joined: [],
  conversations: [],
  member: undefined,
  among: undefined,
  listed: [],
  ofRole: [],
  pair: undefined,
  direct: undefined,
  peersList: [group],
  unread: 0,
})

describe('[US8] from the moment of deletion every read behaves as if all were done', () => {
  test('before the job', async () => {
    const { group, direct } = await worldOfGone()
    expect(await remove('gone')).toEqual([undefined])
    expect(await traces(group, direct)).toEqual(nothing(group))
    await expect(node.core.send.toUser(node.call, 'gone', text('anna'))).rejects.toMatchObject({
      reason: 'user.missing',
    })
    await expect(node.core.send.toGroup(node.call, group, text('gone'))).rejects.toMatchObject({
      reason: 'user.missing',
    })
    const unchecked = { ...text('gone'), checks: { users: false } }
    await expect(node.core.send.toGroup(node.call, group, unchecked)).rejects.toMatchObject({
      reason: 'member.missing',
    })
    const added = await node.core.members.addMany(node.call, group, [{ user: 'gone' }])
    expect(added).toEqual(['missing'])
  })

  test('after the job, which leaves no rows behind and a true count', async () => {
    const { group, direct } = await worldOfGone()
    await remove('gone')
    await runJobs()
    expect(await traces(group, direct)).toEqual(nothing(group))
    expect(await node.core.members.count(group)).toBe(2)
    expect(await node.store.get(users, [app(), 'gone'])).toBeUndefined()
    expect(await node.store.get(names, [app(), 'folded', 'gone'])).toBeUndefined()
    expect(await node.store.scan(names, { prefix: [app(), 'pair'], limit: 10 })).toEqual([])
    expect(await node.store.scan(memberships, { prefix: [app(), 'gone'], limit: 10 })).toEqual([])
    expect(await node.store.scan(members, { prefix: [direct], limit: 10 })).toEqual([])
    expect(await node.store.get(conversations, [direct])).toBeUndefined()
    const left = node.told.filter(({ event }) => event.type === 'members.left')
    expect(left.map(({ event }) => event)).toMatchObject([{ users: ['gone'], how: 'removed' }])
  })
})

describe('[US9] somebody made again under the id has nothing of the one who was deleted', () => {
  test('before the job and after it', async () => {
    const { group, direct } = await worldOfGone()
    await remove('gone')
    await node.users('gone')
    const expected = { ...nothing(group), found: expect.objectContaining({ id: 'gone', profile: {} }) }
    expect(await traces(group, direct)).toEqual(expected)
    await expect(node.core.send.toGroup(node.call, group, text('gone'))).rejects.toMatchObject({
      reason: 'member.missing',
    })
    const mark = node.core.unread.mark(node.call, await node.core.groups.get(app(), group), 'gone')
    await expect(mark).rejects.toMatchObject({ reason: 'member.missing' })
    await runJobs()
    expect(await traces(group, direct)).toEqual(expected)
    expect(await node.core.members.count(group)).toBe(2)
  })

  test('what they get before the job comes stays theirs, and is counted once', async () => {
    const { group, direct } = await worldOfGone()
    const other = await node.group('gone', ['anna'])
    await remove('gone')
    await node.users('gone')
    expect(await node.core.members.addMany(node.call, group, [{ user: 'gone' }])).toEqual(['added'])
    const again = await node.core.send.toUser(node.call, 'anna', text('gone'))
    expect(again.conv).not.toBe(direct)
    expect(again.seq).toBe(1)
    for (const check of ['before', 'after']) {
      expect(await node.core.members.count(group), check).toBe(3)
      expect((await node.core.members.find(group, 'gone'))?.user, check).toBe('gone')
      expect(
        (await node.core.members.joined(app(), 'gone')).map(row => row.conv),
        check,
      ).toEqual([group])
      expect(await node.core.directs.find(app(), 'anna', 'gone'), check).toBe(again.conv)
      expect((await node.core.directs.get(app(), again.conv)).id, check).toBe(again.conv)
      expect(await node.core.members.find(other.id, 'gone'), check).toBeUndefined()
      await runJobs()
    }
    expect((await node.core.groups.get(app(), other.id)).owner).toBe('')
    expect(await node.core.members.count(other.id)).toBe(1)
  })

  test('who owned a group and joins it again before the job comes is an ordinary member', async () => {
    const group = await node.group('gone', ['anna'])
    await remove('gone')
    await node.users('gone')
    await node.core.members.addMany(node.call, group.id, [{ user: 'gone' }])
    const joined = node.told.filter(({ event }) => event.type === 'members.joined').at(-1)?.event
    expect(joined).toMatchObject({ members: [{ user: 'gone', rank: 2 }], change: { what: 'member', users: ['gone'] } })
    await runJobs()
    expect((await node.core.groups.get(app(), group.id)).owner).toBe('')
    expect(await node.core.members.find(group.id, 'gone')).toMatchObject({ rank: 2 })
    expect(await node.core.members.count(group.id)).toBe(2)
  })

  test('though the clock was set back in between', async () => {
    clock.move(60_000)
    const { group, direct } = await worldOfGone()
    clock.move(-50_000)
    await remove('gone')
    clock.move(-5_000)
    await node.users('gone')
    const expected = { ...nothing(group), found: expect.objectContaining({ id: 'gone' }) }
    expect(await traces(group, direct)).toEqual(expected)
    expect(await node.core.members.addMany(node.call, group, [{ user: 'gone' }])).toEqual(['added'])
    const again = await node.core.send.toUser(node.call, 'gone', text('anna'))
    await runJobs()
    expect((await node.core.members.find(group, 'gone'))?.user).toBe('gone')
    expect(await node.core.directs.find(app(), 'anna', 'gone')).toBe(again.conv)
    expect(await node.core.members.count(group)).toBe(3)
  })

  test('though they were named twice and everything they have is of a later time than the clock shows', async () => {
    clock.move(60_000)
    const { group, direct } = await worldOfGone()
    clock.move(-60_000)
    expect((await remove('gone', 'anna', 'gone')).map(fault => fault?.reason)).toEqual([
      undefined,
      undefined,
      'user.missing',
    ])
    await node.users('gone', 'anna')
    for (const user of ['gone', 'anna']) {
      expect(await node.core.members.joined(app(), user)).toEqual([])
      expect((await node.core.directs.list(app(), user, { limit: 9 })).conversations).toEqual([])
    }
    expect((await node.core.directs.getMany(app(), [direct]))[0]).toBeUndefined()
    await runJobs()
    expect(await node.core.members.count(group)).toBe(1)
  })

  test('deleted, made and deleted again, in any mixture with the job', async () => {
    const { group } = await worldOfGone()
    for (let round = 0; round < 3; round++) {
      await remove('gone')
      await node.users('gone')
      await node.core.members.addMany(node.call, group, [{ user: 'gone' }])
      if (round === 1) await runJobs()
    }
    await remove('gone')
    expect(await node.core.members.find(group, 'gone')).toBeUndefined()
    await runJobs()
    expect(await node.core.members.count(group)).toBe(2)
    expect(await node.store.get(users, [app(), 'gone'])).toBeUndefined()
  })
})

describe('deleting', () => {
  test('[US8] each id has its result, repeats and unknown ones are user.missing', async () => {
    const results = await remove('gone', 'nobody', 'gone')
    expect(results.map(fault => fault?.reason)).toEqual([undefined, 'user.missing', 'user.missing'])
    expect(node.told.filter(({ event }) => event.type === 'user.kicked').map(({ event }) => event)).toEqual([
      { type: 'user.kicked', user: 'gone', why: 'removed', text: undefined },
    ])
  })

  test('[US8] of concurrent deletions of one user exactly one succeeds', async () => {
    const results = await Promise.all(Array.from({ length: 30 }, () => remove('gone')))
    expect(results.flat().filter(fault => fault === undefined)).toHaveLength(1)
  })

  test('[US8] coming into a conversation while being deleted leaves somebody or nobody, never a shadow', async () => {
    const store = openMemory()
    node = startNode({ store: unevenly(store) })
    await node.users('anna')
    const group = await node.group('anna')
    for (let round = 0; round < 60; round++) {
      await node.users('gone')
      const [added, made] = await Promise.allSettled([
        node.core.members.addMany(node.call, group.id, [{ user: 'gone' }]),
        node.group('anna', ['gone'], { alias: `of round ${round}` }),
        remove('gone'),
        node.core.send.toUser(node.call, 'gone', text('anna')),
      ])
      if (added.status === 'fulfilled') expect(['added', 'missing']).toContain(added.value[0])
      if (made.status === 'rejected') expect(made.reason.reason).toBe('user.missing')
      await node.core.jobs.idle()
      expect(node.logged).toEqual([])
      expect(await node.core.members.count(group.id)).toBe(1)
      expect(await store.scan(members, { prefix: [], limit: 1000 }).then(rows => rows.filter(isGone))).toEqual([])
      expect(await store.scan(memberships, { prefix: [app(), 'gone'], limit: 10 })).toEqual([])
    }
  })

  test('[US8] the owner of a group and of a live room is gone from both; the groups stay', async () => {
    const group = await node.group('gone', ['anna'])
    const room = await node.group('gone', undefined, { kind: 'live', members: undefined })
    await remove('gone')
    await runJobs()
    expect((await node.core.groups.get(app(), group.id)).owner).toBe('')
    expect((await node.core.groups.get(app(), room.id)).owner).toBe('')
    expect(await node.store.scan(members, { prefix: [room.id], limit: 10 })).toEqual([])
  })

  test('[US8] a dismissed group among the memberships does not hold up the rest', async () => {
    const [one, two] = [await node.group('anna', ['gone']), await node.group('anna', ['gone'])]
    await node.core.groups.dismiss(node.call, one.id)
    await remove('gone')
    await runJobs()
    expect(await node.core.members.count(two.id)).toBe(1)
    expect(await node.store.scan(memberships, { prefix: [app(), 'gone'], limit: 10 })).toEqual([])
    expect(node.logged).toEqual([])
  })
})

function isGone({ value }: { value: { user: string } }): boolean {
  return value.user === 'gone'
}
