import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { handClock, holdJobs, startNode, type TestNode } from '../../../tests/support/core.ts'
import { openMemory } from '../../storage/memory.ts'
import { Fault } from '../errors.ts'
import type { Group } from '../model.ts'
import { changes, messages, names } from '../tables.ts'
import type { MessageDraft } from './send.ts'

let clock = handClock()
let node: TestNode

beforeEach(async () => {
  clock = handClock()
  node = startNode({ clock: clock.now })
  await node.users('anna', 'ben', 'cleo')
})
afterEach(() => node.stop())

const app = () => node.call.app.id
const text = (from: string, more: Partial<MessageDraft> = {}): MessageDraft => ({
  from,
  parts: [{ type: 'text', text: 't' }],
  ...more,
})
const sentTo = (subject: string) =>
  node.told.filter(({ event, subject: at }) => event.type === 'message.sent' && at === subject)
const history = (conv: number, viewer?: string) =>
  node.core.history.read(
    { id: conv },
    { by: 'seq', limit: 100, reverse: false, viewer: viewer === undefined ? undefined : { user: viewer } },
  )

describe('numbers and times', () => {
  test('[MS1] messages of a conversation are numbered 1, 2, 3 … without gaps, whoever sends at once', async () => {
    const group = await node.group('anna', ['ben'])
    const other = startNode({ store: node.store, clock: clock.now })
    const sent = await Promise.all(
      Array.from({ length: 100 }, (_, i) => (i % 2 ? node : other).core.send.toGroup(node.call, group.id, text('ben'))),
    )
    expect(sent.map(one => one.seq).sort((x, y) => x - y)).toEqual(Array.from({ length: 100 }, (_, i) => i + 1))
    expect(new Set(sent.map(one => one.id)).size).toBe(100)
    const rows = (await node.store.scan(messages, { prefix: [group.id], limit: 1000 })).map(row => row.value)
    expect(rows.map(row => row.seq)).toEqual(Array.from({ length: 100 }, (_, i) => i + 1))
    await other.stop()
  })

  test('[MS2] time never goes back when the clock does', async () => {
    const group = await node.group('anna')
    const times: number[] = []
    for (const move of [0, 1000, -60_000, 5, 70_000, -1]) {
      clock.move(move)
      times.push((await node.core.send.toGroup(node.call, group.id, text('anna'))).time)
    }
    expect(times).toEqual([...times].sort((x, y) => x - y))
    expect(times[2]).toBe(times[1])
    expect((times[4] as number) - (times[3] as number)).toBe(10_005)
  })

  test('[MS3] a caller’s own time is a second field: shown, searched by, and without effect on the order', async () => {
    const group = await node.group('anna', [], { policy: { tips: 'none' } })
    const long = clock.now() - 1_000_000
    for (const shown of [undefined, long + 5, long, undefined])
      await node.core.send.toGroup(node.call, group.id, text('anna', { shown }))
    const { messages: found } = await history(group.id)
    expect(found.map(({ seq, time, shown }) => [seq, time, shown])).toEqual([
      [1, clock.now(), clock.now()],
      [2, clock.now(), long + 5],
      [3, clock.now(), long],
      [4, clock.now(), clock.now()],
    ])
    const byTime = await node.core.history.read(group, {
      by: 'time',
      from: long,
      to: long + 5,
      limit: 9,
      reverse: false,
    })
    expect(byTime.messages.map(message => message.seq)).toEqual([3, 2])
  })
})

describe('[MS4] recalling', () => {
  let group: Group
  beforeEach(async () => {
    group = await node.group('anna', ['ben', 'cleo'])
  })
  const recall = (by: TestNode['call'], seq: number, options = {}) => node.core.recall(by, group, seq, options)

  test('a recalled message keeps its number, time and place and loses its content, in every dialect’s form', async () => {
    const draft = text('ben', { native: { tencent: { CloudCustomData: 'secret' } }, push: { text: 'secret' } })
    const sent = await node.core.send.toGroup(node.call, group.id, draft)
    await node.core.send.toGroup(node.call, group.id, text('ben'))
    clock.move(10)
    const recalled = await recall(node.call, sent.seq, { by: 'ben', reason: 'why', text: 'gone' })
    const [first, second] = (await history(group.id)).messages
    expect(first).toEqual(recalled)
    expect(first).toMatchObject({ seq: 1, id: sent.id, time: sent.time, shown: sent.time, sender: 'ben', parts: [] })
    expect(first?.recalled).toEqual({ by: 'ben', at: clock.now(), reason: 'why', text: 'gone' })
    expect(JSON.stringify(first)).not.toContain('secret')
    expect(second?.seq).toBe(2)
    const [change] = await node.store.scan(changes, { prefix: [group.id], limit: 9 })
    expect(change?.value).toMatchObject({ rev: 1, what: 'recall', seq: 1, by: 'ben' })
    expect(node.told.at(-1)).toMatchObject({ subject: `c.${group.id}`, event: { type: 'message.recalled' } })
  })

  test('happens once, in time, and not to tips', async () => {
    await node.core.send.toGroup(node.call, group.id, text('ben'))
    const both = await Promise.allSettled([recall(node.call, 1), recall(node.call, 1)])
    const reasons = both.map(one => (one.status === 'rejected' ? one.reason.reason : 'done'))
    expect(reasons.sort()).toEqual(['done', 'message.recalled'])
    await expect(recall(node.call, 2)).rejects.toMatchObject({ reason: 'message.missing' })
    await node.core.send.toGroup(node.call, group.id, text('ben'))
    clock.move(120_001)
    await expect(recall(node.call, 2, { within: 120_000 })).rejects.toMatchObject({ reason: 'message.late' })
    await node.core.groups.update(node.call, group.id, {}, { tips: 'stored' })
    await node.core.groups.update(node.call, group.id, { name: 'new' })
    await expect(recall(node.call, 3)).rejects.toMatchObject({ reason: 'message.fixed' })
  })

  test('is not for an owner who was deleted, though a job has yet to take them out', async () => {
    const jobs = holdJobs(openMemory({ clock: clock.now }))
    const held = startNode({ store: jobs.store, clock: clock.now })
    await held.users('anna', 'ben')
    const { id } = await held.group('anna', ['ben'])
    await held.core.send.toGroup(held.call, id, text('ben'))
    const read = await held.core.directs.get(app(), id)
    await held.core.users.remove(held.call, ['anna'])
    await expect(held.core.recall(held.by('anna'), read, 1)).rejects.toMatchObject({ reason: 'group.role' })
    jobs.run()
    await held.stop()
  })

  test('is for the sender, and in groups for managers', async () => {
    for (let i = 0; i < 3; i++) await node.core.send.toGroup(node.call, group.id, text('ben'))
    await expect(recall(node.by('cleo'), 1)).rejects.toMatchObject({ reason: 'group.role' })
    await recall(node.by('ben'), 1)
    await recall(node.by('anna'), 2)
    const sent = await node.core.send.toUser(node.call, 'ben', text('anna'))
    const direct = await node.core.directs.get(app(), sent.conv)
    await expect(node.core.recall(node.by('ben'), direct, 1)).rejects.toMatchObject({ reason: 'group.role' })
    await node.core.recall(node.by('anna'), direct, 1)
  })
})

describe('[MS6] delivery classes', () => {
  const passing = { delivery: 'passing' as const }

  test('a passing message reaches who is connected and leaves nothing behind', async () => {
    const group = await node.group('anna', ['ben'])
    const toGroup = await node.core.send.toGroup(node.call, group.id, text('ben', passing))
    const toUser = await node.core.send.toUser(node.call, 'ben', text('anna', passing))
    expect([toGroup.seq, toUser.seq, toUser.conv]).toEqual([0, 0, 0])
    expect(sentTo(`c.${group.id}`)).toHaveLength(1)
    expect(sentTo(`u.${app()}.ben`)).toHaveLength(1)
    expect((await history(group.id)).messages).toEqual([])
    expect(await node.core.directs.find(app(), 'anna', 'ben')).toBeUndefined()
    expect(await node.store.scan(names, { prefix: [app(), 'pair'], limit: 9 })).toEqual([])
    expect(await node.core.unread.of(group, 'anna')).toBe(0)
    const stored = await node.core.send.toUser(node.call, 'ben', text('anna'))
    const later = await node.core.send.toUser(node.call, 'ben', text('anna', passing))
    expect([later.conv, later.seq]).toEqual([stored.conv, 0])
  })

  test('in a group that keeps nothing every message is passing, and speaking does not ask for membership', async () => {
    const room = await node.group('anna', undefined, { kind: 'live', members: undefined })
    const sent = await node.core.send.toGroup(node.call, room.id, text('cleo'))
    expect(sent).toMatchObject({ seq: 0, conv: room.id })
    expect(sentTo(`c.${room.id}`)).toHaveLength(1)
    expect((await history(room.id)).messages).toEqual([])
  })
})

describe('[MS7] visibility', () => {
  const seen = async (conv: number, user: string) => (await history(conv, user)).messages.map(message => message.seq)

  test('lists decide who sees a message; the sender does, unless hidden by name', async () => {
    const group = await node.group('anna', ['ben', 'cleo'])
    const drafts = [
      {},
      { visibleTo: ['ben'] },
      { hiddenFrom: ['ben'] },
      { visibleTo: ['ben', 'cleo'], hiddenFrom: ['cleo'] },
      { hiddenFrom: ['anna'] },
      { visibleTo: [] },
    ]
    for (const more of drafts) await node.core.send.toGroup(node.call, group.id, text('anna', more))
    expect(await seen(group.id, 'anna')).toEqual([1, 2, 3, 4, 6])
    expect(await seen(group.id, 'ben')).toEqual([1, 2, 4, 5])
    expect(await seen(group.id, 'cleo')).toEqual([1, 3, 5])
    const unread = await Promise.all(['anna', 'ben', 'cleo'].map(user => node.core.unread.of(group, user)))
    expect(unread).toEqual([0, 4, 3])
  })

  test('of a pair likewise', async () => {
    const drafts = [{}, { visibleTo: ['ben'] }, { visibleTo: ['anna'] }, { hiddenFrom: ['ben'] }]
    let conv = 0
    for (const more of drafts) conv = (await node.core.send.toUser(node.call, 'ben', text('anna', more))).conv
    expect(await seen(conv, 'ben')).toEqual([1, 2])
    expect(await seen(conv, 'anna')).toEqual([1, 2, 3, 4])
    expect(await node.core.unread.of(await node.core.directs.get(app(), conv), 'ben')).toBe(2)
  })

  test('a list too long for one batch is refused and sends nothing', async () => {
    const group = await node.group('anna', [], { policy: { tips: 'none' } })
    const many = Array.from({ length: 901 }, (_, i) => `u${i}`)
    const sending = node.core.send.toGroup(node.call, group.id, text('anna', { visibleTo: many }))
    await expect(sending).rejects.toMatchObject({ reason: 'request.batch' })
    const sent = await node.core.send.toGroup(node.call, group.id, text('anna', { visibleTo: many.slice(1) }))
    expect(sent.seq).toBe(1)
  })
})

describe('[MS8] who may send', () => {
  test('the sender and receiver must be users, the sender a member, and not muted', async () => {
    const { core, call } = node
    const group = await node.group('anna', ['ben'])
    const refused: [Promise<unknown>, string][] = [
      [core.send.toUser(call, 'nobody', text('anna')), 'user.missing'],
      [core.send.toUser(call, 'anna', text('nobody')), 'user.missing'],
      [core.send.toGroup(call, group.id, text('nobody')), 'user.missing'],
      [core.send.toGroup(call, group.id, text('cleo')), 'member.missing'],
      [core.send.toGroup(call, 1, text('anna')), 'group.missing'],
    ]
    for (const [sending, reason] of refused) await expect(sending, reason).rejects.toMatchObject({ reason })
    await core.groups.update(call, group.id, {}, { speak: 'managers' })
    await expect(core.send.toGroup(call, group.id, text('ben'))).rejects.toMatchObject({ reason: 'group.muted' })
    expect((await core.send.toGroup(call, group.id, text('anna'))).seq).toBe(1)
    expect((await core.send.toGroup(call, group.id, text(''))).seq).toBe(2)
    const unchecked = { checks: { users: false, member: false, mute: false } }
    expect((await core.send.toGroup(call, group.id, text('ghost', unchecked))).seq).toBe(3)
    const sent = await core.send.toUser(call, 'ghost', text('anna', unchecked))
    const direct = await core.directs.get(call.app.id, sent.conv)
    await expect(core.send.toConversation(call, direct, text('cleo'))).rejects.toMatchObject({
      reason: 'member.missing',
    })
    expect((await core.send.toConversation(call, direct, text('ghost', unchecked))).seq).toBe(2)
    await expect(core.send.toConversation(call, direct, text('anna'))).rejects.toMatchObject({
      reason: 'user.missing',
    })
  })

  test('a conversation that was just read is not read again', async () => {
    const { core, call, store } = node
    const { id } = await node.group('anna', ['ben'])
    const read = (await core.directs.get(call.app.id, id)) as Group
    const tables: string[] = []
    const get = store.get
    store.get = ((table, key) => {
      tables.push(table.name)
      return get(table, key)
    }) as typeof get
    await core.send.toConversation(call, read, text('ben'))
    store.get = get
    expect(tables).toContain('members')
    expect(tables).not.toContain('conversations')
  })

  test('the app is asked first; what it changes is sent instead of the sender’s own form, what it refuses is not sent', async () => {
    const asking = startNode({
      ask: async (point, _, draft) => {
        if (point !== 'message.group' && point !== 'message.direct') return draft
        if (point === 'message.direct') throw new Fault('hook.refused')
        return { ...draft, parts: [{ type: 'text', text: 'other' }] }
      },
    })
    await asking.users('anna', 'ben')
    const group = await asking.group('anna')
    const draft = text('anna', { native: { tencent: { a: 1 } } })
    const { message } = await asking.core.send.toGroup(asking.call, group.id, draft)
    expect(message).toMatchObject({ parts: [{ type: 'text', text: 'other' }], native: undefined })
    await expect(asking.core.send.toUser(asking.call, 'ben', draft)).rejects.toMatchObject({ reason: 'hook.refused' })
    expect(await asking.core.directs.find(app(), 'anna', 'ben')).toBeUndefined()
    const unasked = await asking.core.send.toGroup(asking.call, group.id, { ...draft, unasked: true })
    expect(unasked.message?.native).toEqual({ tencent: { a: 1 } })
    await asking.stop()
  })
})
