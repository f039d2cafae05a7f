import { describe, expect, test } from 'vitest'
import { handClock, startNode } from '../../../tests/support/core.ts'
import type { OverviewPlace, OverviewQuery } from './overview.ts'

/** `ann` with a conversation with each of the others, the last one said something last. */
async function setting(...others: string[]) {
  const clock = handClock()
  const node = startNode({ clock: clock.now })
  await node.users('ann', ...others)
  const app = node.call.app.id
  const convs = new Map<string, number>()
  const say = async (from: string) => {
    clock.move(1000)
    const sent = await node.core.send.toUser(node.call, 'ann', { from, parts: [{ type: 'text', text: 'hi' }] })
    convs.set(from, sent.conv)
  }
  for (const other of others) await say(other)
  const conv = (other: string) => convs.get(other) as number
  const nameOf = (id: number) => [...convs].find(([, conv]) => conv === id)?.[0] ?? 'group'
  async function list(query: Partial<OverviewQuery> = {}) {
    const { found, next } = await node.core.overview.list(app, 'ann', { limit: 50, ...query })
    return { names: found.map(({ standing }) => nameOf(standing.conversation.id)), next, found }
  }
  const own = node.core.conversationSettings
  const set = (other: string, draft: Parameters<typeof own.setOne>[3]) =>
    own.setOne(node.call, 'ann', conv(other), draft)
  return { node, app, clock, say, conv, list, set }
}

describe('the list of conversations', () => {
  test('[CS12] stands by the newest message, or with pinned ones first', async () => {
    const { node, clock, list, set, say } = await setting('a', 'b', 'c', 'd')
    expect((await list()).names).toEqual(['d', 'c', 'b', 'a'])
    await set('a', { pinned: true })
    clock.move(1)
    await set('b', { pinned: true, notify: 'none' })
    await say('c')
    expect((await list()).names).toEqual(['c', 'd', 'b', 'a'])
    const { names, found } = await list({ pinnedFirst: true })
    expect(names).toEqual(['b', 'a', 'c', 'd'])
    expect(found[0]?.settings).toMatchObject({ pinned: clock.now() - 1000, notify: 'none' })
    expect(found[2]?.settings).toBe(undefined)
    await node.stop()
  })

  test('[CS12] is narrowed by type, pin, mark, group, and what is unread', async () => {
    const { node, app, list, set, conv } = await setting('a', 'b', 'c')
    await node.group('a', ['ann'])
    await set('a', { pinned: true, set: [33] })
    const groups = node.core.conversationGroups
    const { id } = await groups.create(node.call, 'ann', { name: 'g' })
    await groups.place(node.call, 'ann', id, [conv('b'), conv('c')], true)
    const direct = await node.core.directs.get(app, conv('b'))
    await node.core.unread.mark(node.call, direct, 'ann')
    expect((await list({ type: 'group' })).names).toEqual(['group'])
    expect((await list({ type: 'direct' })).names).toEqual(['c', 'b', 'a'])
    expect((await list({ pinned: true })).names).toEqual(['a'])
    expect((await list({ pinned: false })).names).toEqual(['group', 'c', 'b'])
    expect((await list({ mark: 33 })).names).toEqual(['a'])
    expect((await list({ group: id })).names).toEqual(['c', 'b'])
    expect((await list({ unread: true })).names).toEqual(['c', 'a'])
    expect((await list({ unread: true, group: id })).names).toEqual(['c'])
    await node.stop()
  })

  test('[CS12] comes in full pages, and nothing twice', async () => {
    const others = Array.from({ length: 23 }, (_, i) => `u${i}`)
    const { node, list, set, conv, app, clock } = await setting(...others)
    const gone = (await node.group('u1', ['ann'])).id
    for (const other of ['u3', 'u20', 'u7']) {
      clock.move(1)
      await set(other, { pinned: true })
    }
    await node.core.groups.dismiss(node.call, gone)
    for (const query of [{ pinnedFirst: true }, {}, { pinnedFirst: true, unread: true }] as const) {
      const whole = (await list(query)).names
      expect(whole.length).toBe(23)
      const paged: string[] = []
      const sizes: number[] = []
      for (let before: OverviewPlace | undefined, more = true; more; ) {
        const page = await list({ ...query, before, limit: 5 })
        paged.push(...page.names)
        sizes.push(page.names.length)
        before = page.next
        more = before !== undefined
      }
      expect([paged, sizes]).toEqual([whole, [5, 5, 5, 5, 3]])
    }
    expect((await list({ pinnedFirst: true, limit: 3 })).names).toEqual(['u7', 'u20', 'u3'])
    await node.core.conversationSettings.unlist(node.call, 'ann', conv('u7'))
    expect((await list()).names).not.toContain('u7')
    expect((await list({ unlisted: true })).names).toContain('u7')
    expect((await node.core.overview.list(app, 'nobody', { limit: 5 })).found).toEqual([])
    await node.stop()
  })

  test('[CS13] the total leaves out what is out of the list, and tells what makes no sound apart', async () => {
    const { node, app, set, say, conv } = await setting('a', 'b', 'c', 'd')
    const total = () => node.core.overview.unread(app, 'ann')
    expect(await total()).toEqual({ unread: 4, muted: 0, conversations: 4 })
    await set('a', { notify: 'silent' })
    await set('b', { notify: 'none' })
    await say('a')
    await set('c', { listed: false })
    expect(await total()).toEqual({ unread: 1, muted: 3, conversations: 1 })
    await say('c')
    expect(await total()).toEqual({ unread: 3, muted: 3, conversations: 2 })
    await node.core.unread.mark(node.call, await node.core.directs.get(app, conv('c')), 'ann')
    expect(await total()).toEqual({ unread: 1, muted: 3, conversations: 1 })
    await node.stop()
  })
})
