import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { handClock, startNode, type TestNode, unevenly } from '../../../tests/support/core.ts'
import { forever } from './model.ts'
import { restrictions } from './tables.ts'

let clock = handClock()
let node: TestNode
beforeEach(async () => {
  clock = handClock()
  node = startNode({ clock: clock.now })
  await node.users('anna', 'ben', 'cleo', 'dora')
})
afterEach(() => node.stop())

function refusal(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => 'not refused',
    error => error.reason,
  )
}

const says = (id: number, from: string) =>
  refusal(node.core.send.toGroup(node.by(from), id, { from, parts: [{ type: 'text', text: 't' }] }))
const muted = async (id: number) =>
  (await node.core.members.muted(id, { limit: 100 })).map(each => [each.user, each.until])
const mute = (by: string, id: number, users: string[], ms: number, more = {}) =>
  node.core.members.mute(node.by(by), id, users, clock.now() + ms, more)

describe('[GE10] a mute', () => {
  test('holds until its time, and is lifted at once', async () => {
    const group = await node.group('anna', ['ben', 'cleo'])
    expect(await mute('anna', group.id, ['ben', 'dora'], 1000)).toEqual({ changed: ['ben'], missing: ['dora'] })
    expect([await says(group.id, 'ben'), await says(group.id, 'cleo')]).toEqual(['user.muted', 'not refused'])
    const passing = { from: 'ben', parts: [{ type: 'text' as const, text: 't' }], delivery: 'passing' as const }
    expect(await refusal(node.core.send.toGroup(node.by('ben'), group.id, passing))).toBe('user.muted')
    expect(await muted(group.id)).toEqual([['ben', clock.now() + 1000]])
    clock.move(999)
    expect(await says(group.id, 'ben')).toBe('user.muted')
    clock.move(1)
    expect(await says(group.id, 'ben')).toBe('not refused')
    expect(await muted(group.id)).toEqual([])
    await node.core.members.mute(node.by('anna'), group.id, ['ben'], Number.POSITIVE_INFINITY)
    clock.move(1e12)
    expect(await says(group.id, 'ben')).toBe('user.muted')
    expect(await muted(group.id)).toEqual([['ben', forever]])
    await node.core.members.mute(node.by('anna'), group.id, ['ben'], 0)
    expect(await says(group.id, 'ben')).toBe('not refused')
    expect(await muted(group.id)).toEqual([])
  })

  test('stands in every reading of members while it lasts', async () => {
    const group = await node.group('anna', ['ben', 'cleo'])
    await mute('anna', group.id, ['ben'], 1000)
    const until = clock.now() + 1000
    const read = async () => [
      (await node.core.members.find(group.id, 'ben'))?.mutedUntil,
      (await node.core.members.findMany(group.id, ['cleo', 'ben'])).map(member => member?.mutedUntil),
      (await node.core.members.inGroups('ben', [group.id])).map(member => member?.mutedUntil),
      (await node.core.members.list(group.id, { limit: 9 })).map(member => member.mutedUntil),
    ]
    expect(await read()).toEqual([until, [undefined, until], [until], [undefined, until, undefined]])
    clock.move(1000)
    expect(await read()).toEqual([undefined, [undefined, undefined], [undefined], [undefined, undefined, undefined]])
    // The member's own row knows nothing of it, so that nothing can bring an old mute back.
    await node.core.members.update(node.by('ben'), group.id, 'ben', { nick: 'B' })
    expect((await node.core.members.find(group.id, 'ben'))?.mutedUntil).toBeUndefined()
  })

  test('goes on when its user leaves and comes back, and ends with the user or the group', async () => {
    const group = await node.group('anna', ['ben', 'cleo'])
    await mute('anna', group.id, ['ben', 'cleo'], 60_000)
    await node.core.members.leave(node.by('ben'), group.id, 'ben')
    expect(await muted(group.id)).toHaveLength(2)
    await node.core.members.addMany(node.call, group.id, [{ user: 'ben' }])
    expect(await says(group.id, 'ben')).toBe('user.muted')
    clock.move(10)
    await node.core.users.remove(node.call, ['ben'])
    clock.move(10)
    await node.users('ben')
    expect((await muted(group.id)).map(([user]) => user)).toEqual(['cleo'])
    await node.core.members.addMany(node.call, group.id, [{ user: 'ben' }])
    expect(await says(group.id, 'ben')).toBe('not refused')
    await node.core.groups.dismiss(node.call, group.id)
    await expect.poll(() => node.store.scan(restrictions, { prefix: [group.id], limit: 9 })).toEqual([])
  })

  test('lies on users outside where the caller wants it, and in live rooms always', async () => {
    const group = await node.group('anna')
    const far = clock.now() + 1000
    expect(await node.core.members.mute(node.call, group.id, ['ben'], far, { outside: true })).toMatchObject({
      changed: ['ben'],
    })
    await node.core.members.addMany(node.call, group.id, [{ user: 'ben' }])
    expect(await says(group.id, 'ben')).toBe('user.muted')
    const room = await node.group('anna', [], { kind: 'live' })
    expect(await mute('anna', room.id, ['cleo'], 1000)).toMatchObject({ changed: ['cleo'] })
    const text = [{ type: 'text' as const, text: 't' }]
    const inRoom = (from: string) =>
      refusal(node.core.send.toGroup(node.call, room.id, { from, parts: text, checks: { member: false } }))
    expect([await inRoom('cleo'), await inRoom('dora')]).toEqual(['user.muted', 'not refused'])
    expect(await refusal(mute('cleo', room.id, ['dora'], 1000))).toBe('member.missing')
  })

  test('is listed by its end or by its beginning, page by page', async () => {
    const users = Array.from({ length: 9 }, (_, i) => `u${i}`)
    await node.users(...users)
    const group = await node.group('anna', users)
    for (const [i, user] of users.entries()) {
      await mute('anna', group.id, [user], 10_000 - (i % 3) * 1000)
      clock.move(i % 2)
    }
    for (const order of ['until', 'since'] as const)
      for (const reverse of [false, true]) {
        const seen: string[] = []
        let after: { until: number; since: number; user: string } | undefined
        for (;;) {
          const page = await node.core.members.muted(group.id, { order, reverse, after, limit: 2 })
          seen.push(...page.map(each => each.user))
          if (page.length < 2) break
          after = page.at(-1)
        }
        expect([order, reverse, seen.length, new Set(seen).size]).toEqual([order, reverse, 9, 9])
      }
    const first = await node.core.members.muted(group.id, { order: 'since', limit: 1 })
    expect(first[0]?.user).toBe('u0')
    const skipped = await node.core.members.muted(group.id, { skip: 7, limit: 5 })
    expect(skipped).toHaveLength(2)
  })

  test('500 at once take two batches, more are refused', async () => {
    const users = Array.from({ length: 501 }, (_, i) => `u${i}`)
    await node.users(...users)
    const group = await node.group('anna', users.slice(0, 290))
    await node.core.members.addMany(
      node.call,
      group.id,
      users.slice(290, 500).map(user => ({ user })),
    )
    const { changed } = await mute('anna', group.id, users.slice(0, 500), 1000)
    expect(changed).toHaveLength(500)
    expect(await muted(group.id)).toHaveLength(100)
    expect(await node.core.members.muted(group.id, { limit: 1000 })).toHaveLength(500)
    expect(await refusal(mute('anna', group.id, users, 1000))).toBe('request.batch')
  })
})

describe('[GE11] who mutes whom', () => {
  test.each([
    ['anna', 'ben', 'not refused'],
    ['anna', 'cleo', 'not refused'],
    ['ben', 'cleo', 'not refused'],
    ['ben', 'mick', 'group.role'],
    ['ben', 'anna', 'group.role'],
    ['ben', 'ben', 'group.role'],
    ['cleo', 'dora', 'group.role'],
    ['zoe', 'cleo', 'member.missing'],
  ])('%s mutes %s: %s', async (by, user, result) => {
    await node.users('mick', 'zoe')
    const group = await node.group('anna', ['ben', 'mick', 'cleo', 'dora'])
    await node.core.members.setManagers(node.call, group.id, ['ben', 'mick'], true)
    expect(await refusal(mute(by, group.id, [user], 1000))).toBe(result)
    expect(await refusal(mute(by, group.id, [user], -1))).toBe(result)
    expect(await muted(group.id)).toEqual([])
  })

  test('where nobody may, not even the owner', async () => {
    const group = await node.group('anna', ['ben'], { kind: 'work' })
    expect(await refusal(mute('anna', group.id, ['ben'], 1000))).toBe('group.role')
    expect(await refusal(node.core.groups.muteAll(node.by('anna'), group.id, 'managers'))).toBe('group.role')
  })

  test('a target who becomes a manager at that moment on another node is not muted by one', async () => {
    const store = unevenly(node.store)
    const other = startNode({ store, clock: clock.now })
    const mine = startNode({ store, clock: clock.now })
    for (let round = 0; round < 10; round++) {
      const group = await node.group('anna', ['ben', 'cleo'])
      await node.core.members.setManagers(node.call, group.id, ['ben'], true)
      const [promoted, silenced] = await Promise.all([
        refusal(other.core.members.setManagers(other.by('anna'), group.id, ['cleo'], true)),
        refusal(mine.core.members.mute(mine.by('ben'), group.id, ['cleo'], clock.now() + 1000)),
      ])
      expect(promoted).toBe('not refused')
      // Muted first and made a manager then, or refused.
      expect(await muted(group.id)).toHaveLength(silenced === 'group.role' ? 0 : 1)
      const told = [...mine.told, ...other.told].map(({ event }) => event)
      const last = told.filter(event => event.type === 'member.changed' && event.group.id === group.id).length
      expect(last).toBe(silenced === 'group.role' ? 1 : 2)
    }
    await other.stop()
    await mine.stop()
  })
})

describe('[GE12] a group muted for all', () => {
  test('leaves the voice to owner and managers, or to nobody', async () => {
    const group = await node.group('anna', ['ben', 'cleo'])
    await node.core.members.setManagers(node.call, group.id, ['ben'], true)
    const all = () => Promise.all(['anna', 'ben', 'cleo'].map(user => says(group.id, user)))
    await node.core.groups.muteAll(node.by('ben'), group.id, 'managers', { tellPolicy: true })
    expect(await all()).toEqual(['not refused', 'not refused', 'group.muted'])
    await node.core.groups.muteAll(node.by('anna'), group.id, 'nobody')
    expect(await all()).toEqual(['group.muted', 'group.muted', 'group.muted'])
    expect(await refusal(node.core.groups.muteAll(node.by('cleo'), group.id, 'everyone'))).toBe('group.role')
    await node.core.groups.muteAll(node.by('ben'), group.id, 'everyone')
    expect(await all()).toEqual(['not refused', 'not refused', 'not refused'])
    const told = node.told.flatMap(({ event }) => (event.type === 'group.changed' ? [event.fields] : []))
    expect(told).toEqual([['speak'], ['speak'], ['speak']])
  })

  test('the allowed speak all the same, unless they are muted', async () => {
    const group = await node.group('anna', ['ben', 'cleo'])
    await node.core.groups.muteAll(node.by('anna'), group.id, 'managers')
    expect(await refusal(node.core.members.allow(node.by('ben'), group.id, ['ben'], true))).toBe('group.role')
    await node.core.members.allow(node.by('anna'), group.id, ['ben'], true)
    expect([await says(group.id, 'ben'), await says(group.id, 'cleo')]).toEqual(['not refused', 'group.muted'])
    expect((await node.core.members.allowed(group.id, { limit: 9 })).map(each => each.user)).toEqual(['ben'])
    await mute('anna', group.id, ['ben'], 1000)
    expect(await says(group.id, 'ben')).toBe('user.muted')
    clock.move(1000)
    await node.core.members.allow(node.by('anna'), group.id, ['ben'], false)
    expect(await says(group.id, 'ben')).toBe('group.muted')
  })
})
