import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Call } from '../../src/core/call.ts'
import { Fault } from '../../src/core/errors.ts'
import type { Part } from '../../src/core/messages/content.ts'
import { nativeOperations } from '../../src/dialects/native/native.ts'
import { openSeenFields } from '../support/fields.ts'
import { demandForm, demandReplyForm, forms } from '../support/forms.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { signIn, type TestSocket } from '../support/socket.ts'
import { openWord, trusting } from '../support/trusting.ts'

let server: TestServer
let rest: Call

const fields = openSeenFields()
const answered = new Set<string>()
const texts = { a: 'b' }
const quote = { id: 4, hint: 'h' }

beforeAll(async () => {
  server = await startServer({
    signIns: [trusting],
    devices: { rule: 'platform', each: 1, most: 50 },
    gateway: { rate: 10_000, burst: 10_000 },
    async ask(point, call, draft) {
      if (point === 'group.leave' && call.operator === 'cy')
        throw new Fault('hook.refused', 'no', { dialect: 'tencent', code: 120001 })
      return draft
    },
  })
  rest = { app: server.apps[0] as Call['app'], admin: true, origin: { dialect: 'tencent', via: 'rest' } }
  const ids = ['ann', 'ben', 'eve', 'cy', 'dan', 'flo'].map(id => ({ id, ...(id === 'flo' ? { robot: true } : {}) }))
  await server.core.users.save(rest, ids, { existing: 'update' })
})

afterAll(() => server.stop())

/** A device whose every frame is looked at. */
interface Guest {
  user: string
  socket: TestSocket
  ask(operation: string, input?: object): Promise<Record<string, unknown>>
}

const guests: Guest[] = []

async function as(user: string, device: object = {}): Promise<Guest> {
  const socket = await signIn(server, { ...openWord(rest.app, user), platform: 'web', ...device })
  const guest = {
    user,
    socket,
    async ask(operation: string, input: object = {}) {
      const ok = await socket.ask(operation, input)
      answered.add(operation)
      fields.see({ type: 'reply', ok }, operation)
      return ok
    },
  }
  guests.push(guest)
  return guest
}

const text = (words: string): Part[] => [{ type: 'text', text: words }]
const file = { url: 'u', uuid: 'x', name: 'n', format: 'jpg', size: 3 }
const area = { width: 1, height: 2 }

/** One of each part that a device says. */
const everyPart: Part[] = [
  ...text('hi'),
  { type: 'image', ...file, ...area, variants: [{ ...file, ...area, kind: 'thumb' }] },
  { type: 'audio', ...file, duration: 5 },
  { type: 'video', ...file, ...area, duration: 5, cover: { ...file, ...area } },
  { type: 'file', ...file },
  { type: 'location', title: 't', latitude: 1, longitude: 2 },
  { type: 'face', index: 1, data: 'd' },
  { type: 'custom', data: 'd', description: 'e', ext: 'x', sound: 's' },
  { type: 'tip', text: 't' },
  { type: 'link', url: 'u', title: 't', text: 'x' },
]
const merged = { title: 't', summary: ['s'], fallback: 'f', messages: [{ sender: 'ann', time: 1, parts: text('x') }] }

test('[GW105] [GW106] every operation’s answer and every frame fits its form, and what the forms promise comes', async () => {
  const [ann, ben, eve, cy] = await Promise.all([
    as('ann', { device: 'a1', sdk: 'x/1', tag: 't' }),
    as('ben', { device: 'b1' }),
    as('eve'),
    as('cy'),
  ])
  const other = await as('ann', { platform: 'ios', device: 'a2' })
  await peopleOf(ann, ben, eve)
  const conv = await groupOf(ann, ben, eve, cy)
  await messagesOf(ann, ben, conv)
  await ownSideOf(ann, conv)
  await roomOf(ann, ben, eve)
  await devicesOf(ann, ben, other)
  await comebackOf(ann, conv)
  await endsOf(ann, cy)
  for (const { socket } of guests) for (const frame of socket.frames) fields.see(frame)
  expect([...nativeOperations.keys()].filter(key => !answered.has(key))).toEqual([])
  const told = new Set(guests.flatMap(({ socket }) => socket.frames.map(({ type }) => type)))
  expect(Object.keys(forms).filter(type => !told.has(type))).toEqual([])
  // What only the app's server writes is not there yet in a group just made.
  expect(fields.unseen()).toEqual(['group.create.marks', 'group.create.serverText'])
})

test('[GW106] a form notices a field more, less or of another type', () => {
  expect(() => demandForm({ type: 'cleared', conv: 1, seq: 2 } as { type: string })).not.toThrow()
  for (const wrong of [{ conv: 1 }, { conv: 1, seq: '2' }, { conv: 1, seq: 2, more: 1 }])
    expect(() => demandForm({ type: 'cleared', ...wrong })).toThrow('the frame cleared has another form')
  expect(() => demandForm({ type: 'nonsense' })).toThrow('nobody knows')
  expect(() => demandReplyForm('ping', { time: 'now' })).toThrow('the answer of ping has another form')
  expect(() => demandReplyForm('group.leave', undefined)).toThrow('the answer of group.leave')
})

async function peopleOf(ann: Guest, ben: Guest, eve: Guest) {
  const { core } = server
  const card = { nick: 'A', avatar: 'a', gender: 'female', signature: 's', location: 'l', language: 1, level: 2 }
  const own = { ...card, birthday: '2000-01-01', email: 'e', mobile: 'm', role: 3, befriend: 'confirm', text: 't' }
  await ann.ask('user.update', { ...own, custom: texts })
  await core.users.update(rest, 'ann', { profile: { noRequests: false } })
  await ann.socket.next('profile')
  await ben.ask('user.get', { users: ['ann', 'ben', 'flo'] })
  await ann.ask('user.get', { users: ['ann'] })
  const kept = { remark: 'r', text: 't', custom: texts }
  await ben.ask('friend.add', { user: 'ann', words: 'w', source: 's', list: 'l', ...kept })
  await eve.ask('friend.add', { user: 'ann', words: 'w' })
  await ann.ask('friend.requests', { limit: 1 })
  await ben.ask('friend.requests', { sent: true })
  await ann.ask('friend.answer', { user: 'ben', accept: true, list: 'l', ...kept })
  await ann.ask('friend.answer', { user: 'eve', accept: true })
  await core.friends.update(rest, 'ann', [{ user: 'ben', serverText: 's', ext: texts }])
  await ann.ask('friend.update', { user: 'ben', lists: ['l'], ...kept })
  const { number } = await ann.ask('friend.list', { limit: 1 })
  await ann.ask('friend.list')
  await ann.ask('friend.remove', { user: 'eve', both: true })
  await ann.ask('friend.list', { since: number })
  for (const list of ['block', 'mute']) {
    await ann.ask(`${list}.add`, { user: 'dan' })
    await ann.ask(`${list}.add`, { user: 'flo' })
    await ann.ask(`${list}.list`, { limit: 1 })
    await ann.ask(`${list}.remove`, { user: 'dan' })
  }
}

async function groupOf(ann: Guest, ben: Guest, eve: Guest, cy: Guest): Promise<number> {
  const { core } = server
  const shown = { avatar: 'a', description: 'd', notice: 'n', clientText: 't', custom: texts, ext: texts }
  const policy = { join: 'approval', invite: 'everyone', consent: false, edit: 'managers', editText: 'managers' }
  const made = await ann.ask('group.create', { kind: 'group', name: 'g', members: ['ben'], policy, ...shown })
  const conv = made.conv as number
  await ben.socket.next('membership')
  await core.groups.update(rest, conv, { serverText: 's' }, {}, {})
  await ann.ask('group.update', { conv, name: 'h' })
  await ann.ask('group.get', { conv })
  await ann.ask('group.create', { kind: 'team', name: 'second', members: [] })
  await ann.ask('group.list', { limit: 1 })
  await eve.ask('group.find', { conv })
  // Those who wish to come in, and those who are asked to.
  for (const guest of [eve, cy]) await guest.ask('group.join', { conv, words: 'please' })
  await ann.ask('group.applications', { conv, limit: 1 })
  await eve.ask('group.applications', { limit: 1 })
  await ann.ask('group.answer', { conv, user: 'eve', accept: true })
  await cy.ask('group.withdraw', { conv })
  await ann.ask('group.update', { conv, policy: { consent: true } })
  await ann.ask('group.invite', { conv, users: ['cy'], words: 'come' })
  await core.members.bring(rest, conv, ['dan'], { text: 'come', ext: 'e' })
  const dan = await as('dan')
  for (const guest of [cy, dan]) await guest.ask('group.invitations', { limit: 1 })
  for (const guest of [cy, dan]) await guest.ask('group.invitation.answer', { conv, accept: true })
  const card = { nick: 'n', text: 't', custom: texts, ext: texts }
  await ann.ask('group.memberUpdate', { conv, user: 'ben', level: 1, ...card })
  await ann.ask('group.setManagers', { conv, users: ['eve'], on: true })
  await ann.ask('group.mute', { conv, users: ['ben', 'cy'], seconds: 100 })
  await ann.ask('group.muted', { conv, limit: 1 })
  await ann.ask('group.members', { conv, limit: 2 })
  await ann.ask('group.members', { conv })
  await ann.ask('group.mute', { conv, users: ['ben', 'cy'], on: false })
  await ann.ask('group.muteAll', { conv, speak: 'managers' })
  await ann.ask('group.muteAll', { conv, speak: 'everyone' })
  await ann.ask('group.kick', { conv, users: ['dan'], words: 'w' })
  await ann.ask('group.ban', { conv, users: ['flo', 'dan'], seconds: 100, words: 'w' })
  await ann.ask('group.banned', { conv, limit: 1 })
  await ann.ask('group.unban', { conv, users: ['flo', 'dan'] })
  return conv
}

async function messagesOf(ann: Guest, ben: Guest, conv: number) {
  const { core } = server
  const said = { parts: everyPart, mentions: { all: true, users: ['ben'] }, quote, receipt: true }
  const { seq } = await ann.ask('message.sendToGroup', { conv, client: 'c1', ...said })
  await ann.ask('message.sendToGroup', { conv, client: 'c1', ...said })
  await ann.ask('message.sendToGroup', { conv, client: 'c2', parts: [{ type: 'merged', ...merged }], priority: 'low' })
  await ann.ask('message.sendToGroup', { conv, client: 'c3', parts: text('passing'), passing: true })
  const notice: Part = {
    type: 'notice',
    what: 'changed',
    by: 'ann',
    users: ['ben'],
    changes: texts,
    text: 't',
    ext: 'e',
  }
  await core.send.toGroup(rest, conv, { from: '', parts: [notice] })
  const hidden = await core.send.toGroup(rest, conv, { from: '', parts: text('not for ben'), hiddenFrom: ['ben'] })
  await ann.ask('message.react', { conv, seq: hidden.seq, kind: '+1' })
  await ben.ask('message.receipts.send', { conv, seqs: [seq] })
  await ann.ask('message.receipts.get', { conv, seqs: [seq] })
  for (const read of [true, false]) await ann.ask('message.receipts.list', { conv, seq, read, limit: 1 })
  for (const guest of [ann, ben]) await guest.ask('message.react', { conv, seq, kind: '+1' })
  await ann.ask('message.reactions', { conv, seq, kind: '+1', limit: 1 })
  await ann.ask('message.reactions.own', { conv, seqs: [seq] })
  await ben.ask('message.unreact', { conv, seq, kind: '+1' })
  await ann.ask('message.pin', { conv, seq })
  await ann.ask('conversation.pins', { conv })
  const last = await ann.ask('message.sendToGroup', { conv, client: 'c4', parts: text('x'), mentions: { all: true } })
  await ann.ask('message.edit', { conv, seq: last.seq, parts: text('y') })
  await ann.ask('message.pin', { conv, seq: last.seq })
  await ann.ask('message.unpin', { conv, seq: last.seq })
  await ann.ask('message.extend', { conv, seq, what: 'set', pairs: [{ key: 'k', value: 'v' }] })
  await ann.ask('message.extensions', { conv, seq })
  const gone = await ann.ask('message.sendToGroup', { conv, client: 'c5', parts: text('z') })
  await ann.ask('message.recall', { conv, seq: gone.seq, reason: 'r' })
  await core.recall(rest, await core.groups.get(rest.app.id, conv), last.seq as number, { reason: 'r', text: 't' })
  await ann.ask('history.read', { conv, limit: 1 })
  await ann.ask('history.read', { conv, limit: 20 })
  await ann.ask('typing', { conv })
  await ann.ask('notification.send', { conv, body: 'b' })
  await ann.ask('notification.send', { to: 'ben', body: 'b', ext: 'e', push: { title: 't', text: 'x', payload: 'p' } })
  const pair = await ann.ask('message.sendToUser', { to: 'ben', client: 'd1', parts: text('hi'), receipt: true })
  await ben.ask('message.receipts.send', { conv: pair.conv, seqs: [pair.seq] })
  await ben.ask('conversation.read', { conv: pair.conv })
  await ann.ask('message.erase', { conv, seqs: [last.seq] })
  await ann.ask('conversation.clear', { conv, seq: 1 })
  await core.broadcasts.send(rest, { from: '', parts: text('all'), keep: 60_000 })
  await core.broadcasts.send(rest, { from: '', parts: text('ios'), keep: 60_000, condition: { platforms: ['ios'] } })
  await ann.socket.next('broadcast', ({ blank }) => blank === true)
}

async function ownSideOf(ann: Guest, conv: number) {
  await ann.ask('conversation.groups.create', { name: 'one', text: 't' })
  const { group } = await ann.ask('conversation.groups.create', { name: 'two', text: 't' })
  const { id } = group as { id: number }
  await ann.ask('conversation.groups.rename', { id, name: 'three' })
  await ann.ask('conversation.groups.add', { id, convs: [conv, 7] })
  await ann.ask('conversation.groups.list')
  await ann.ask('conversation.pin', { conv })
  await ann.ask('conversation.notify', { conv, notify: 'silent' })
  await ann.ask('conversation.mark', { conv, set: [1, 40], label: 'l' })
  await ann.ask('conversation.draft', { conv, text: 'begun', quote })
  await ann.ask('conversation.hide', { conv })
  await ann.ask('conversation.keep', { conv, text: 't', ext: texts })
  await ann.ask('conversation.get', { convs: [conv] })
  await ann.ask('conversation.groups.remove', { id, convs: [7] })
  const { groups } = await ann.ask('conversation.groups.list')
  await ann.ask('conversation.groups.delete', { id: (groups as { id: number }[])[0]?.id })
  await ann.ask('conversation.unread')
  await ann.ask('conversation.list', { unlisted: true })
  await ann.ask('conversation.list', { unlisted: true, limit: 1 })
}

async function roomOf(ann: Guest, ben: Guest, eve: Guest) {
  const { core } = server
  const fields = {
    avatar: 'a',
    description: 'd',
    notice: 'n',
    clientText: 't',
    serverText: 's',
    custom: texts,
    ext: texts,
  }
  const made = await core.groups.create(rest, {
    kind: 'chatroom',
    name: 'room',
    owner: 'ann',
    fields,
    policy: { guests: true },
  })
  const conv = made.group.id
  await ann.ask('room.enter', { conv, nick: 'n', avatar: 'a', ext: texts, text: 't', tags: ['x'], words: 'w' })
  for (const guest of [ben, eve]) await guest.ask('room.enter', { conv, nick: 'n', words: 'w' })
  const stranger = { ...rest, admin: false, operator: 'stranger', session: 's' }
  await core.presence.enter({ app: rest.app.id, user: 'stranger', id: 's', platform: 'web', device: '' }, stranger)
  await core.rooms.enter(stranger, conv, { user: 'stranger', session: 's' })
  await ann.ask('room.members', { conv })
  await ann.ask('room.info', { conv })
  await ann.ask('room.count', { conv })
  await ann.ask('room.members', { conv, limit: 1 })
  await ann.ask('room.describe', { conv, nick: 'm' })
  await core.rooms.mark(rest, conv, { add: ['hot'] })
  await ann.ask('room.info', { conv })
  await ann.ask('room.fix', { conv, user: 'eve', role: 'member' })
  await ann.ask('room.mute', { conv, user: 'ben', seconds: 10 })
  await ann.ask('room.muteAll', { conv, on: false })
  await ann.ask('room.queue.init', { conv, size: 2 })
  const elements = [1, 2, 3].map(n => ({ key: `k${n}`, value: 'v', passing: true }))
  await ann.ask('room.queue.offer', { conv, elements })
  await ann.ask('room.queue.list', { conv })
  await ann.ask('room.queue.peek', { conv })
  await ann.ask('room.queue.poll', { conv })
  await ann.ask('room.queue.drop', { conv })
  await ann.ask('room.attributes.set', { conv, attributes: texts })
  await ann.ask('room.attributes.modify', { conv, attributes: { c: 'd' } })
  await ann.ask('room.attributes.get', { conv })
  await ann.ask('room.attributes.delete', { conv, names: ['a'] })
  await ann.ask('room.attributes.clear', { conv })
  await ann.ask('room.kick', { conv, users: ['ben'] })
  await ann.ask('room.ban', { conv, users: ['ben'], seconds: 10 })
  await ann.ask('room.unban', { conv, users: ['ben'] })
  await eve.ask('room.leave', { conv })
  await ann.socket.next('online')
}

async function devicesOf(ann: Guest, ben: Guest, other: Guest) {
  await guests.find(({ user }) => user === 'dan')?.socket.close()
  await ben.ask('presence.subscribe', { users: ['ann', 'dan', 'nobody'], now: true })
  await ben.ask('presence.subscriptions', { limit: 1 })
  await ben.ask('presence.get', { users: ['ann', 'dan'] })
  await ann.ask('presence.setStatus', { text: 'busy' })
  await ben.ask('presence.get', { users: ['ann'] })
  await ben.socket.next('presence', ({ text }) => text === 'busy')
  await ann.ask('presence.say', { value: 10_001, config: 'c' })
  await ben.socket.next('presence', ({ platforms }) => JSON.stringify(platforms).includes('10001'))
  await ben.ask('presence.get', { users: ['ann'] })
  await ben.ask('presence.subscriptions')
  await eventsOf(ann, ben)
  await ann.ask('presence.history', { limit: 1 })
  await ann.ask('presence.history')
  await ann.ask('device.list')
  await ann.ask('push.register', { engine: 'e', token: 't' })
  await ann.ask('push.badge', { badge: 1 })
  await ann.ask('push.quiet', { hours: { from: 0, to: 60, zone: 'Asia/Shanghai' } })
  await ann.ask('push.unregister')
  await ann.ask('file.token')
  await ann.ask('device.kick')
  expect(await other.socket.closed).toBe(4205)
  await ann.ask('presence.history')
  await ben.ask('presence.unsubscribe')
}

async function eventsOf(ann: Guest, ben: Guest) {
  const kind = 100_001
  await ann.ask('event.publish', { kind, value: 1, config: 'c', scope: 'all' })
  await ben.ask('event.subscribe', { kind, users: ['ann', 'nobody'], now: true })
  await ann.ask('event.publish', { kind, value: 2, config: 'd' })
  await ben.socket.next('event', ({ value }) => value === 2)
  await ben.ask('event.subscribe', { kind: kind + 1, users: ['ann'] })
  await ben.ask('event.subscriptions', { limit: 1 })
  await ben.ask('event.subscriptions')
  await ben.ask('event.unsubscribe', { kind })
}

async function comebackOf(ann: Guest, conv: number) {
  const at = { seq: 1, rev: 0, erased: 0 }
  const zero = { settings: 0, notes: 0, broadcasts: 0 }
  await ann.ask('sync', { positions: [], limit: 100, ...zero })
  const { conversations } = await ann.ask('sync', { positions: [], limit: 1 })
  const moved = conversations as { conversation: { conv: number; since: number } }[]
  const since = moved.find(each => each.conversation.conv === conv)?.conversation.since
  await ann.ask('sync', {
    positions: [
      { conv: 7, seq: 0, rev: 0 },
      { conv, ...at, since },
    ],
    only: true,
  })
  await ann.ask('sync', { positions: [{ conv, seq: 0, rev: 0 }], partial: true })
  await ann.ask('ping')
}

async function endsOf(ann: Guest, cy: Guest) {
  const again = await as('cy')
  expect(await cy.socket.closed).toBe(4204)
  const list = (await ann.ask('group.list')).groups as { conv: number; name: string }[]
  const conv = list.find(({ name }) => name === 'h')?.conv
  await expect(again.socket.ask('group.leave', { conv })).rejects.toThrow('hook.refused')
  await server.core.users.ban(rest, 'cy', true, { now: true, text: 'bye' })
  await again.socket.closed
  await ann.ask('group.transfer', { conv, user: 'ben' })
  await ann.ask('group.leave', { conv })
  const second = list.find(({ name }) => name === 'second')?.conv
  await ann.ask('group.dismiss', { conv: second })
  await ann.ask('signOut')
}
