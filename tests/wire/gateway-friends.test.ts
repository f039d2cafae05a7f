import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Call } from '../../src/core/call.ts'
import type { Profile } from '../../src/core/model.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { type Received, signIn, type TestSocket } from '../support/socket.ts'
import { openWord, trusting } from '../support/trusting.ts'

let server: TestServer
let rest: Call

beforeAll(async () => {
  server = await startServer({ signIns: [trusting], gateway: { rate: 1e6, burst: 1e6 } })
  rest = { app: server.apps[0] as Call['app'], admin: true, origin: { dialect: 'tencent', via: 'rest' } }
})
afterAll(() => server.stop())

/** Makes users with a name of their own for each test, and signs a device of each in. */
async function people<N extends string>(test: string, profiles: Record<N, Profile>) {
  const names = Object.keys(profiles) as N[]
  const drafts = names.map(name => ({ id: `${name}-${test}`, profile: { nick: name, ...profiles[name] } }))
  await server.core.users.save(rest, drafts, { existing: 'update' })
  const devices = await Promise.all(drafts.map(({ id }) => signIn(server, openWord(rest.app, id))))
  return Object.fromEntries(names.map((name, i) => [name, devices[i]])) as Record<N, TestSocket>
}

const again = (user: string) => signIn(server, openWord(rest.app, user))
const noteOf = (device: TestSocket, kind: string): Promise<Received> =>
  device.next('note', frame => frame.kind === kind)
const say = (device: TestSocket, to: string, client: string) =>
  device.ask('message.sendToUser', { to, client, parts: [{ type: 'text', text: 'hi' }] })

/** A device's picture of its friends, which it mends by what became of them since. */
async function mend(device: TestSocket, picture: Map<unknown, unknown>, since: number): Promise<number> {
  const answer = await device.ask('friend.list', { since })
  expect(answer).toMatchObject({ reset: false, more: false })
  for (const friend of answer.friends as { user: string }[]) picture.set(friend.user, friend)
  for (const user of answer.gone as string[]) picture.delete(user)
  return answer.number as number
}

async function wholeList(device: TestSocket): Promise<{ picture: Map<unknown, unknown>; number: number }> {
  const picture = new Map<unknown, unknown>()
  const first = await device.ask('friend.list', { limit: 1 })
  for (let page = first; ; ) {
    for (const friend of page.friends as { user: string }[]) picture.set(friend.user, friend)
    if (!page.next) return { picture, number: first.number as number }
    page = await device.ask('friend.list', { limit: 1, after: page.next })
  }
}

test('[FR17] a request is asked, shown on both sides, and accepted, and all devices of both hear of it', async () => {
  const { ann, ben } = await people('17a', { ann: {}, ben: { befriend: 'confirm', email: 'ben@x' } })
  const other = await again('ann-17a')
  const asking = { user: 'ben-17a', words: 'please', source: 'web', remark: 'Benny', list: 'work' }
  expect(await ann.ask('friend.add', asking)).toEqual({ became: 'asked' })
  const request = { from: 'ann-17a', number: 1, time: expect.any(Number) }
  expect(await noteOf(ben, 'friend.request')).toEqual({
    ...{ type: 'note', kind: 'friend.request', ...request },
    data: { users: ['ben-17a'], text: 'please', source: 'web' },
  })
  expect(await noteOf(other, 'friend.request')).toMatchObject({ ...request, data: { users: ['ben-17a'] } })
  const waiting = { user: 'ann-17a', time: expect.any(Number), words: 'please', source: 'web' }
  expect(await ben.ask('friend.requests')).toEqual({
    requests: [{ ...waiting, who: { user: 'ann-17a', nick: 'ann' } }],
  })
  const sent = { ...waiting, user: 'ben-17a', who: { user: 'ben-17a', nick: 'ben' } }
  expect(await other.ask('friend.requests', { sent: true })).toEqual({ requests: [sent] })

  expect(await ben.ask('friend.answer', { user: 'ann-17a', accept: true, words: 'sure' })).toEqual({
    became: 'accepted',
  })
  for (const device of [ann, other])
    expect(await noteOf(device, 'friend.accepted')).toMatchObject({ from: 'ben-17a', data: { text: 'sure' } })
  expect(await noteOf(ben, 'friend.accepted')).toMatchObject({ data: { users: ['ann-17a'] } })
  expect(await ann.ask('friend.list')).toMatchObject({
    friends: [
      {
        ...{ user: 'ben-17a', remark: 'Benny', lists: ['work'], words: 'please', source: 'web' },
        who: { user: 'ben-17a', nick: 'ben' },
      },
    ],
  })
  expect(JSON.stringify(await ann.ask('friend.list'))).not.toContain('ben@x')
  expect(await ben.ask('friend.requests')).toEqual({ requests: [] })
  await expect(ben.ask('friend.answer', { user: 'ann-17a', accept: true })).rejects.toThrow('friend.request.missing')
})

test('[FR17] a friend is added at once, kept something about, and removed; a rejected request leaves nothing', async () => {
  const { ann, ben, cat } = await people('17b', { ann: {}, ben: {}, cat: { befriend: 'nobody' } })
  expect(await ann.ask('friend.add', { user: 'ben-17b', custom: { k: 'v' } })).toEqual({ became: 'added' })
  expect(await ann.ask('friend.add', { user: 'ben-17b' })).toEqual({ became: 'present' })
  expect(await noteOf(ben, 'friend.added')).toMatchObject({ from: 'ann-17b' })
  await expect(ann.ask('friend.add', { user: 'cat-17b' })).rejects.toThrow('friend.refused')
  await expect(ann.ask('friend.add', { user: 'ann-17b' })).rejects.toThrow('friend.self')
  await expect(ann.ask('friend.add', { user: 'nobody' })).rejects.toThrow('user.missing')
  const update = { user: 'ben-17b', remark: 'B', lists: ['x'], text: 't', custom: { l: 'w' } }
  const friend = {
    user: 'ben-17b',
    added: expect.any(Number),
    remark: 'B',
    lists: ['x'],
    text: 't',
    custom: { k: 'v', l: 'w' },
  }
  expect(await ann.ask('friend.update', update)).toEqual({ friend })
  expect(await noteOf(ann, 'friend.changed')).toMatchObject({ data: { users: ['ben-17b'] } })
  await expect(ann.ask('friend.update', { user: 'cat-17b', remark: 'x' })).rejects.toThrow('friend.missing')
  expect(await ann.ask('friend.remove', { user: 'ben-17b', keepRemark: true, both: true })).toEqual({})
  expect(await noteOf(ben, 'friend.removed')).toMatchObject({ data: { users: ['ben-17b'] } })
  expect(await ben.ask('friend.list')).toMatchObject({ friends: [] })
  await expect(ann.ask('friend.remove', { user: 'ben-17b' })).rejects.toThrow('friend.missing')
  expect(await ann.ask('friend.add', { user: 'ben-17b', ask: true, both: false })).toEqual({ became: 'asked' })
  expect(await ben.ask('friend.answer', { user: 'ann-17b', accept: false })).toEqual({ became: 'rejected' })
  expect(await noteOf(ann, 'friend.rejected')).toMatchObject({ from: 'ben-17b' })
  expect(await ann.ask('friend.add', { user: 'ben-17b', both: false })).toEqual({ became: 'added' })
  expect(await ann.ask('friend.list')).toMatchObject({ friends: [{ remark: 'B' }] })
  expect(await ben.ask('friend.list')).toMatchObject({ friends: [] })
  await cat.close()
})

test('[FR18] a device that was away shows in the end what one shows that stayed', async () => {
  const { ann, ben, cat, dan } = await people('18', { ann: {}, ben: {}, cat: {}, dan: { befriend: 'confirm' } })
  for (const user of ['ben-18', 'cat-18']) await ann.ask('friend.add', { user })
  const away = await again('ann-18')
  const { picture, number } = await wholeList(away)
  expect([...picture.keys()]).toEqual(['ben-18', 'cat-18'])
  expect(await away.ask('friend.list', { since: number })).toEqual({
    ...{ reset: false, friends: [], gone: [], number, more: false },
  })
  await away.close()

  await ann.ask('friend.update', { user: 'ben-18', remark: 'B' })
  await cat.ask('friend.remove', { user: 'ann-18', both: true })
  await ann.ask('friend.add', { user: 'dan-18' })
  await dan.ask('friend.answer', { user: 'ann-18', accept: true })
  await server.core.friends.update(rest, 'ann-18', [{ user: 'dan-18', serverText: 'vip' }])

  const back = await again('ann-18')
  await mend(back, picture, number)
  const stayed = await wholeList(ann)
  expect(Object.fromEntries(picture)).toEqual(Object.fromEntries(stayed.picture))
  expect(picture.get('dan-18')).toMatchObject({ serverText: 'vip' })
  expect(picture.has('cat-18')).toBe(false)
  expect(await back.ask('friend.list', { since: 1e9 })).toMatchObject({ reset: true, friends: [] })
  await ben.close()
})

test('[FR13] [FR19] a block is heard on the user’s other devices only, and refuses what the blocked one writes', async () => {
  const { ann, ben } = await people('19', { ann: {}, ben: {} })
  const other = await again('ben-19')
  await say(ann, 'ben-19', 'c-1')
  await ann.ask('friend.add', { user: 'ben-19' })
  expect(await ben.ask('block.add', { user: 'ann-19', unfriend: true })).toEqual({})
  expect(await ben.ask('block.add', { user: 'ann-19' })).toEqual({})
  expect(await noteOf(other, 'block.changed')).toMatchObject({ data: { list: 'block', users: ['ann-19'], on: true } })
  expect(await ann.ask('friend.list')).toMatchObject({ friends: [] })
  await expect(say(ann, 'ben-19', 'c-2')).rejects.toThrow('message.blocked')
  await expect(ann.ask('friend.add', { user: 'ben-19' })).rejects.toThrow('friend.blocked')
  await expect(ben.ask('friend.add', { user: 'ann-19' })).rejects.toThrow('friend.blocking')
  expect(await say(ben, 'ann-19', 'c-1')).toMatchObject({ seq: 2 })
  const entry = { user: 'ann-19', since: expect.any(Number) }
  expect(await other.ask('block.list')).toEqual({ users: [entry], number: 1 })
  expect(await ann.ask('block.list')).toEqual({ users: [], number: 0 })
  expect(await ben.ask('block.remove', { user: 'ann-19' })).toEqual({})
  expect(await ben.ask('block.remove', { user: 'ann-19' })).toEqual({})
  expect(await other.ask('block.list')).toEqual({ users: [], number: 2 })
  expect(await say(ann, 'ben-19', 'c-2')).toMatchObject({ seq: 3 })
  expect(ann.frames.some(frame => frame.kind === 'block.changed')).toBe(false)
  await expect(ben.ask('block.add', { user: 'ben-19' })).rejects.toThrow('friend.self')
})

test('[FR19] mutes are a list of their own, the newest first, in pages', async () => {
  const { ann } = await people('19b', { ann: {}, ben: {}, cat: {}, dan: {} })
  for (const user of ['ben-19b', 'cat-19b', 'dan-19b']) {
    await ann.ask('mute.add', { user })
    await new Promise(resolve => setTimeout(resolve, 3))
  }
  expect(await noteOf(ann, 'block.changed')).toMatchObject({ data: { list: 'mute', users: ['ben-19b'] } })
  const first = await ann.ask('mute.list', { limit: 2 })
  const second = await ann.ask('mute.list', { limit: 2, after: first.next })
  expect([first, second].map(page => (page.users as { user: string }[]).map(each => each.user))).toEqual([
    ['dan-19b', 'cat-19b'],
    ['ben-19b'],
  ])
  expect(second).not.toHaveProperty('next')
  await ann.ask('mute.remove', { user: 'cat-19b' })
  expect((await ann.ask('mute.list')).users).toHaveLength(2)
  expect(await ann.ask('block.list')).toEqual({ users: [], number: 0 })
})

test('[FR20] users write their own profile, which their other devices hear of and strangers see the public side of', async () => {
  const { ann, ben } = await people('20', { ann: { mobile: '1' }, ben: {} })
  const other = await again('ann-20')
  const fields = {
    ...{ nick: 'Ann', avatar: 'http://a', gender: 'female', birthday: '2000-01-02', signature: 's', location: 'l' },
    ...{ email: 'a@b', mobile: '', language: 1, level: 2, role: 3, befriend: 'nobody', text: 't', custom: { c: 'v' } },
  }
  const { mobile: _, ...own } = fields
  expect(await ann.ask('user.update', fields)).toEqual({ user: { user: 'ann-20', ...own } })
  expect(await other.next('profile')).toEqual({ type: 'profile', user: 'ann-20', fields: Object.keys(fields) })
  expect(await other.ask('user.get', { users: ['ann-20'] })).toEqual({ users: [{ user: 'ann-20', ...own }] })
  const { email, birthday, role, befriend, text, ...open } = own
  expect(await ben.ask('user.get', { users: ['ann-20'] })).toEqual({ users: [{ user: 'ann-20', ...open }] })
  await expect(ben.ask('friend.add', { user: 'ann-20' })).rejects.toThrow('friend.refused')
  expect(await ann.ask('user.update', { nick: '' })).toMatchObject({ user: { level: 2 } })
  expect(((await ben.ask('user.get', { users: ['ann-20'] })).users as object[])[0]).not.toHaveProperty('nick')
})

test('[FR21] what does not follow the form is refused and changes nothing', async () => {
  const { ann } = await people('21', { ann: {}, ben: {} })
  const user = 'ben-21'
  const long = (length: number) => 'x'.repeat(length)
  const many = (count: number, make: (i: number) => string) => Array.from({ length: count }, (_, i) => make(i))
  const texts = (count: number) => Object.fromEntries(many(count, i => `k${i}`).map(key => [key, 'v']))
  const wrong: [string, object][] = [
    ['friend.add', {}],
    ['friend.add', { user: '' }],
    ['friend.add', { user: long(256) }],
    ['friend.add', { user: 7 }],
    ['friend.add', { user, words: long(257) }],
    ['friend.add', { user, source: long(33) }],
    ['friend.add', { user, remark: long(129) }],
    ['friend.add', { user, list: '' }],
    ['friend.add', { user, list: long(31) }],
    ['friend.add', { user, text: long(1025) }],
    ['friend.add', { user, custom: texts(21) }],
    ['friend.add', { user, custom: { k: long(501) } }],
    ['friend.add', { user, custom: { [long(65)]: 'v' } }],
    ['friend.add', { user, both: 'yes' }],
    ['friend.answer', { user }],
    ['friend.answer', { user, accept: true, words: long(257) }],
    ['friend.remove', {}],
    ['friend.update', { user, lists: many(33, String) }],
    ['friend.update', { user, lists: [''] }],
    ['friend.list', { limit: 0 }],
    ['friend.list', { limit: 201 }],
    ['friend.list', { since: -1 }],
    ['friend.list', { since: 0, after: { time: 1, user } }],
    ['friend.list', { after: { time: 1 } }],
    ['friend.requests', { limit: 201 }],
    ['block.add', { users: [user] }],
    ['block.list', { limit: 1.5 }],
    ['mute.add', { user: null }],
    ['user.update', { nick: long(129) }],
    ['user.update', { gender: 'other' }],
    ['user.update', { befriend: 'some' }],
    ['user.update', { custom: texts(21) }],
    ['user.update', { level: -1 }],
  ]
  for (const [operation, input] of wrong)
    await expect(ann.ask(operation, input), `${operation} ${JSON.stringify(input).slice(0, 60)}`).rejects.toThrow(
      'request.invalid',
    )
  const tricky = { user, serverText: 'mine', how: 'direct', imported: true, from: 'somebody', noRequests: false }
  await ann.ask('friend.add', { ...tricky, ask: true })
  expect(await ann.ask('friend.list')).toMatchObject({ friends: [] })
  await ann.ask('user.update', { noRequests: true, token: 'x', nick: 'n' })
  expect((await server.core.users.get(rest.app.id, 'ann-21')).profile).toEqual({ nick: 'n' })
})
