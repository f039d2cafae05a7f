import { afterEach, describe, expect, test } from 'vitest'
import { engines, handClock, startNode, type TestNode } from '../../../tests/support/core.ts'
import { put } from '../../storage/store.ts'
import { members } from '../tables.ts'
import { atStart } from './rows.ts'

let node: TestNode
const clock = handClock()
afterEach(() => node.stop())

async function pagesOf(id: number, limit: number, reverse: boolean): Promise<string[][]> {
  const pages: string[][] = []
  for (let skip: number | undefined = 0; skip !== undefined; ) {
    const page: Awaited<ReturnType<typeof node.core.members.page>> = await node.core.members.page(id, {
      skip,
      reverse,
      limit,
    })
    pages.push(page.members.map(({ user }) => user))
    skip = page.next
  }
  return pages
}

describe('[GE23] pages of members', () => {
  test.each(engines)('hold them all, by when they joined, in both directions, on $name', async ({ open }) => {
    const { store, end } = await open(clock.now)
    node = startNode({ store, clock: clock.now })
    const users = Array.from({ length: 23 }, (_, i) => `u${String(i).padStart(2, '0')}`)
    await node.users(...users)
    const { id } = await node.group('u00')
    for (const user of users.slice(1, 15)) {
      clock.move(1)
      await node.core.members.addMany(node.call, id, [{ user }])
    }
    clock.move(1)
    await node.core.members.addMany(
      node.call,
      id,
      users.slice(15).map(user => ({ user })),
    )
    for (const limit of [1, 5, 22, 23, 24]) {
      expect((await pagesOf(id, limit, false)).flat()).toEqual(users)
      expect((await pagesOf(id, limit, true)).flat()).toEqual([...users].reverse())
    }
    expect((await pagesOf(id, 23, false)).length).toBe(1)
    expect(await node.core.members.page(id, { skip: 23, limit: 5 })).toEqual({ members: [], next: undefined })
    expect((await node.core.members.page(id, { skip: 2 ** 52, limit: 5 })).members).toEqual([])
    await node.stop()
    await end()
    node = startNode()
  })

  test('show mutes, and leave out who was deleted without moving the others', async () => {
    node = startNode({ clock: clock.now })
    await node.users('owner', 'ann', 'ben', 'cy')
    const { id } = await node.group('owner')
    for (const user of ['ann', 'ben', 'cy']) {
      clock.move(1)
      await node.core.members.addMany(node.call, id, [{ user }])
    }
    await node.core.members.mute(node.call, id, ['cy'], clock.now() + 1000)
    // The job that removes their rows has not come yet.
    await node.core.jobs.close()
    await node.core.users.remove(node.call, ['ann'])
    const first = await node.core.members.page(id, { skip: 0, limit: 2 })
    expect([first.members.map(({ user }) => user), first.next]).toEqual([['owner'], 2])
    const second = await node.core.members.page(id, { skip: 2, limit: 2 })
    expect(second).toMatchObject({ members: [{ user: 'ben' }, { user: 'cy', mutedUntil: clock.now() + 1000 }] })
    expect(second.next).toBeUndefined()
  })

  test.each(engines)('go on beyond ten thousand members, on $name', async ({ open }) => {
    const { store, end } = await open(clock.now)
    node = startNode({ store, clock: clock.now })
    const conv = 5
    const app = node.call.app.id
    const user = (i: number) => `u${String(i).padStart(5, '0')}`
    const rows = Array.from({ length: 21_000 }, (_, i) =>
      put(members, { conv, app, user: user(i), joined: 1 + Math.floor(i / 7), rank: 2, ...atStart }),
    )
    for (let at = 0; at < rows.length; at += 1000) await store.commit(rows.slice(at, at + 1000))
    for (const skip of [9_999, 10_000, 10_001, 20_000, 20_001, 20_998]) {
      const up = await node.core.members.page(conv, { skip, limit: 2 })
      expect(up.members.map(each => each.user)).toEqual([user(skip), user(skip + 1)])
      const down = await node.core.members.page(conv, { skip, reverse: true, limit: 2 })
      expect(down.members.map(each => each.user)).toEqual([user(20_999 - skip), user(20_998 - skip)])
    }
    await node.stop()
    await end()
    node = startNode()
  })
})
