import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Call } from '../../src/core/call.ts'
import { handClock } from '../support/core.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { signIn, type TestSocket } from '../support/socket.ts'
import { openWord, trusting } from '../support/trusting.ts'

const day = 24 * 3600 * 1000
const clock = handClock()
let server: TestServer
let rest: Call
let ann: TestSocket
let ben: TestSocket
let ben2: TestSocket
let cy: TestSocket
let conv: number

beforeAll(async () => {
  server = await startServer({ signIns: [trusting], clock: clock.now, gateway: { rate: 10_000, burst: 10_000 } })
  rest = { app: server.apps[0] as Call['app'], admin: true, origin: { dialect: 'tencent', via: 'rest' } }
  const people = ['ann', 'ben', 'cy', 'dee']
  await server.core.users.save(
    rest,
    people.map(id => ({ id })),
    { existing: 'update' },
  )
  const members = people.slice(0, 3).map(user => ({ user }))
  conv = (await server.core.groups.create(rest, { kind: 'group', name: 'g', owner: 'ann', members })).group.id
  ;[ann, ben, ben2, cy] = (await Promise.all(['ann', 'ben', 'ben', 'cy'].map(as))) as [
    TestSocket,
    TestSocket,
    TestSocket,
    TestSocket,
  ]
})

afterAll(async () => {
  await Promise.all([ann, ben, ben2, cy].map(each => each.close()))
  await server.stop()
})

function as(user: string) {
  return signIn(server, openWord(rest.app, user))
}

const text = (words: string) => [{ type: 'text', text: words }]
let client = 0

async function say(by: TestSocket, words: string, more: object = {}): Promise<number> {
  const draft = { conv, client: `c${client++}`, parts: text(words), ...more }
  return (await by.ask('message.sendToGroup', draft)).seq as number
}

async function pair(by: TestSocket, to: string, more: object = {}): Promise<{ conv: number; seq: number }> {
  const draft = { to, client: `c${client++}`, parts: text('x'), ...more }
  return (await by.ask('message.sendToUser', draft)) as { conv: number; seq: number }
}

const changeOf = (socket: TestSocket, seq: number, what: string) =>
  socket.next('change', frame => frame.seq === seq && frame.what === what)

async function why(asked: Promise<unknown>): Promise<string> {
  return asked.then(
    () => 'nothing was refused',
    error => (error as Error).message,
  )
}

const at = async (by: TestSocket, seq: number) =>
  ((await by.ask('history.read', { conv, after: seq - 1, limit: 1 })).messages as Record<string, unknown>[])[0]

describe('[MA2] editing', () => {
  test('shows all members the new content, and history and sync say the same', async () => {
    const seq = await say(ben, 'helo')
    const reply = await ben.ask('message.edit', { conv, seq, parts: text('hello') })
    const edited = { by: 'ben', at: clock.now(), times: 1 }
    expect(reply).toEqual({ edited })
    for (const socket of [ann, ben, ben2, cy]) {
      const told = await changeOf(socket, seq, 'edit')
      expect(told).toMatchObject({ conv, by: 'ben', parts: text('hello'), edited })
    }
    expect(await at(cy, seq)).toMatchObject({ seq, sender: 'ben', parts: text('hello'), edited })
  })

  test('is refused to others, owners too, after a day, and for what is neither text nor custom', async () => {
    const seq = await say(ben, 'mine')
    for (const other of [ann, cy])
      expect(await why(other.ask('message.edit', { conv, seq, parts: text('x') }))).toBe('group.role')
    const image = [{ type: 'image', url: 'http://i' }]
    expect(await why(ben.ask('message.edit', { conv, seq, parts: image }))).toBe('message.content')
    const picture = (await ben.ask('message.sendToGroup', { conv, client: 'pic', parts: image })).seq
    expect(await why(ben.ask('message.edit', { conv, seq: picture, parts: text('x') }))).toBe('message.fixed')
    expect(await why(ben.ask('message.edit', { conv, seq: 9999, parts: text('x') }))).toBe('message.missing')
    expect(await why(ben.ask('message.edit', { conv, seq, parts: [] }))).toBe('request.invalid')
    const dee = await as('dee')
    expect(await why(dee.ask('message.edit', { conv, seq, parts: text('x') }))).toBe('conversation.missing')
    await dee.close()
    clock.move(day + 1)
    expect(await why(ben.ask('message.edit', { conv, seq, parts: text('x') }))).toBe('message.late')
    expect(await at(cy, seq)).toMatchObject({ parts: text('mine') })
  })
})

describe('[MA4] erasing', () => {
  test('takes a message from all devices of the user and from nobody else', async () => {
    const [a, b] = [await say(ann, 'a'), await say(ann, 'b')]
    expect(await ben.ask('message.erase', { conv, seqs: [a, b, a, 9999] })).toEqual({ erased: [a, b] })
    for (const socket of [ben, ben2])
      expect(await socket.next('erased')).toEqual({ type: 'erased', conv, seqs: [a, b], erased: 2 })
    await Promise.all([ann.ask('ping'), cy.ask('ping')])
    expect([...ann.frames, ...cy.frames].some(frame => frame.type === 'erased')).toBe(false)
    expect(await at(ben2, a)).not.toMatchObject({ seq: a })
    expect(await at(cy, a)).toMatchObject({ seq: a })
    for (const bad of [[], [0], [1.5], ['1'], Array.from({ length: 101 }, (_, i) => i + 1)])
      expect(await why(ben.ask('message.erase', { conv, seqs: bad }))).toBe('request.invalid')
  })

  test('[MA6] of a whole conversation is told to all devices of the user', async () => {
    const seq = await say(ann, 'before')
    expect(await ben.ask('conversation.clear', { conv, seq })).toEqual({ hidden: seq })
    expect(await ben2.next('cleared')).toEqual({ type: 'cleared', conv, seq })
    const next = await say(ann, 'after')
    const { messages } = await ben2.ask('history.read', { conv })
    expect((messages as { seq: number }[]).map(message => message.seq)).toEqual([next])
    const { conversations } = await ben2.ask('conversation.list', {})
    const own = (conversations as { conv: number }[]).find(each => each.conv === conv)
    expect(own).toMatchObject({ hidden: seq, read: seq, unread: 1, erased: 2 })
    expect(await why(ben.ask('conversation.clear', { conv: 1 }))).toBe('conversation.missing')
    expect(await ben.ask('conversation.clear', { conv })).toEqual({ hidden: next })
  })
})

describe('[MA9] how far somebody read', () => {
  test('the other side of a pair hears, and finds on coming back', async () => {
    const { conv: direct, seq } = await pair(ann, 'ben')
    await ben.ask('conversation.read', { conv: direct, seq })
    for (const socket of [ann, ben2])
      expect(await socket.next('read', frame => frame.conv === direct)).toEqual({
        type: 'read',
        conv: direct,
        user: 'ben',
        seq,
      })
    const known = { conv: direct, seq, rev: 0 }
    const asked = async (peerRead?: number) => {
      const { conversations } = await ann.ask('sync', {
        epoch: server.store.epoch,
        positions: [{ ...known, peerRead }],
        only: true,
      })
      return (conversations as { conversation: { peerRead: number } }[]).map(each => each.conversation.peerRead)
    }
    expect(await asked(0)).toEqual([seq])
    expect(await asked(seq)).toEqual([])
    expect(await asked()).toEqual([])
  })

  test('in a group only their own devices hear', async () => {
    const seq = await say(ann, 'x')
    await ben.ask('conversation.read', { conv, seq })
    expect(await ben2.next('read', frame => frame.conv === conv && frame.seq === seq)).toMatchObject({ user: 'ben' })
    await ann.ask('ping')
    expect(ann.frames.some(frame => frame.type === 'read' && frame.conv === conv)).toBe(false)
  })

  test('nobody else hears where the app hides it', async () => {
    const { conv: direct, seq } = await pair(cy, 'ben')
    rest.app.hidesReads = true
    try {
      await ben.ask('conversation.read', { conv: direct, seq })
      await ben2.next('read', frame => frame.conv === direct)
      await cy.ask('ping')
      expect(cy.frames.some(frame => frame.type === 'read' && frame.conv === direct)).toBe(false)
      const { conversations } = await cy.ask('conversation.list', {})
      const own = (conversations as { conv: number }[]).find(each => each.conv === direct)
      expect(own).not.toHaveProperty('peerRead')
    } finally {
      rest.app.hidesReads = undefined
    }
    const { conversations } = await cy.ask('conversation.list', {})
    expect((conversations as { conv: number }[]).find(each => each.conv === direct)).toMatchObject({ peerRead: seq })
  })
})

describe('[MA10] receipts', () => {
  test('are told to the sender’s devices alone, and counted and listed for the sender alone', async () => {
    const seq = await say(ben, 'please', { receipt: true })
    const plain = await say(ben, 'no need')
    expect(await cy.ask('message.receipts.send', { conv, seqs: [seq, plain] })).toEqual({ seqs: [seq] })
    for (const socket of [ben, ben2]) {
      const receipts = [{ seq, read: 1, unread: 1, users: ['cy'] }]
      expect(await socket.next('receipts')).toEqual({ type: 'receipts', conv, receipts })
    }
    await ann.ask('ping')
    expect(ann.frames.some(frame => frame.type === 'receipts')).toBe(false)
    expect(await ben.ask('message.receipts.get', { conv, seqs: [seq, plain] })).toEqual({
      receipts: [{ seq, read: 1, unread: 1 }],
    })
    expect(await ann.ask('message.receipts.get', { conv, seqs: [seq] })).toEqual({ receipts: [] })
    const list = (by: TestSocket, read: boolean, more = {}) =>
      by.ask('message.receipts.list', { conv, seq, read, ...more })
    expect(await list(ben, true)).toEqual({ users: ['cy'] })
    expect(await list(ben, false)).toEqual({ users: ['ann'] })
    expect(await list(ben, true, { limit: 1 })).toEqual({ users: ['cy'], next: 'cy' })
    expect(await list(ben, true, { after: 'cy' })).toEqual({ users: [] })
    expect(await why(list(ann, true))).toBe('message.missing')
    expect(await why(ben.ask('message.receipts.list', { conv, seq: plain, read: true }))).toBe('message.missing')
  })

  test('of a pair are told in the same form', async () => {
    const { conv: direct, seq } = await pair(ann, 'ben', { receipt: true })
    expect(await ben.ask('message.receipts.send', { conv: direct, seqs: [seq] })).toEqual({ seqs: [seq] })
    const receipts = [{ seq, read: 1, unread: 0, users: ['ben'] }]
    expect(await ann.next('receipts')).toEqual({ type: 'receipts', conv: direct, receipts })
    expect(await ann.ask('message.receipts.get', { conv: direct, seqs: [seq] })).toEqual({
      receipts: [{ seq, read: 1, unread: 0 }],
    })
  })
})

describe('[MA12] reactions', () => {
  test('are shown by the message, told to everybody, and listed', async () => {
    const seq = await say(ann, 'nice')
    await ben.ask('message.react', { conv, seq, kind: '👍' })
    clock.move(1)
    expect(await cy.ask('message.react', { conv, seq, kind: '👍' })).toEqual({
      reactions: [{ kind: '👍', count: 2, users: ['ben', 'cy'] }],
    })
    await changeOf(ann, seq, 'reaction')
    expect(await changeOf(ann, seq, 'reaction')).toMatchObject({
      by: 'cy',
      reactions: [{ kind: '👍', count: 2, users: ['ben', 'cy'] }],
      detail: { kind: '👍', on: true },
    })
    expect(await at(cy, seq)).toMatchObject({ reactions: [{ kind: '👍', count: 2 }] })
    expect(await at(cy, await say(ann, 'plain'))).not.toHaveProperty('reactions')
    const page = await ann.ask('message.reactions', { conv, seq, kind: '👍', limit: 1 })
    expect(page).toMatchObject({ users: [{ user: 'ben' }], next: { user: 'ben' } })
    expect(await ann.ask('message.reactions', { conv, seq, kind: '👍', after: page.next })).toMatchObject({
      users: [{ user: 'cy', at: clock.now() }],
    })
    expect(await cy.ask('message.reactions.own', { conv, seqs: [seq] })).toEqual({
      reactions: [{ seq, kinds: ['👍'] }],
    })
    expect(await ann.ask('message.reactions.own', { conv, seqs: [seq] })).toEqual({ reactions: [] })
    await ben.ask('message.unreact', { conv, seq, kind: '👍' })
    expect(await cy.ask('message.unreact', { conv, seq, kind: '👍' })).toEqual({ reactions: [] })
    expect(await at(cy, seq)).not.toHaveProperty('reactions')
  })

  test('are refused on what one does not see, and in forms that nobody should send', async () => {
    const { seq } = await server.core.send.toGroup(rest, conv, {
      from: 'ann',
      parts: [{ type: 'text', text: 'secret' }],
      visibleTo: ['cy'],
    })
    for (const operation of ['message.react', 'message.unreact', 'message.reactions'])
      expect(await why(ben.ask(operation, { conv, seq, kind: 'x' }))).toBe('message.missing')
    await cy.ask('message.react', { conv, seq, kind: 'x' })
    expect(await ben.next('change', frame => frame.blank === true)).toMatchObject({ conv, blank: true })
    const own = await say(ben, 'own')
    for (const kind of ['', 'x'.repeat(65), 7, null])
      expect(await why(ben.ask('message.react', { conv, seq: own, kind }))).toBe('request.invalid')
    await ben.ask('message.recall', { conv, seq: own })
    expect(await why(ben.ask('message.react', { conv, seq: own, kind: 'x' }))).toBe('message.recalled')
    expect(await why(ben.ask('message.reactions', { conv, seq: own, kind: 'x' }))).toBe('message.missing')
  })
})

describe('[MA14] pins', () => {
  test('are shown to everybody and listed; who may not edit the group may not pin', async () => {
    const group = await server.core.groups.get(rest.app.id, conv)
    await server.core.groups.update(rest, conv, {}, { edit: 'managers' })
    const [a, b] = [await say(ann, 'a'), await say(ann, 'b')]
    expect(await why(ben.ask('message.pin', { conv, seq: a }))).toBe('group.role')
    await ann.ask('message.pin', { conv, seq: a })
    clock.move(1)
    const pinned = { by: 'ann', at: clock.now() }
    expect(await ann.ask('message.pin', { conv, seq: b })).toEqual({ pinned })
    expect(await changeOf(cy, b, 'pin')).toMatchObject({ by: 'ann', pinned })
    const listed = async (by: TestSocket) =>
      ((await by.ask('conversation.pins', { conv })).messages as { seq: number }[]).map(message => message.seq)
    expect(await listed(ben)).toEqual([b, a])
    await ben.ask('message.erase', { conv, seqs: [b] })
    expect([await listed(ben), await listed(cy)]).toEqual([[a], [b, a]])
    expect(await why(ben.ask('message.unpin', { conv, seq: a }))).toBe('group.role')
    expect(await ann.ask('message.unpin', { conv, seq: a })).toEqual({})
    expect(await changeOf(cy, a, 'pin')).toMatchObject({ pinned: { by: 'ann' } })
    expect(await changeOf(cy, a, 'pin')).not.toHaveProperty('pinned')
    await server.core.groups.update(rest, conv, {}, { edit: group.policy.edit })
  })
})

describe('[MA15] pairs beside a message', () => {
  test('are written against the versions that were seen, told, and read', async () => {
    const seq = await say(ann, 'poll')
    const write = (by: TestSocket, what: string, pairs?: object[]) =>
      by.ask('message.extend', { conv, seq, what, pairs })
    expect(await write(ben, 'set', [{ key: 'yes', value: 'ben', version: 0 }])).toEqual({
      pairs: [{ key: 'yes', value: 'ben', version: 1, ok: true }],
    })
    expect(await changeOf(cy, seq, 'extend')).toMatchObject({
      by: 'ben',
      detail: { what: 'set', pairs: [{ key: 'yes', value: 'ben', version: 1 }], version: 1 },
    })
    expect(await write(cy, 'set', [{ key: 'yes', value: 'cy', version: 0 }])).toEqual({
      pairs: [{ key: 'yes', value: 'ben', version: 1, ok: false }],
    })
    await write(cy, 'set', [{ key: 'no', value: 'cy' }])
    await write(cy, 'delete', [{ key: 'no' }])
    expect(await ann.ask('message.extensions', { conv, seq })).toEqual({
      pairs: [
        { key: 'yes', value: 'ben', version: 1 },
        { key: 'no', value: '', version: 3 },
      ],
      version: 3,
      cleared: 0,
      complete: true,
    })
    expect(await ann.ask('message.extensions', { conv, seq, limit: 1 })).toMatchObject({ complete: false })
    expect(await write(ann, 'clear')).toEqual({ pairs: [] })
    expect(await ann.ask('message.extensions', { conv, seq, from: 2 })).toMatchObject({ pairs: [], cleared: 4 })
    const bad: [string, unknown][] = [
      ['set', [{ key: '', value: 'x' }]],
      ['set', [{ key: 'x', value: '' }]],
      ['set', [{ key: 'x'.repeat(101), value: 'x' }]],
      ['delete', []],
      ['set', Array.from({ length: 21 }, (_, i) => ({ key: `${i}`, value: 'x' }))],
      ['all', []],
    ]
    for (const [what, pairs] of bad) expect(await why(write(ben, what, pairs as object[]))).toBe('request.invalid')
    await ben.ask('message.erase', { conv, seqs: [seq] })
    expect(await why(write(ben, 'clear'))).toBe('message.missing')
    expect(await why(ben.ask('message.extensions', { conv, seq }))).toBe('message.missing')
  })
})

describe('[MA16] who writes', () => {
  test('is told to the others who are connected, never to the writer, and left nowhere', async () => {
    const { conv: direct } = await pair(ann, 'ben')
    const before = await server.core.positions.standings(rest.app.id, 'ann', [conv, direct])
    await ann.ask('typing', { conv })
    await ann.ask('typing', { to: 'ben' })
    await ann.ask('typing', { conv: direct, on: false })
    for (const socket of [ben, ben2]) {
      expect(await socket.next('typing')).toEqual({ type: 'typing', conv, user: 'ann', on: true })
      expect(await socket.next('typing')).toEqual({ type: 'typing', conv: direct, user: 'ann', on: true })
      expect(await socket.next('typing')).toEqual({ type: 'typing', conv: direct, user: 'ann', on: false })
    }
    expect(await cy.next('typing')).toMatchObject({ conv })
    await Promise.all([ann.ask('ping'), cy.ask('ping')])
    expect(ann.frames.some(frame => frame.type === 'typing')).toBe(false)
    expect(cy.frames.filter(frame => frame.type === 'typing')).toHaveLength(1)
    expect(await server.core.positions.standings(rest.app.id, 'ann', [conv, direct])).toEqual(before)
  })

  test('is told to nobody whom the user never wrote to, who blocks them, or in a large group', async () => {
    const dee = await as('dee')
    expect(await dee.ask('typing', { to: 'ann' })).toEqual({})
    expect(await dee.ask('typing', { to: 'nobody' })).toEqual({})
    expect(await why(dee.ask('typing', { conv }))).toBe('conversation.missing')
    for (const bad of [{}, { conv, to: 'ann' }, { conv: -1 }, { to: '' }])
      expect(await why(dee.ask('typing', bad))).toBe('request.invalid')
    const many = Array.from({ length: 201 }, (_, i) => ({ id: `m${i}` }))
    await server.core.users.save(rest, many, { existing: 'update' })
    const members = many.slice(0, 200).map(({ id: user }) => ({ user }))
    const big = (await server.core.groups.create(rest, { kind: 'community', name: 'b', owner: 'ann', members })).group
      .id
    await ann.ask('typing', { conv: big })
    const member = await as('m1')
    await ann.ask('typing', { conv: big })
    await Promise.all([member.ask('ping'), ann.ask('ping')])
    expect(member.frames.some(frame => frame.type === 'typing')).toBe(false)
    expect(ann.frames.some(frame => frame.type === 'typing' && frame.user === 'dee')).toBe(false)
    await Promise.all([member.close(), dee.close()])
  })

  test('is told at most ten times in ten seconds', async () => {
    const strict = await startServer({ signIns: [trusting], limits: 'vendor' })
    const app = strict.apps[0] as Call['app']
    await strict.core.users.save({ ...rest, app }, [{ id: 'ann' }, { id: 'ben' }], { existing: 'update' })
    const ann = await signIn(strict, openWord(app, 'ann'))
    const asked = await Promise.all(Array.from({ length: 12 }, () => why(ann.ask('typing', { to: 'ben' }))))
    expect(asked.filter(each => each === 'rate.exceeded')).toHaveLength(2)
    await ann.close()
    await strict.stop()
  })
})
