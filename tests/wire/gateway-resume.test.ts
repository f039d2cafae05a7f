import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Call } from '../../src/core/call.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { signIn, type TestSocket } from '../support/socket.ts'
import { openWord, trusting } from '../support/trusting.ts'

let server: TestServer
let rest: Call
let now = Date.now()

beforeAll(async () => {
  server = await startServer({
    signIns: [trusting],
    clock: () => now,
    gateway: { rate: 1e6, burst: 1e6 },
  })
  rest = { app: server.apps[0] as Call['app'], admin: true, origin: { dialect: 'tencent', via: 'rest' } }
  await make('ann', 'ben')
})

afterAll(() => server.stop())

interface Moved {
  conversation: { conv: number; unread: number; since: number; read: number; peer?: string }
  reset: boolean
  messages: { seq: number; parts?: unknown; blank?: true; recalled?: unknown }[]
  changes: { rev: number; blank?: true; what?: string; seq?: number; recalled?: { reason?: string } }[]
  seq: number
  rev: number
  more: boolean
}

interface Reply {
  epoch: string
  conversations: Moved[]
  gone: number[]
  next?: number
}

async function make(...ids: string[]) {
  await server.core.users.save(
    rest,
    ids.map(id => ({ id })),
    { existing: 'update' },
  )
}

async function as(user: string) {
  await make(user)
  return signIn(server, openWord(rest.app, user))
}

async function groupOf(kind: 'group' | 'public', ...users: string[]) {
  const owner = users[0] as string
  const members = users.map(user => ({ user }))
  return (await server.core.groups.create(rest, { kind, name: 'g', owner, members })).group.id
}

const text = (words: string) => [{ type: 'text' as const, text: words }]

async function say(conv: number, count: number, from = 'ann') {
  for (let i = 0; i < count; i++) await server.core.send.toGroup(rest, conv, { from, parts: text(`m${i}`) })
}

async function sync(device: TestSocket, query: object): Promise<Reply> {
  return (await device.ask('sync', { epoch: server.store.epoch, ...query })) as unknown as Reply
}

const seqs = (moved: Moved | undefined) => moved?.messages.map(message => message.seq)

describe('resuming', () => {
  test('[GW30] a device with nothing gets the newest page of all its conversations', async () => {
    const device = await as('r30')
    const conv = await groupOf('group', 'ann', 'r30')
    await say(conv, 60)
    const reply = await sync(device, { positions: [], limit: 10 })
    expect(reply).toMatchObject({ epoch: server.store.epoch, gone: [] })
    expect(reply.conversations[0]).toMatchObject({
      reset: true,
      seq: 60,
      rev: 0,
      more: false,
      conversation: { unread: 60 },
    })
    expect(seqs(reply.conversations[0])).toEqual([51, 52, 53, 54, 55, 56, 57, 58, 59, 60])
    await device.close()
  })

  test('[GW31] a device gets what it lacks, page by page, and nothing twice', async () => {
    const device = await as('r31')
    const conv = await groupOf('group', 'ann', 'r31')
    await say(conv, 25)
    let position = { conv, seq: 3, rev: 0 }
    const got: number[] = []
    for (let more = true; more; ) {
      const { conversations } = await sync(device, { positions: [position], only: true, limit: 10 })
      const moved = conversations[0] as Moved
      expect(moved.reset).toBe(false)
      got.push(...(seqs(moved) as number[]))
      position = { conv, seq: moved.seq, rev: moved.rev }
      more = moved.more
    }
    expect(got).toEqual(Array.from({ length: 22 }, (_, i) => i + 4))
    expect((await sync(device, { positions: [position] })).conversations).toEqual([])
    await device.close()
  })

  test('[GW32] too large a gap, another epoch or another membership begins anew', async () => {
    const device = await as('r32')
    const conv = await groupOf('group', 'ann', 'r32')
    await say(conv, 1005)
    const far = await sync(device, { positions: [{ conv, seq: 4, rev: 0 }], limit: 5 })
    expect(far.conversations[0]).toMatchObject({ reset: true, seq: 1005 })
    expect(seqs(far.conversations[0])).toEqual([1001, 1002, 1003, 1004, 1005])
    const near = await sync(device, { positions: [{ conv, seq: 5, rev: 0 }], limit: 5 })
    expect(near.conversations[0]).toMatchObject({ reset: false, seq: 10, more: true })
    const other = await sync(device, { epoch: 'other', positions: [{ conv, seq: 1004, rev: 0 }], limit: 5 })
    expect(other.conversations[0]).toMatchObject({ reset: true })
    const since = far.conversations[0]?.conversation.since as number
    const kept = await sync(device, { positions: [{ conv, seq: 1004, rev: 0, since }] })
    expect(kept.conversations[0]).toMatchObject({ reset: false })
    const again = await sync(device, { positions: [{ conv, seq: 1004, rev: 0, since: since - 1 }], limit: 5 })
    expect(again.conversations[0]).toMatchObject({ reset: true })
    const beyond = await sync(device, { positions: [{ conv, seq: 1006, rev: 0 }], limit: 5 })
    expect(beyond.conversations[0]).toMatchObject({ reset: true })
    await device.close()
  })

  test('[GW33] a recall that happened while away comes as a change, and the message without content', async () => {
    const device = await as('r33')
    const conv = await groupOf('group', 'ann', 'r33')
    await say(conv, 2)
    const group = await server.core.groups.get(rest.app.id, conv)
    await server.core.recall(rest, group, 1, { reason: 'seen before' })
    await server.core.recall(rest, group, 2, { reason: 'never seen' })
    const { conversations } = await sync(device, { positions: [{ conv, seq: 1, rev: 0 }] })
    const [moved] = conversations as [Moved]
    expect(moved.messages).toMatchObject([{ seq: 2, recalled: { reason: 'never seen' } }])
    expect(moved.messages[0]).not.toHaveProperty('parts')
    expect(moved.changes).toMatchObject([
      { rev: 1, what: 'recall', seq: 1, recalled: { reason: 'seen before' } },
      { rev: 2, what: 'recall', seq: 2 },
    ])
    await device.close()
  })

  test('[GW34] what a member may not see keeps its number and nothing else', async () => {
    const conv = await groupOf('public', 'ann')
    await say(conv, 3)
    const device = await as('r34')
    await server.core.members.addMany(rest, conv, [{ user: 'r34' }], { quiet: true })
    await server.core.send.toGroup(rest, conv, { from: 'ann', parts: text('not for r34'), hiddenFrom: ['r34'] })
    await say(conv, 1)
    const { conversations } = await sync(device, { positions: [{ conv, seq: 1, rev: 0 }] })
    expect(conversations[0]?.messages.map(each => [each.seq, each.blank ?? false])).toEqual([
      [2, true],
      [3, true],
      [4, true],
      [5, false],
    ])
    expect((await sync(device, { positions: [] })).conversations[0]?.messages.map(each => each.seq)).toEqual([4, 5])
    const { messages } = (await device.ask('history.read', { conv })) as { messages: { seq: number }[] }
    expect(messages.map(each => each.seq)).toEqual([5])
    await device.close()
  })

  test('[GW35] conversations that are gone are named, new ones come whole', async () => {
    const device = await as('r35')
    const [gone, stays] = [await groupOf('group', 'ann', 'r35'), await groupOf('group', 'ann', 'r35')]
    await server.core.members.removeMany(rest, gone, ['r35'])
    const direct = await server.core.send.toUser(rest, 'r35', { from: 'ann', parts: text('new') })
    const positions = [gone, stays].map(conv => ({ conv, seq: 0, rev: 0 }))
    const reply = await sync(device, { positions })
    expect(reply.gone).toEqual([gone])
    expect(reply.conversations).toMatchObject([
      { reset: true, conversation: { conv: direct.conv, peer: 'ann', unread: 1 } },
    ])
    await device.close()
  })

  test('[GW36] reading elsewhere moves a conversation too', async () => {
    const device = await as('r36')
    const conv = await groupOf('group', 'ann', 'r36')
    await say(conv, 2)
    const before = { conv, seq: 2, rev: 0, read: 0 }
    expect((await sync(device, { positions: [before] })).conversations).toEqual([])
    await device.ask('conversation.read', { conv })
    const [moved] = (await sync(device, { positions: [before] })).conversations
    expect(moved).toMatchObject({ messages: [], conversation: { read: 2, unread: 0 } })
    await device.close()
  })

  test('[GW37] many conversations come in pages, none left out and none twice', async () => {
    const device = await as('r37')
    const convs: number[] = []
    for (let i = 0; i < 230; i++) convs.push(await groupOf('group', 'r37'))
    for (const conv of convs.slice(0, 60)) await say(conv, 24, 'r37')
    const found: number[] = []
    let pages = 0
    for (let after: number | undefined = 0; after !== undefined; pages++) {
      const reply: Reply = await sync(device, { positions: [], after })
      found.push(...reply.conversations.map(each => each.conversation.conv))
      after = reply.next
    }
    expect(found).toEqual(convs)
    expect(pages).toBeGreaterThan(2)
    // A device that names only a part of what it has is answered for that part.
    const part = convs.slice(100, 150).map(conv => ({ conv, seq: 0, rev: 0 }))
    const reply = await sync(device, { positions: part, after: convs[99], partial: true })
    expect(reply).toMatchObject({ conversations: [], gone: [], next: convs[149] })
    await device.close()
  })
})

describe('reading and sending', () => {
  test('[GW40] history goes both ways', async () => {
    const device = await as('r40')
    const conv = await groupOf('group', 'ann', 'r40')
    await say(conv, 10)
    const read = async (query: object) => {
      const page = (await device.ask('history.read', { conv, ...query })) as {
        messages: { seq: number }[]
        next?: number
      }
      return [page.messages.map(message => message.seq), page.next]
    }
    expect(await read({ limit: 3 })).toEqual([[8, 9, 10], 8])
    expect(await read({ before: 8, limit: 5 })).toEqual([[3, 4, 5, 6, 7], 3])
    expect(await read({ before: 3, limit: 5 })).toEqual([[1, 2], undefined])
    expect(await read({ after: 0, limit: 4 })).toEqual([[1, 2, 3, 4], 4])
    expect(await read({ after: 8, limit: 4 })).toEqual([[9, 10], undefined])
    expect(await read({ before: 0 })).toEqual([[], undefined])
    await device.close()
  })

  test('[GW41] the list of conversations begins with the newest, in pages, with the last message seen', async () => {
    const device = await as('r41')
    const convs: number[] = []
    for (let i = 0; i < 5; i++) {
      now += 10
      convs.push(await groupOf('group', 'ann', 'r41'))
      await say(convs[i] as number, 1)
    }
    now += 10
    const hidden = { from: 'ann', parts: text('hidden'), hiddenFrom: ['r41'] }
    await server.core.send.toGroup(rest, convs[1] as number, hidden)
    const order = [1, 4, 3, 2, 0].map(i => convs[i])
    const found: unknown[] = []
    let before: unknown
    do {
      const page = await device.ask('conversation.list', { before, limit: 2 })
      found.push(...(page.conversations as unknown[]))
      before = page.next
    } while (before)
    expect(found).toMatchObject(order.map(conv => ({ conv, last: { seq: 1, parts: text('m0') }, unread: 1 })))
    expect(found).toHaveLength(5)
    await device.close()
  })

  test('[GW42] a client id said again within 7 days is the first message, told once', async () => {
    const [ann, r42] = [await as('ann'), await as('r42')]
    const draft = { to: 'r42', client: 'twice', parts: text('once') }
    const first = await ann.ask('message.sendToUser', draft)
    now += 7 * 24 * 3600 * 1000 - 1000
    expect(await ann.ask('message.sendToUser', draft)).toEqual({ ...first, repeated: true })
    now += 2000
    expect(await ann.ask('message.sendToUser', draft)).toMatchObject({ seq: 2, repeated: false })
    await r42.ask('ping')
    expect(r42.frames.filter(frame => frame.type === 'message')).toHaveLength(2)
    await Promise.all([ann.close(), r42.close()])
  })

  test('[GW43] one’s own message can be recalled for two minutes, by managers any time', async () => {
    const [ann, r43] = [await as('ann'), await as('r43')]
    const conv = await groupOf('group', 'ann', 'r43')
    const send = async (client: string) =>
      (await r43.ask('message.sendToGroup', { conv, client, parts: text(client) })).seq
    const [soon, late] = [await send('soon'), await send('late')]
    now += 119_000
    expect(await r43.ask('message.recall', { conv, seq: soon })).toEqual({})
    await expect(r43.ask('message.recall', { conv, seq: soon })).rejects.toThrow('message.recalled')
    now += 2000
    await expect(r43.ask('message.recall', { conv, seq: late })).rejects.toThrow('message.late')
    expect(await ann.ask('message.recall', { conv, seq: late, reason: 'rude' })).toEqual({})
    expect(await r43.next('change', frame => frame.seq === late)).toMatchObject({
      by: 'ann',
      recalled: { reason: 'rude' },
    })
    await Promise.all([ann.close(), r43.close()])
  })

  test('[GW44] a muted member may not speak, and a group shows its members', async () => {
    const [ann, r44] = [await as('ann'), await as('r44')]
    const conv = await groupOf('group', 'ann', 'r44')
    await server.core.groups.update(rest, conv, {}, { speak: 'managers' })
    await expect(r44.ask('message.sendToGroup', { conv, client: 'x', parts: text('x') })).rejects.toThrow('group.muted')
    expect(await ann.ask('message.sendToGroup', { conv, client: 'x', parts: text('x') })).toMatchObject({ seq: 1 })
    expect(await r44.ask('group.get', { conv })).toMatchObject({ conv, name: 'g', owner: 'ann', members: 2 })
    const first = await r44.ask('group.members', { conv, limit: 1 })
    expect(first).toMatchObject({ members: [{ user: 'ann', role: 'owner' }] })
    const second = await r44.ask('group.members', { conv, limit: 1, after: first.next })
    expect(second).toMatchObject({ members: [{ user: 'r44', role: 'member' }] })
    await Promise.all([ann.close(), r44.close()])
  })

  test('[GW45] every kind of part is kept as it was said; users show what is public', async () => {
    const r45 = await as('r45')
    await server.core.users.update(rest, 'ann', { profile: { nick: 'Ann', email: 'a@example.com', mobile: '123' } })
    const parts = [
      { type: 'image', url: 'https://example.com/a.png', width: 3, height: 4, variants: [{ kind: 'thumb', url: 'u' }] },
      { type: 'audio', url: 'u', duration: 1200 },
      { type: 'video', url: 'u', duration: 5, cover: { url: 'c', width: 1 } },
      { type: 'file', url: 'u', name: 'n', size: 7 },
      { type: 'location', title: 'here', latitude: -1.5, longitude: 100 },
      { type: 'face', index: 3 },
      { type: 'custom', data: '{}', description: 'd' },
      { type: 'tip', text: 't' },
      { type: 'link', url: 'https://example.com', title: 'l' },
      { type: 'merged', title: 'm', summary: ['a'], messages: [{ sender: 'ann', time: 5, parts: text('in') }] },
    ]
    const { conv, seq } = await r45.ask('message.sendToUser', { to: 'ann', client: 'all', parts })
    expect((await r45.next('message')).parts).toEqual(parts)
    expect((await r45.ask('history.read', { conv })).messages).toMatchObject([{ seq, parts }])
    expect((await r45.ask('user.get', { users: ['ann'] })).users).toEqual([{ user: 'ann', nick: 'Ann' }])
    await r45.close()
  })
})
