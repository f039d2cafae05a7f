import { describe, expect, test } from 'vitest'
import { handClock, startNode } from '../../../tests/support/core.ts'
import type { Call } from '../call.ts'
import type { EventOf } from '../events.ts'
import { changes } from '../tables.ts'

async function setting() {
  const clock = handClock()
  const node = startNode({ clock: clock.now })
  await node.users('ann', 'ben', 'cat')
  const { notifications, notes } = node.core
  const device = (operator: string): Call => ({
    ...node.by(operator),
    origin: { dialect: 'native', via: 'client' },
  })
  const sent = () =>
    node.told.flatMap(({ subject, event }) =>
      event.type === 'notification.sent' || (event.type === 'note' && event.note.kind === 'notification')
        ? [{ subject, event }]
        : [],
    )
  return { node, app: node.call.app.id, clock, notifications, notes, device, sent }
}

const draft = { from: 'ann', body: '{"a":1}', stored: true }
const refused = (reason: string) => expect.objectContaining({ reason })

describe('notifications', () => {
  test('[NT4] to a user: a note, or passing', async () => {
    const { node, app, clock, notifications, notes, sent } = await setting()
    const more = { sound: 's.caf', ext: 'e', push: { text: 'look' } }
    const id = await notifications.toUser(node.call, 'ben', { ...draft, ...more })
    const data = { id, body: '{"a":1}', sound: 's.caf', ext: 'e' }
    const note = { app, user: 'ben', number: 1, kind: 'notification', from: 'ann', data, time: clock.now() }
    expect((await notes.since(app, 'ben', 0, 9)).notes).toMatchObject([note])
    expect(sent()).toMatchObject([{ subject: `u.${app}.ben`, event: { type: 'note', note } }])
    const other = await notifications.toUser(node.call, 'ben', { ...draft, stored: false })
    expect(other).not.toBe(id)
    expect(sent()[1]).toMatchObject({ event: { note: { number: 0, data: { id: other, body: '{"a":1}' } } } })
    expect(await notes.last(app, 'ben')).toBe(1)
    await node.stop()
  })

  test('[NT5] [NT6] to a group: one row for all its members, or only passing', async () => {
    const { node, app, clock, notifications, sent } = await setting()
    const group = await node.group('ann', ['ben', 'cat'])
    const id = await notifications.toGroup(node.call, group.id, { ...draft, users: ['ben'] })
    const rows = await node.store.scan(changes, { prefix: [group.id], limit: 10, reverse: true })
    const change = { conv: group.id, what: 'notice', by: 'ann', users: ['ben'], detail: { id, body: '{"a":1}' } }
    expect(rows[0]?.value).toMatchObject(change)
    const rev = rows[0]?.value.rev
    expect(sent()).toMatchObject([
      {
        subject: `c.${group.id}`,
        event: { to: { group: { id: group.id } }, stored: true, change: { ...change, rev } },
      },
    ])
    await notifications.toGroup(node.call, group.id, { ...draft, stored: false })
    const passing = sent()[1]?.event as EventOf<'notification.sent'>
    expect(passing).toMatchObject({ stored: false, change: { what: 'notice', rev: 0, time: clock.now() } })
    expect((await node.store.heads(changes, [[group.id]]))[0]?.number).toBe(rev)
    const room = await node.group('ann', [], { kind: 'chatroom' })
    await notifications.toGroup(node.call, room.id, draft)
    expect(sent()[2]).toMatchObject({ event: { stored: false, change: { rev: 0 } } })
    await expect(notifications.toGroup(node.call, app, draft)).rejects.toEqual(refused('group.missing'))
    await node.stop()
  })

  test('[NT7] of devices: not to who blocks them, nor to groups they are not in', async () => {
    const { node, notifications, device, sent } = await setting()
    const { id } = await node.group('ben', ['cat'])
    await node.core.friends.blocks.add(node.call, 'ben', [{ user: 'ann' }], 'block')
    await expect(notifications.toUser(device('ann'), 'ben', draft)).rejects.toEqual(refused('message.blocked'))
    await expect(notifications.toGroup(device('ann'), id, draft)).rejects.toEqual(refused('member.missing'))
    const room = (await node.group('ben', [], { kind: 'chatroom' })).id
    await expect(notifications.toGroup(device('ann'), room, draft)).rejects.toEqual(refused('member.missing'))
    expect(sent()).toEqual([])
    await notifications.toGroup(device('ben'), room, { ...draft, from: 'ben' })
    expect(sent()).toMatchObject([{ subject: `c.${room}`, event: { from: 'ben', stored: false } }])
    expect(await notifications.toUser(node.call, 'ben', draft)).toBeGreaterThan(0)
    await expect(notifications.toUser(node.call, 'ben', { ...draft, blocks: true })).rejects.toEqual(
      refused('message.blocked'),
    )
    expect(await notifications.toGroup(node.call, id, draft)).toBeGreaterThan(0)
    await node.core.users.ban(node.call, 'ann', true, { now: false })
    await expect(notifications.toUser(device('ann'), 'cat', draft)).rejects.toEqual(refused('user.banned'))
    await expect(notifications.toGroup(node.call, id, draft)).rejects.toEqual(refused('user.banned'))
    await node.stop()
  })

  test('[NT8] to many: one result each, in their order, also beyond a batch', async () => {
    const { node, app, notifications, notes } = await setting()
    const users = Array.from({ length: 130 }, (_, i) => `u${i}`)
    await node.users(...users)
    const to = ['nobody', ...users, 'u0']
    const results = await notifications.toUsers(node.call, to, { ...draft, body: 'x'.repeat(4096) })
    expect(results[0]).toMatchObject({ reason: 'user.missing' })
    expect(new Set(results.slice(1, 131)).size).toBe(130)
    expect(results.at(-1)).toBe(results[1])
    for (const user of ['u0', 'u129']) expect(await notes.last(app, user)).toBe(1)
    const own = (await notes.since(app, 'u129', 0, 9)).notes[0]
    expect(own?.data.id).toBe(results[130])
    await expect(notifications.toUsers(node.call, ['ben'], { ...draft, from: 'nobody' })).rejects.toEqual(
      refused('user.missing'),
    )
    expect(await notifications.toUser(node.call, 'ben', { ...draft, from: '' })).toBeGreaterThan(0)
    await node.stop()
  })
})
