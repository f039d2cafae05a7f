import { describe, expect, test } from 'vitest'
import { engines, handClock, startNode, type TestNode, unevenly } from '../../../tests/support/core.ts'
import { openMemory } from '../../storage/memory.ts'
import type { Fault } from '../errors.ts'
import type { ShownSettings } from './model.ts'

async function setting(options: Parameters<typeof startNode>[0] = {}) {
  const node = startNode(options)
  await node.users('ann', 'ben', 'cat')
  const app = node.call.app.id
  const pair = async (one: string, other: string) => (await node.core.directs.open(node.call, one, other)).direct.id
  const say = (from: string, to: string) =>
    node.core.send.toUser(node.call, to, { from, parts: [{ type: 'text', text: 'hi' }] })
  return { node, app, pair, say, own: node.core.conversationSettings }
}

/** The settings told to a user's devices, in order. */
function told({ told }: TestNode, user: string): ShownSettings[] {
  return told.flatMap(({ subject, event }) =>
    event.type === 'conversation.settings' && subject === `u.1400000001.${user}` ? [event.settings] : [],
  )
}

const reasonOf = (result: unknown) => (result as Fault).reason

describe('what a user sets of a conversation', () => {
  test('[CS1] is kept, told to their own devices alone, and told once', async () => {
    const { node, app, pair, own } = await setting()
    const conv = await pair('ann', 'ben')
    const draft = {
      ...{ pinned: 5, notify: 'silent' as const, set: [40, 3], label: 'work', text: 't', ext: { a: '1' } },
      unsent: { text: 'dear', quote: { id: 7, hint: 'h' } },
    }
    const set = await own.setOne(node.by('ann'), 'ann', conv, draft)
    expect(set).toMatchObject({
      ...{ user: 'ann', conv, changed: 1, pinned: 5, notify: 'silent', marks: [3, 40], label: 'work', text: 't' },
      ...{ ext: { a: '1' }, unsent: { text: 'dear', quote: { id: 7, hint: 'h' } } },
    })
    expect(told(node, 'ann')).toEqual([set])
    expect(node.told.filter(({ event }) => event.type === 'conversation.settings').length).toBe(1)
    const again = await own.setOne(node.by('ann'), 'ann', conv, draft)
    expect([again, told(node, 'ann').length, await own.last(app, 'ann')]).toEqual([set, 1, 1])
    const sides = [{ conv, joined: set.since, notify: set.notify }]
    expect(await own.of(app, 'ann', sides)).toEqual([set])
    expect(await own.of(app, 'ben', sides)).toEqual([undefined])

    const nothing = { pinned: false, clear: [3, 40], label: '', text: '', ext: {}, unsent: { text: '' } }
    const cleared = await own.setOne(node.call, 'ann', conv, nothing)
    const { app: _, user, since, updated, changed, notify } = cleared
    expect(cleared).toEqual({ app, user, conv, since, updated, changed, notify })
    expect([changed, notify]).toEqual([2, 'silent'])
    await node.stop()
  })

  test.each([
    [undefined, true, 'silent'],
    [undefined, false, undefined],
    ['all', true, 'silent'],
    ['all', false, 'all'],
    ['silent', true, 'silent'],
    ['silent', false, 'all'],
    ['none', true, 'none'],
    ['none', false, 'all'],
  ] as const)('[CS15] from %s, not to be disturbed: %s, makes %s', async (before, quiet, after) => {
    const { node, app, pair, own } = await setting()
    const conv = await pair('ann', 'ben')
    if (before) await own.setOne(node.call, 'ann', conv, { notify: before })
    const told1 = told(node, 'ann').length
    expect((await own.setOne(node.call, 'ann', conv, { quiet })).notify).toBe(after)
    expect((await own.one(app, 'ann', conv)).member.notify).toBe(after)
    expect(told(node, 'ann').length - told1).toBe(before === after ? 0 : 1)
    await node.stop()
  })

  test('[CS16] one conversation is read with its user’s side of it, or it is said what is missing', async () => {
    const { node, app, pair, own } = await setting()
    const conv = await pair('ann', 'ben')
    expect(await own.one(app, 'ann', conv)).toMatchObject({ conversation: { id: conv }, member: { user: 'ann' } })
    const set = await own.setOne(node.call, 'ann', conv, { pinned: 5 })
    expect((await own.one(app, 'ann', conv)).settings).toEqual(set)
    expect((await own.one(app, 'ben', conv)).settings).toBeUndefined()
    const refused = (user: string, id: number) => own.one(app, user, id).catch(reasonOf)
    expect([await refused('cat', conv), await refused('ann', conv + 1)]).toEqual([
      'member.missing',
      'conversation.missing',
    ])
    await node.core.users.remove(node.call, ['ben'])
    expect(await refused('ann', conv)).toBe('conversation.missing')
    await node.stop()
  })

  test('[CS2] [CS3] after a number every conversation that changed comes once, as it is now', async () => {
    const { node, app, pair, own } = await setting()
    const [x, y, z] = [await pair('ann', 'ben'), await pair('ann', 'cat'), await pair('ann', 'ann')]
    for (const conv of [x, y, z, x]) await own.setOne(node.call, 'ann', conv, { label: `${conv}/${Math.random()}` })
    const all = await own.since(app, 'ann', 0, 10)
    expect(all).toMatchObject({ reset: false, number: 4, more: false })
    expect(all.settings.map(each => [each.conv, each.changed])).toEqual([
      [y, 2],
      [z, 3],
      [x, 4],
    ])
    expect(all.settings[2]).toEqual(told(node, 'ann')[3])
    const first = await own.since(app, 'ann', 1, 1)
    expect(first).toMatchObject({ number: 2, more: true, settings: [{ conv: y }] })
    expect((await own.since(app, 'ann', 3, 10)).settings).toEqual([all.settings[2]])
    expect(await own.since(app, 'ann', 4, 10)).toMatchObject({ number: 4, settings: [], more: false })
    expect(await own.since(app, 'ann', 9, 10)).toMatchObject({ reset: true, number: 4, settings: all.settings })
    await node.stop()
  })

  test('[CS4] ends with the membership', async () => {
    const clock = handClock()
    const { node, app, own } = await setting({ clock: clock.now })
    const { id } = await node.group('ann', ['ben'])
    await own.setOne(node.call, 'ben', id, { pinned: true, notify: 'none' })
    await node.core.members.removeMany(node.call, id, ['ben'])
    clock.move(1)
    expect((await own.since(app, 'ben', 0, 10)).settings).toEqual([])
    expect(reasonOf((await own.set(node.call, 'ben', [{ conv: id, pinned: true }]))[0])).toBe('conversation.missing')
    await node.core.members.addMany(node.call, id, [{ user: 'ben' }])
    expect((await own.since(app, 'ben', 0, 10)).settings).toEqual([])
    const fresh = await own.setOne(node.call, 'ben', id, { label: 'back' })
    expect([fresh.pinned, fresh.notify, fresh.label]).toEqual([undefined, undefined, 'back'])
    await node.stop()
  })

  test('[CS5] is for themselves and the server to set, of conversations they are in', async () => {
    const { node, pair, own } = await setting()
    const conv = await pair('ann', 'ben')
    const refused = expect.objectContaining({ reason: 'caller.forbidden' })
    await expect(own.setOne(node.by('ben'), 'ann', conv, { pinned: true })).rejects.toEqual(refused)
    await expect(own.unlist(node.by('ben'), 'ann', conv, true)).rejects.toEqual(refused)
    const results = await own.set(node.by('cat'), 'cat', [
      { conv, pinned: true },
      { conv: 7, pinned: true },
    ])
    expect(results.map(reasonOf)).toEqual(['conversation.missing', 'conversation.missing'])
    await expect(own.unlist(node.by('cat'), 'cat', conv, true)).rejects.toMatchObject({
      reason: 'conversation.missing',
    })
    expect(node.told.filter(({ event }) => event.type === 'conversation.settings')).toEqual([])
    await node.stop()
  })

  test('[CS6] pins end at the limit, and keep their time', async () => {
    const clock = handClock()
    const { node, pair, own } = await setting({ clock: clock.now })
    const convs = [await pair('ann', 'ben'), await pair('ann', 'cat'), await pair('ann', 'ann')]
    const pin = (pinned: boolean | number, ...which: number[]) =>
      own.set(
        node.call,
        'ann',
        which.map(conv => ({ conv, pinned })),
        { pinned: 2 },
      )
    const [x, y, z] = convs as [number, number, number]
    const results = await pin(true, x, y, z)
    expect(results.map(each => reasonOf(each))).toEqual([undefined, undefined, 'conversation.pin.limit'])
    const since = clock.now()
    clock.move(1000)
    expect((await pin(true, x))[0]).toMatchObject({ pinned: since })
    expect((await pin(1234, y))[0]).toMatchObject({ pinned: 1234 })
    expect((await pin(false, x))[0]).not.toHaveProperty('pinned')
    expect((await pin(true, z))[0]).toMatchObject({ pinned: clock.now() })
    expect((await pin(true, x)).map(reasonOf)).toEqual(['conversation.pin.limit'])
    await node.stop()
  })

  test('[CS6] two nodes cannot both take the last place', async () => {
    for (let round = 0; round < 10; round++) {
      const store = openMemory()
      const one = await setting({ store: unevenly(store) })
      const other = startNode({ store: unevenly(store) })
      const convs = [await one.pair('ann', 'ben'), await one.pair('ann', 'cat'), await one.pair('ann', 'ann')]
      const results = await Promise.all(
        convs.map((conv, i) =>
          (i % 2 ? one.node : other).core.conversationSettings.set(one.node.call, 'ann', [{ conv, pinned: true }], {
            pinned: 1,
          }),
        ),
      )
      expect(results.filter(([each]) => reasonOf(each) === 'conversation.pin.limit').length).toBe(2)
      const { settings, number } = await one.own.since(one.app, 'ann', 0, 10)
      expect([settings.length, number]).toEqual([1, 1])
      await other.stop()
      await one.node.stop()
      await store.close()
    }
  })

  test('[CS7] out of the list until there is another message, and cleared if it is asked for', async () => {
    const { node, app, pair, say, own } = await setting()
    const conv = await pair('ann', 'ben')
    await say('ben', 'ann')
    const list = async (user: string) =>
      (await node.core.overview.list(app, user, { limit: 10 })).found.map(({ standing }) => standing.conversation.id)
    expect(await own.unlist(node.by('ann'), 'ann', conv)).toMatchObject({ unlisted: 1 })
    expect([await list('ann'), await list('ben')]).toEqual([[], [conv]])
    const direct = await node.core.directs.get(app, conv)
    expect(await node.core.unread.of(direct, 'ann')).toBe(1)
    const before = await own.last(app, 'ann')
    await say('ann', 'ben')
    expect([await list('ann'), await own.last(app, 'ann')]).toEqual([[conv], before])
    await own.unlist(node.by('ann'), 'ann', conv)
    await own.setOne(node.by('ann'), 'ann', conv, { listed: true })
    expect(await list('ann')).toEqual([conv])
    await own.unlist(node.by('ann'), 'ann', conv, true)
    expect([await list('ann'), await node.core.unread.of(direct, 'ann')]).toEqual([[], 0])
    await say('ben', 'ann')
    const [standing] = await node.core.positions.standings(app, 'ann', [conv])
    expect([await list('ann'), standing?.member.hidden, standing?.unread]).toEqual([[conv], 2, 1])
    await node.stop()
  })

  test('[CS8] favourites have mark 1 and a time', async () => {
    const clock = handClock()
    const { node, pair, own } = await setting({ clock: clock.now })
    const conv = await pair('ann', 'ben')
    const set = (draft: Parameters<typeof own.setOne>[3]) => own.setOne(node.call, 'ann', conv, draft)
    expect(await set({ set: [1, 63] })).toMatchObject({ marks: [1, 63], favourite: clock.now() })
    expect(await set({ favourite: 99 })).toMatchObject({ marks: [1, 63], favourite: 99 })
    clock.move(5)
    expect(await set({ set: [2] })).toMatchObject({ marks: [1, 2, 63], favourite: 99 })
    expect(await set({ favourite: 0 })).not.toHaveProperty('favourite')
    expect(await set({ favourite: true })).toMatchObject({ marks: [1, 2, 63], favourite: clock.now() })
    const without = await set({ clear: [1] })
    expect([without.marks, without.favourite]).toEqual([[2, 63], undefined])
    await node.stop()
  })

  test('[CS9] the sound is the membership’s, whoever changes it', async () => {
    const { node, app, own } = await setting()
    const { id } = await node.group('ann', ['ben'])
    await own.setOne(node.by('ben'), 'ben', id, { notify: 'none' })
    expect((await node.core.positions.standings(app, 'ben', [id]))[0]?.member.notify).toBe('none')
    await node.core.members.update(node.call, id, 'ben', { notify: 'silent' })
    expect(told(node, 'ben').map(each => [each.changed, each.notify])).toEqual([
      [1, 'none'],
      [2, 'silent'],
    ])
    expect((await own.since(app, 'ben', 1, 10)).settings).toMatchObject([{ conv: id, changed: 2, notify: 'silent' }])
    expect(node.told.filter(({ event }) => event.type === 'member.changed')).toEqual([])
    await node.stop()
  })

  for (const engine of engines)
    test(`[CS2] [CS6] many changes at once on two nodes: every number once, and one state (${engine.name})`, async () => {
      const { store, end } = await engine.open()
      const one = await setting({ store: unevenly(store) })
      const other = startNode({ store: unevenly(store) })
      const convs = [await one.pair('ann', 'ben'), await one.pair('ann', 'cat')]
      await Promise.all(
        Array.from({ length: 40 }, (_, i) => {
          const { core, call } = i % 2 ? one.node : other
          const draft = { label: `${i}`, set: [i], pinned: i + 1, conv: convs[i % 2] as number }
          return core.conversationSettings.set(call, 'ann', [draft], { pinned: 2 })
        }),
      )
      const heard = [...told(one.node, 'ann'), ...told(other, 'ann')].sort((a, b) => a.changed - b.changed)
      expect(heard.map(each => each.changed)).toEqual(Array.from({ length: 40 }, (_, i) => i + 1))
      const { settings } = await one.own.since(one.app, 'ann', 0, 10)
      expect(settings.length).toBe(2)
      for (const each of settings) {
        expect(each).toEqual(heard.filter(({ conv }) => conv === each.conv).at(-1))
        expect(each.marks?.length).toBe(20)
      }
      expect((await one.own.since(one.app, 'ann', 39, 10)).settings).toEqual([settings[1]])
      await other.stop()
      await one.node.stop()
      await end()
    })

  test('[CS14] goes when the user is deleted', async () => {
    const { node, app, pair, own } = await setting()
    const conv = await pair('ann', 'ben')
    const { id } = await node.group('cat', ['ann'])
    await own.set(node.call, 'ann', [
      { conv, pinned: true },
      { conv: id, label: 'x' },
    ])
    await own.setOne(node.call, 'ben', conv, { pinned: true })
    await node.core.conversationGroups.create(node.call, 'ann', { name: 'g' })
    await node.core.users.remove(node.call, ['ann'])
    await node.core.jobs.idle()
    expect(await own.all(app, 'ann', new Map())).toEqual(new Map())
    await node.users('ann')
    const back = await own.since(app, 'ann', 0, 10)
    expect([back.settings, back.groups]).toEqual([[], []])
    expect((await own.since(app, 'ben', 0, 10)).settings).toEqual([])
    await node.stop()
  })
})
