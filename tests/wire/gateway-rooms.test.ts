import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Call } from '../../src/core/call.ts'
import type { Policy } from '../../src/core/model.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { signIn, type TestSocket } from '../support/socket.ts'
import { openWord, trusting } from '../support/trusting.ts'

let server: TestServer
let rest: Call

beforeAll(async () => {
  server = await startServer({
    signIns: [trusting],
    gateway: { dropFrom: 64 * 1024, closeFrom: 4 * 1024 * 1024, rate: 10_000, burst: 10_000 },
  })
  rest = { app: server.apps[0] as Call['app'], admin: true, origin: { dialect: 'tencent', via: 'rest' } }
  const ids = ['host', 'ann', 'ben', 'cy', ...Array.from({ length: 60 }, (_, i) => `u${i}`)]
  await server.core.users.save(
    rest,
    ids.map(id => ({ id })),
    { existing: 'update' },
  )
})

afterAll(() => server.stop())

const as = (user: string) => signIn(server, openWord(rest.app, user))

async function room(kind: 'live' | 'chatroom' | 'livegroup' = 'chatroom', policy: Partial<Policy> = {}) {
  const { group } = await server.core.groups.create(rest, { kind, name: 'the room', owner: 'host', policy })
  return group.id
}

const text = (words: string) => [{ type: 'text' as const, text: words }]
const say = (device: TestSocket, conv: number, words: string, more = {}) =>
  device.ask('message.sendToGroup', { conv, client: words, parts: text(words), ...more })
const tell = (conv: number, words: string) => server.core.send.toGroup(rest, conv, { from: '', parts: text(words) })
const wordsIn = (device: TestSocket) =>
  device.frames
    .filter(({ type }) => type === 'message')
    .flatMap(({ parts }) => (parts as { text?: string }[])[0]?.text ?? [])
const close = (...devices: TestSocket[]) => Promise.all(devices.map(device => device.close()))

describe('[RM12] a device in a live room', () => {
  test('hears what is said there from its entry until it leaves; others do not, not even the owner’s', async () => {
    const conv = await room('live')
    const [ann, ann2, ben, host] = await Promise.all([as('ann'), as('ann'), as('ben'), as('host')])
    await tell(conv, 'too early')
    expect(await ann.ask('room.enter', { conv, nick: 'Ann' })).toMatchObject({
      room: { conv, name: 'the room', kind: 'live', owner: 'host', stored: false },
      me: { user: 'ann', role: 'guest', nick: 'Ann' },
      online: 1,
    })
    expect(await ann.next('room')).toEqual({ type: 'room', conv, here: true })
    await ben.ask('room.enter', { conv })
    expect(await ann.next('entered', ({ user }) => user === 'ben')).toMatchObject({ conv, role: 'guest' })
    await say(ben, conv, 'hello', { priority: 'high' })
    expect(await ann.next('message')).toMatchObject({
      conv,
      seq: 0,
      sender: 'ben',
      parts: text('hello'),
      priority: 'high',
    })
    await ben.ask('room.leave', { conv })
    expect(await ben.next('room', ({ here }) => here === false)).toEqual({
      type: 'room',
      conv,
      here: false,
      why: 'left',
    })
    expect(await ann.next('left')).toEqual({ type: 'left', conv, user: 'ben', how: 'left' })
    await expect(say(ben, conv, 'from outside')).rejects.toThrow('member.missing')
    await tell(conv, 'late')
    await ann.next('message', ({ parts }) => JSON.stringify(parts).includes('late'))
    for (const each of [ann2, ben, host]) await each.ask('ping')
    expect([ann2, ben, host].map(wordsIn)).toEqual([[], ['hello'], []])
    expect(wordsIn(ann)).toEqual(['hello', 'late'])
    await expect(ben.ask('room.leave', { conv })).rejects.toThrow('member.missing')
    await close(ann, ann2, ben, host)
  })

  test('leaves with its connection, and nobody listens there any more', async () => {
    const conv = await room('live')
    const [ann, ben] = await Promise.all([as('ann'), as('ben')])
    await ann.ask('room.enter', { conv })
    await ben.ask('room.enter', { conv })
    const before = server.gateway.stats().subscriptions
    ann.ws.terminate()
    expect(await ben.next('left')).toMatchObject({ conv, user: 'ann', how: 'lost' })
    expect(await ben.ask('room.count', { conv })).toEqual({ online: 1, managers: 0, members: 0, guests: 1 })
    await ben.close()
    await expect.poll(() => server.core.rooms.count(conv)).toBe(0)
    await expect.poll(() => server.gateway.stats().subscriptions).toBeLessThan(before)
  })

  test('is sent out by those who run the room, and hears nothing of it then', async () => {
    const conv = await room('chatroom')
    const [ann, host] = await Promise.all([as('ann'), as('host')])
    await ann.ask('room.enter', { conv })
    await expect(ann.ask('room.kick', { conv, users: ['host'] })).rejects.toThrow('group.role')
    expect(await host.ask('room.kick', { conv, users: ['ann'], text: 'bye' })).toEqual({ kicked: ['ann'] })
    expect(await ann.next('room', ({ here }) => here === false)).toMatchObject({ conv, why: 'kicked' })
    await ann.ask('room.enter', { conv })
    await host.ask('room.ban', { conv, users: ['ann'], seconds: 60 })
    expect(await ann.next('room', ({ why }) => why === 'banned')).toMatchObject({ conv, here: false })
    await expect(ann.ask('room.enter', { conv })).rejects.toThrow('group.banned')
    await host.ask('room.unban', { conv, users: ['ann'] })
    await ann.ask('room.enter', { conv })
    expect(await host.ask('room.mute', { conv, user: 'ann', seconds: 60 })).toEqual({ seconds: 60 })
    await expect(say(ann, conv, 'mute')).rejects.toThrow('user.muted')
    await host.ask('room.mute', { conv, user: 'ann', seconds: 0 })
    await host.ask('room.muteAll', { conv, on: true })
    await expect(say(ann, conv, 'muted')).rejects.toThrow('group.muted')
    await host.ask('room.fix', { conv, user: 'ann', role: 'manager' })
    await say(ann, conv, 'now')
    expect(await ann.ask('room.members', { conv, of: 'managers' })).toMatchObject({
      members: [{ user: 'ann', role: 'manager' }],
    })
    await server.core.groups.dismiss(rest, conv)
    expect(await ann.next('room', ({ why }) => why === 'dismissed')).toEqual({
      ...{ type: 'room', conv, here: false, why: 'dismissed' },
    })
    await close(ann, host)
  })
})

describe('[RM13] comings and goings', () => {
  test('are told one by one up to 20 in a second, beyond that by number alone', async () => {
    const conv = await room('live')
    const ann = await as('ann')
    await ann.ask('room.enter', { conv })
    await ann.next('online', ({ online }) => online === 1)
    const crowd = await Promise.all(Array.from({ length: 60 }, (_, i) => as(`u${i}`)))
    await Promise.all(crowd.map(each => each.ask('room.enter', { conv })))
    expect(await ann.next('online', ({ online }) => online === 61)).toEqual({ type: 'online', conv, online: 61 })
    expect(ann.frames.filter(({ type }) => type === 'entered').length).toBeLessThanOrEqual(41)
    expect(ann.frames.filter(({ type }) => type === 'online').length).toBeLessThanOrEqual(4)
    await close(...crowd)
    await ann.next('online', ({ online }) => online === 1)
    await ann.close()
  })

  test('are not told where the room keeps them to itself', async () => {
    const rooms = [await room('livegroup'), await room('chatroom', { comings: false })]
    const [ann, ben] = await Promise.all([as('ann'), as('ben')])
    for (const conv of rooms) {
      await ann.ask('room.enter', { conv })
      await ben.ask('room.enter', { conv })
    }
    await new Promise(resolve => setTimeout(resolve, 1100))
    await ann.ask('ping')
    expect(ann.frames.map(({ type }) => type).filter(type => ['entered', 'online'].includes(type))).toEqual([])
    await close(ann, ben)
  })
})

describe('[RM14] a room that keeps its messages', () => {
  test('shows them to whoever is inside; a device that was away catches up with what one that stayed shows', async () => {
    const conv = await room('chatroom')
    const [ann, ben] = await Promise.all([as('ann'), as('ben')])
    await tell(conv, 'one')
    await expect(ben.ask('history.read', { conv })).rejects.toThrow('conversation.missing')
    await ann.ask('room.enter', { conv })
    await ben.ask('room.enter', { conv })
    const { messages } = (await ben.ask('history.read', { conv })) as { messages: { parts: unknown }[] }
    expect(messages.map(({ parts }) => parts)).toEqual([text('one')])
    const { seq } = await say(ann, conv, 'two')
    expect(await ben.next('message')).toMatchObject({ conv, seq, sender: 'ann' })
    await ben.close()
    await say(ann, conv, 'three')
    await ann.ask('message.recall', { conv, seq })
    const again = await as('ben')
    const position = { conv, seq, rev: 0 }
    expect((await again.ask('sync', { only: true, positions: [position] })).gone).toEqual([conv])
    await again.ask('room.enter', { conv })
    const { conversations } = (await again.ask('sync', {
      only: true,
      positions: [position],
      epoch: server.store.epoch,
    })) as {
      conversations: { reset: boolean; messages: { seq: number }[]; changes: { what: string; seq: number }[] }[]
    }
    expect(conversations).toMatchObject([
      {
        conversation: { conv, unread: 0 },
        reset: false,
        messages: [{ parts: text('three') }],
        changes: [{ what: 'recall', seq }],
      },
    ])
    expect(
      ((await again.ask('conversation.list', {})).conversations as { conv: number }[]).map(each => each.conv),
    ).not.toContain(conv)
    await close(ann, again)
  })

  test('hides from newcomers what was said before, where it says so', async () => {
    const conv = await room('chatroom', { earlier: false })
    await tell(conv, 'before')
    const ann = await as('ann')
    await ann.ask('room.enter', { conv })
    await say(ann, conv, 'after')
    const { messages } = (await ann.ask('history.read', { conv })) as { messages: { parts: unknown }[] }
    expect(messages.map(({ parts }) => parts)).toEqual([text('after')])
    await ann.close()
  })
})

describe('[RM15] a device that is too slow for a room', () => {
  test('loses passing frames, keeps its connection, and hears what comes later', async () => {
    const conv = await room('live')
    const [ann, ben] = await Promise.all([as('ann'), as('ben')])
    await ann.ask('room.enter', { conv })
    await ben.ask('room.enter', { conv })
    ann.ws.pause()
    const before = server.gateway.stats()
    const big = 'x'.repeat(20_000)
    for (let i = 0; i < 2000 && server.gateway.stats().dropped < before.dropped + 20; i++) {
      await tell(conv, `${i} ${big}`)
      // The other device takes what it gets at once.
      await expect.poll(() => wordsIn(ben).length, { interval: 1 }).toBe(i + 1)
    }
    expect(server.gateway.stats().dropped).toBeGreaterThanOrEqual(before.dropped + 20)
    ann.ws.resume()
    await ann.ask('ping')
    await ben.ask('room.attributes.set', { conv, attributes: { seat: 'ben' } })
    expect(await ann.next('attributes')).toMatchObject({ conv, what: 'set', attributes: { seat: 'ben' }, number: 1 })
    expect(server.gateway.stats().slow).toBe(before.slow)
    expect(wordsIn(ann).length).toBeLessThan(wordsIn(ben).length)
    await close(ann, ben)
  })
})

describe('[RM16] what a room holds besides messages', () => {
  test('queue and attributes are told to those inside', async () => {
    const conv = await room('chatroom')
    const [ann, ben] = await Promise.all([as('ann'), as('ben')])
    await expect(ann.ask('room.queue.list', { conv })).rejects.toThrow('member.missing')
    await ann.ask('room.enter', { conv })
    await ben.ask('room.enter', { conv })
    const elements = [
      { key: 'a', value: '1', passing: true },
      { key: 'b', value: '2' },
    ]
    expect(await ann.ask('room.queue.offer', { conv, elements })).toEqual({ failed: [] })
    const added = await ben.next('queue', ({ elements }) => JSON.stringify(elements) === '{"a":"1"}')
    expect(added).toMatchObject({ conv, what: 'add', owner: 'ann' })
    expect(await ben.ask('room.queue.peek', { conv })).toEqual({
      element: { key: 'a', value: '1', user: 'ann', passing: true },
    })
    ann.ws.terminate()
    expect(await ben.next('queue', ({ what }) => what === 'delete')).toMatchObject({ conv, keys: ['a'], owner: 'ann' })
    expect(await ben.ask('room.queue.list', { conv })).toEqual({ elements: [{ key: 'b', value: '2', user: 'ann' }] })
    expect(await ben.ask('room.queue.poll', { conv })).toEqual({ element: { key: 'b', value: '2', user: 'ann' } })
    expect(await ben.ask('room.queue.poll', { conv })).toEqual({})
    await expect(ben.ask('room.queue.drop', { conv })).rejects.toThrow('group.role')
    const host = await as('host')
    await host.ask('room.queue.init', { conv, size: 1 })
    await host.ask('room.queue.drop', { conv })
    expect(await ben.next('queue', ({ what }) => what === 'drop')).toMatchObject({ conv })
    await ben.ask('room.attributes.set', { conv, attributes: { a: '1' } })
    await ben.ask('room.attributes.modify', { conv, attributes: { b: '2' } })
    expect(await ben.ask('room.attributes.get', { conv })).toEqual({ attributes: { a: '1', b: '2' }, number: 2 })
    await ben.ask('room.attributes.delete', { conv, names: ['a'] })
    expect(await ben.ask('room.attributes.get', { conv, names: ['a', 'b'] })).toEqual({
      attributes: { b: '2' },
      number: 3,
    })
    await ben.ask('room.attributes.clear', { conv })
    expect(await ben.next('attributes', ({ what }) => what === 'clear')).toMatchObject({ conv, number: 4 })
    await close(ben, host)
  })
})

describe('[RM17] whatever a device asks of rooms', () => {
  test('of groups that are no rooms, or that are not there, is refused', async () => {
    const group = await server.core.groups.create(rest, {
      kind: 'group',
      name: 'g',
      owner: 'host',
      members: [{ user: 'ann' }],
    })
    const ann = await as('ann')
    await expect(ann.ask('room.enter', { conv: group.group.id })).rejects.toThrow('group.kind')
    await expect(ann.ask('room.enter', { conv: 1 })).rejects.toThrow('group.missing')
    for (const name of ['room.info', 'room.count', 'room.members'])
      for (const conv of [group.group.id, 1]) await expect(ann.ask(name, { conv })).rejects.toThrow('group.missing')
    const closed = await room('chatroom', { join: 'closed' })
    await expect(ann.ask('room.info', { conv: closed })).rejects.toThrow('group.missing')
    expect(await ann.ask('room.info', { conv: await room('live') })).toMatchObject({ online: 0, name: 'the room' })
    await ann.close()
  })

  test('changes nothing when it is nonsense', async () => {
    const conv = await room('live')
    const ann = await as('ann')
    await ann.ask('room.enter', { conv })
    const long = (length: number) => 'x'.repeat(length)
    const nonsense: [string, object][] = [
      ['room.enter', { conv, nick: long(65) }],
      ['room.enter', { conv, tags: Array.from({ length: 11 }, (_, i) => `t${i}`) }],
      ['room.describe', { conv, text: long(4097) }],
      ['room.members', { conv, limit: 201 }],
      ['room.members', { conv, of: 'everybody' }],
      ['room.kick', { conv, users: [] }],
      ['room.kick', { conv, users: Array.from({ length: 101 }, (_, i) => `u${i}`) }],
      ['room.ban', { conv, users: ['ben'], seconds: 0 }],
      ['room.mute', { conv, user: 'ben', tag: 't', seconds: 1 }],
      ['room.mute', { conv, user: 'ben', seconds: 2_592_001 }],
      ['room.mute', { conv, user: 'ben', seconds: -1 }],
      ['room.fix', { conv, user: 'ben', role: 'owner' }],
      ['room.attributes.set', { conv, attributes: { [long(33)]: '' } }],
      ['room.attributes.set', { conv, attributes: { a: 'é'.repeat(2001) } }],
      [
        'room.attributes.modify',
        { conv, attributes: Object.fromEntries(Array.from({ length: 17 }, (_, i) => [i, ''])) },
      ],
      ['room.queue.init', { conv, size: 1001 }],
      ['room.queue.offer', { conv, elements: [{ key: long(129), value: '' }] }],
      ['room.queue.offer', { conv, elements: [] }],
      ['message.sendToGroup', { conv, client: 'c', parts: text('x'), priority: 'urgent' }],
    ]
    for (const [name, input] of nonsense) await expect(ann.ask(name, input), name).rejects.toThrow('request.invalid')
    expect(await ann.ask('room.attributes.get', { conv })).toEqual({ attributes: {}, number: 0 })
    expect(await ann.ask('room.members', { conv })).toMatchObject({ members: [{ user: 'ann', tags: [] }] })
    await ann.close()
  })
})
