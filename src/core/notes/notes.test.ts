import { describe, expect, test } from 'vitest'
import { handClock, startNode } from '../../../tests/support/core.ts'
import type { NotificationDraft } from './notifications.ts'

async function setting() {
  const clock = handClock()
  const node = startNode({ clock: clock.now })
  await node.users('ann', 'ben', 'cat')
  const app = node.call.app.id
  const notify = (body: string, more: Partial<NotificationDraft> = {}) =>
    node.core.notifications.toUser(node.call, 'ann', { from: 'ben', body, stored: true, ...more })
  const since = async (after: number, limit = 10) => {
    const { notes, ...rest } = await node.core.notes.since(app, 'ann', after, limit)
    return { bodies: notes.map(({ data }) => data.body), ...rest }
  }
  return { node, app, clock, notify, since }
}

describe('notes', () => {
  test('[NT1] come in order, page by page, until they end', async () => {
    const { node, app, clock, notify, since } = await setting()
    await notify('a', { keep: 1000 })
    await notify('b', { keep: 9000 })
    await notify('c')
    expect(await since(0)).toEqual({ bodies: ['a', 'b', 'c'], reset: false, number: 3, more: false })
    expect(await since(1, 1)).toEqual({ bodies: ['b'], reset: false, number: 2, more: true })
    expect(await since(3)).toEqual({ bodies: [], reset: false, number: 3, more: false })
    expect(await since(8)).toEqual({ bodies: ['a', 'b', 'c'], reset: true, number: 3, more: false })
    clock.move(1000)
    expect(await since(0, 1)).toEqual({ bodies: [], reset: false, number: 1, more: true })
    expect((await since(0)).bodies).toEqual(['b', 'c'])
    await node.store.sweep(clock.now() + 8000, 100)
    expect(await since(0)).toEqual({ bodies: ['c'], reset: false, number: 3, more: false })
    expect(await node.core.notes.last(app, 'ann')).toBe(3)
    await node.stop()
  })

  test('[NT2] are not those of who comes after', async () => {
    const { node, clock, notify, since } = await setting()
    await notify('old')
    clock.move(10)
    await node.core.users.remove(node.call, ['ann'])
    await node.core.jobs.idle()
    clock.move(10)
    await node.users('ann')
    expect(await since(0)).toMatchObject({ bodies: [], number: 1 })
    await notify('new')
    expect((await since(0)).bodies).toEqual(['new'])
    await node.stop()
  })
})
