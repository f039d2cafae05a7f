import { expect, test } from 'vitest'
import { type Client, createClient } from '../../client/src/client.ts'
import type { Operation } from '../../src/dialects/dialect.ts'
import { native } from '../../src/dialects/native/native.ts'
import { fakeGateway, nothingMissed } from '../support/fake-gateway.ts'

const page = { limit: 7 }
const quote = { id: 4, hint: 'h' }
const texts = { a: 'b' }
const groupFields = { avatar: 'a', description: 'd', notice: 'n', clientText: 't', custom: texts, ext: texts }
const shown = { nick: 'n', avatar: 'a', ext: texts, text: 't', tags: ['x'], notify: 'y' }
const person = { after: { time: 1, user: 'x' }, limit: 7 }

/** Every method with all that it takes, by the operation that it asks. */
const calls: [operation: string, ...((client: Client) => Promise<unknown>)[]][] = [
  [
    'message.sendToUser',
    c => c.messages.sendToUser('ben', 'hi', { client: 'c', mentions: { users: ['x'] }, quote, receipt: true }),
    c => c.sendToUser('ben', [{ type: 'text', text: 'hi' }], { passing: true }),
  ],
  [
    'message.sendToGroup',
    c => c.messages.sendToGroup(1, 'hi', { mentions: { all: true }, quote, receipt: true, priority: 'high' }),
    c => c.messages.sendToGroup(1, 'hi', { passing: true }),
    c => c.sendToGroup(1, 'hi'),
  ],
  ['message.recall', c => c.messages.recall(1, 2, 'why'), c => c.recall(1, 2)],
  [
    'history.read',
    c => c.messages.history(1, { before: 5, limit: 7 }),
    c => c.history(1, { after: 5 }),
    c => c.history(1),
  ],
  ['message.edit', c => c.messages.edit(1, 2, 'new')],
  ['message.erase', c => c.messages.erase(1, [2, 3])],
  ['message.receipts.send', c => c.messages.sendReceipts(1, [2])],
  ['message.receipts.get', c => c.messages.receipts(1, [2])],
  ['message.receipts.list', c => c.messages.readers(1, 2, { read: true, after: 'x', limit: 7 })],
  ['message.react', c => c.messages.react(1, 2, '+1')],
  ['message.unreact', c => c.messages.unreact(1, 2, '+1')],
  ['message.reactions', c => c.messages.reactions(1, 2, '+1', { after: { at: 1, user: 'x' }, ...page })],
  ['message.reactions.own', c => c.messages.ownReactions(1, [2])],
  ['message.pin', c => c.messages.pin(1, 2)],
  ['message.unpin', c => c.messages.unpin(1, 2)],
  ['conversation.pins', c => c.messages.pins(1)],
  [
    'message.extend',
    c => c.messages.extend(1, 2, [{ key: 'a', value: 'b', version: 0 }]),
    c => c.messages.retract(1, 2, [{ key: 'a', version: 3 }]),
    c => c.messages.retract(1, 2),
  ],
  ['message.extensions', c => c.messages.extensions(1, 2, { from: 3, limit: 7 })],
  ['typing', c => c.messages.typing({ conv: 1 }), c => c.messages.typing({ to: 'ben' }, false)],
  [
    'notification.send',
    c =>
      c.messages.notify({ to: 'ben' }, 'b', { stored: false, ext: 'e', sound: 's', push: { title: 't', text: 'p' } }),
    c => c.messages.notify({ conv: 1 }, 'b'),
  ],
  [
    'conversation.list',
    c =>
      c.conversations.list({
        ...{ before: { pinned: 1, time: 2, conv: 3 }, pinnedFirst: true, type: 'group', pinned: true },
        ...{ mark: 1, group: 2, unread: true, unlisted: true, limit: 7 },
      }),
    c => c.conversations.list(),
  ],
  ['conversation.get', c => c.conversations.get([1])],
  ['conversation.unread', c => c.conversations.unread()],
  ['conversation.read', c => c.conversations.markRead(1, 2), c => c.markRead(1)],
  ['conversation.clear', c => c.conversations.clear(1, 2), c => c.conversations.clear(1)],
  ['conversation.pin', c => c.conversations.pin(1), c => c.conversations.pin(1, false)],
  ['conversation.notify', c => c.conversations.notify(1, 'silent')],
  ['conversation.hide', c => c.conversations.hide(1, { on: true, clear: true })],
  ['conversation.mark', c => c.conversations.mark(1, { set: [1], clear: [2], label: 'l' })],
  ['conversation.draft', c => c.conversations.draft(1, 't', quote)],
  ['conversation.keep', c => c.conversations.keep(1, { text: 't', ext: texts })],
  ['conversation.groups.list', c => c.conversations.folders.list()],
  ['conversation.groups.create', c => c.conversations.folders.create('n', 't')],
  ['conversation.groups.rename', c => c.conversations.folders.rename(1, { name: 'n', text: 't' })],
  ['conversation.groups.delete', c => c.conversations.folders.delete(1)],
  ['conversation.groups.add', c => c.conversations.folders.add(1, [2])],
  ['conversation.groups.remove', c => c.conversations.folders.remove(1, [2])],
  [
    'group.create',
    c =>
      c.groups.create({
        ...{ kind: 'team', name: 'n', alias: 'a', members: ['x'], words: 'w' },
        policy: { join: 'open', invite: 'managers', consent: true, edit: 'everyone', editText: 'managers' },
        ...groupFields,
      }),
  ],
  ['group.update', c => c.groups.update(1, { name: 'n', policy: { join: 'closed' }, ...groupFields })],
  ['group.dismiss', c => c.groups.dismiss(1)],
  ['group.get', c => c.groups.get(1)],
  ['group.list', c => c.groups.list({ after: { kind: 'team', conv: 1 }, limit: 7 })],
  ['group.find', c => c.groups.find({ alias: 'a' }), c => c.groups.find({ conv: 1 })],
  ['group.members', c => c.groups.members(1, { after: { joined: 1, user: 'x' }, limit: 7 })],
  ['group.join', c => c.groups.join(1, 'w')],
  ['group.leave', c => c.groups.leave(1)],
  [
    'group.applications',
    c => c.groups.applicants(1, { before: { at: 1, user: 'x' }, limit: 7 }),
    c => c.groups.applications({ before: { at: 1, conv: 2 }, limit: 7 }),
  ],
  ['group.answer', c => c.groups.answer(1, 'x', false, 'w')],
  ['group.withdraw', c => c.groups.withdraw(1)],
  ['group.invite', c => c.groups.invite(1, ['x'], 'w')],
  ['group.invitations', c => c.groups.invitations({ before: { at: 1, conv: 2 }, limit: 7 })],
  ['group.invitation.answer', c => c.groups.answerInvitation(1, false, 'w')],
  ['group.kick', c => c.groups.kick(1, ['x'], 'w')],
  ['group.setManagers', c => c.groups.setManagers(1, ['x'], true)],
  ['group.transfer', c => c.groups.transfer(1, 'x', true)],
  ['group.mute', c => c.groups.mute(1, ['x'], { on: true, seconds: 60 })],
  ['group.muteAll', c => c.groups.muteAll(1, 'managers')],
  ['group.muted', c => c.groups.muted(1, { after: { until: 1, user: 'x' }, limit: 7 })],
  [
    'group.memberUpdate',
    c => c.groups.updateMember(1, { user: 'x', nick: 'n', level: 1, text: 't', custom: texts, ext: texts }),
    c => c.groups.updateMember(1, { notify: 'none' }),
  ],
  ['group.ban', c => c.groups.ban(1, ['x'], { seconds: 60, words: 'w' })],
  ['group.unban', c => c.groups.unban(1, ['x'])],
  ['group.banned', c => c.groups.banned(1, { after: { until: 1, user: 'x' }, limit: 7 })],
  [
    'friend.add',
    c =>
      c.friends.add('x', {
        ...{ words: 'w', source: 's', both: false, ask: true, list: 'l' },
        ...{ remark: 'r', text: 't', custom: texts },
      }),
  ],
  [
    'friend.answer',
    c => c.friends.answer('x', true, { both: true, words: 'w', list: 'l', remark: 'r', text: 't', custom: texts }),
  ],
  ['friend.remove', c => c.friends.remove('x', { both: true, keepRemark: true })],
  ['friend.update', c => c.friends.update('x', { lists: ['l'], remark: 'r', text: 't', custom: texts })],
  ['friend.list', c => c.friends.list(person), c => c.friends.since(3)],
  ['friend.requests', c => c.friends.requests({ sent: true, ...person })],
  ['block.add', c => c.friends.blocks.add('x', true)],
  ['block.remove', c => c.friends.blocks.remove('x')],
  ['block.list', c => c.friends.blocks.list(person)],
  ['mute.add', c => c.friends.mutes.add('x')],
  ['mute.remove', c => c.friends.mutes.remove('x')],
  ['mute.list', c => c.friends.mutes.list(person)],
  ['user.get', c => c.users.get(['x'])],
  [
    'user.update',
    c =>
      c.users.update({
        ...{ nick: 'n', avatar: 'a', gender: 'female', birthday: '2000-01-01', signature: 's', location: 'l' },
        ...{ email: 'e', mobile: 'm', language: 1, level: 2, role: 3, befriend: 'confirm', text: 't', custom: texts },
      }),
  ],
  ['presence.get', c => c.presence.get(['x'])],
  ['presence.subscribe', c => c.presence.subscribe(['x'], { for: 60, now: true })],
  ['presence.unsubscribe', c => c.presence.unsubscribe(['x']), c => c.presence.unsubscribe()],
  ['presence.subscriptions', c => c.presence.subscriptions({ after: 'x', limit: 7 })],
  ['presence.setStatus', c => c.presence.setStatus('busy')],
  ['presence.say', c => c.presence.say({ value: 10_001, config: 'x', for: 60 }), c => c.presence.say({})],
  [
    'event.publish',
    c => c.events.publish({ kind: 100_000, value: 1, config: 'x', for: 60, scope: 'online', self: true }),
    c => c.events.publish({ kind: 100_000, value: 1 }),
  ],
  ['event.subscribe', c => c.events.subscribe(100_000, ['x'], { for: 60, now: true })],
  ['event.unsubscribe', c => c.events.unsubscribe(100_000, ['x']), c => c.events.unsubscribe(100_000)],
  [
    'event.subscriptions',
    c => c.events.subscriptions({ kind: 100_000, after: { kind: 100_000, user: 'x' }, limit: 7 }),
  ],
  ['presence.history', c => c.devices.history({ from: 1, to: 2, before: { time: 1, number: 2 }, limit: 7 })],
  ['device.list', c => c.devices.list()],
  ['device.kick', c => c.devices.kick(['s']), c => c.devices.kick()],
  ['push.register', c => c.push.register('e', 't')],
  ['push.unregister', c => c.push.unregister()],
  ['push.quiet', c => c.push.quiet({ from: 1320, to: 420, zone: 'Asia/Shanghai' }), c => c.push.quiet()],
  ['push.badge', c => c.push.badge(3)],
  ['room.enter', c => c.rooms.enter(1, { ...shown, words: 'w' })],
  ['room.leave', c => c.rooms.leave(1)],
  ['room.info', c => c.rooms.info(1)],
  ['room.count', c => c.rooms.count(1)],
  [
    'room.members',
    c => c.rooms.members(1, { of: 'guests', newest: true, after: { entry: 1, entered: 2, user: 'x' }, limit: 7 }),
    c => c.rooms.members(1, { tag: 't' }),
  ],
  ['room.describe', c => c.rooms.describe(1, shown)],
  ['room.kick', c => c.rooms.kick(1, ['x'], { text: 't', ext: 'e' })],
  ['room.ban', c => c.rooms.ban(1, ['x'], { seconds: 60, text: 't' })],
  ['room.unban', c => c.rooms.unban(1, ['x'])],
  [
    'room.mute',
    c => c.rooms.mute(1, { user: 'x' }, 60, { text: 't', ext: 'e' }),
    c => c.rooms.mute(1, { tag: 'x' }, 0),
  ],
  ['room.muteAll', c => c.rooms.muteAll(1, true, { text: 't', ext: 'e' })],
  ['room.fix', c => c.rooms.fix(1, 'x', 'manager', { text: 't', ext: 'e' })],
  ['room.attributes.get', c => c.rooms.attributes.get(1, ['a']), c => c.rooms.attributes.get(1)],
  ['room.attributes.set', c => c.rooms.attributes.set(1, texts)],
  ['room.attributes.modify', c => c.rooms.attributes.modify(1, texts)],
  ['room.attributes.delete', c => c.rooms.attributes.delete(1, ['a'])],
  ['room.attributes.clear', c => c.rooms.attributes.clear(1)],
  ['room.queue.init', c => c.rooms.queue.init(1, 10)],
  ['room.queue.offer', c => c.rooms.queue.offer(1, [{ key: 'k', value: 'v', user: 'x', passing: true }])],
  ['room.queue.poll', c => c.rooms.queue.poll(1, 'k'), c => c.rooms.queue.poll(1)],
  ['room.queue.peek', c => c.rooms.queue.peek(1)],
  ['room.queue.list', c => c.rooms.queue.list(1)],
  ['room.queue.drop', c => c.rooms.queue.drop(1)],
  ['file.token', c => c.files.token()],
  ['ping', c => c.call('ping')],
  // The last one: the client has stopped then.
  ['signOut', c => c.signOut()],
]

/** What the client asks by itself. */
const own = ['sync']

test('[GW90] there is a method for every operation of devices, and what it sends is what the server takes', async () => {
  const answers: Record<string, object> = { sync: nothingMissed, 'history.read': { messages: [] } }
  const gateway = fakeGateway(asked => answers[asked.do] ?? {})
  const credentials = { dialect: 'native', app: 1, token: 't' }
  const client = createClient({ url: 'ws://nowhere', credentials, WebSocket: gateway.Maker })
  client.start()
  await expect.poll(() => client.state).toBe('online')
  const sentFields = new Set<string>()
  for (const [operation, ...methods] of calls)
    for (const method of methods) {
      const before = gateway.asked.length
      await method(client)
      const [sent, ...more] = gateway.asked.slice(before)
      expect(sent?.do).toBe(operation)
      expect(more).toEqual([])
      const request = native.operations.get(operation)?.request
      const taken = request?.safeParse(sent?.with)
      expect(taken?.error, `${operation} ${JSON.stringify(sent?.with)}`).toBeUndefined()
      // A field that the server does not know would be left out without a word.
      expect(taken?.data, operation).toMatchObject(sent?.with ?? {})
      for (const field of Object.keys(sent?.with ?? {})) sentFields.add(`${operation} ${field}`)
    }
  const known = calls.flatMap(([operation]) => {
    const { shape = {} } = (native.operations.get(operation) as Operation).request as { shape?: object }
    return Object.keys(shape).map(field => `${operation} ${field}`)
  })
  expect(known.filter(each => !sentFields.has(each))).toEqual([])
  expect([...calls.map(([operation]) => operation), ...own].sort()).toEqual([...native.operations.keys()].sort())
}, 30_000)
