import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Call } from '../../src/core/call.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { signIn } from '../support/socket.ts'
import { openWord, trusting } from '../support/trusting.ts'

let server: TestServer
let rest: Call

beforeAll(async () => {
  server = await startServer({ signIns: [trusting] })
  rest = { app: server.apps[0] as Call['app'], admin: true, origin: { dialect: 'tencent', via: 'rest' } }
  await server.core.users.save(rest, people('ann', 'ben', 'cy', 'dee'), { existing: 'update' })
})

afterAll(() => server.stop())

function people(...ids: string[]) {
  return ids.map(id => ({ id }))
}

function as(user: string) {
  return signIn(server, openWord(rest.app, user))
}

async function groupOf(...users: string[]) {
  const owner = users[0] as string
  const members = users.map(user => ({ user }))
  return (await server.core.groups.create(rest, { kind: 'group', name: 'g', owner, members })).group.id
}

const text = (words: string) => [{ type: 'text' as const, text: words }]

describe('what a device is told', () => {
  test('[GW10] a direct message reaches all devices of both users, once', async () => {
    const [ann, ann2, ben, cy] = await Promise.all([as('ann'), as('ann'), as('ben'), as('cy')])
    const sent = await ann.ask('message.sendToUser', { to: 'ben', client: 'd1', parts: text('hello') })
    for (const device of [ann, ann2, ben]) {
      const told = await device.next('message', frame => frame.seq === sent.seq && frame.conv === sent.conv)
      expect(told).toMatchObject({ sender: 'ann', to: 'ben', parts: text('hello'), id: sent.id, client: 'd1' })
    }
    await ben.ask('ping')
    await cy.ask('ping')
    expect(ben.frames.filter(frame => frame.type === 'message')).toHaveLength(1)
    expect(cy.frames.filter(frame => frame.type === 'message')).toHaveLength(0)
    await Promise.all([ann, ann2, ben, cy].map(device => device.close()))
  })

  test('[GW10] a message sent through a server API reaches the members of a group', async () => {
    const conv = await groupOf('ann', 'ben')
    const [ben, cy] = await Promise.all([as('ben'), as('cy')])
    const { seq } = await server.core.send.toGroup(rest, conv, { from: 'ann', parts: text('from outside') })
    expect(await ben.next('message')).toMatchObject({ conv, seq, sender: 'ann', parts: text('from outside') })
    await cy.ask('ping')
    expect(cy.frames.some(frame => frame.type === 'message')).toBe(false)
    await Promise.all([ben.close(), cy.close()])
  })

  test('[GW11] whoever may not see a message gets its number only, also of its recall', async () => {
    const conv = await groupOf('ann', 'ben', 'cy')
    const [ben, cy] = await Promise.all([as('ben'), as('cy')])
    const draft = { from: 'ann', parts: text('only ben'), visibleTo: ['ben'] }
    const { seq } = await server.core.send.toGroup(rest, conv, draft)
    expect(await ben.next('message')).toMatchObject({ conv, seq, parts: text('only ben') })
    expect(await cy.next('message')).toEqual({ type: 'message', conv, seq, blank: true })
    const group = await server.core.groups.get(rest.app.id, conv)
    await server.core.recall(rest, group, seq, { reason: 'secret reason' })
    expect(await ben.next('change')).toMatchObject({ conv, what: 'recall', seq, recalled: { reason: 'secret reason' } })
    expect(await cy.next('change')).toEqual({ type: 'change', conv, rev: 1, blank: true })
    expect(JSON.stringify(cy.frames)).not.toContain('secret')
    await Promise.all([ben.close(), cy.close()])
  })

  test('[GW12] joining and leaving a group begins and ends its news at once', async () => {
    const conv = await groupOf('ann')
    const dee = await as('dee')
    await server.core.send.toGroup(rest, conv, { from: 'ann', parts: text('before') })
    await server.core.members.addMany(rest, conv, [{ user: 'dee' }])
    await server.core.send.toGroup(rest, conv, { from: 'ann', parts: text('while') })
    expect(await dee.next('membership')).toEqual({ type: 'membership', conv, here: true })
    const resumed = await dee.ask('sync', { positions: [{ conv, seq: 0, rev: 0 }], only: true })
    const moved = resumed.conversations as { seq: number; messages: { parts: unknown }[] }[]
    expect(moved[0]?.messages.map(message => message.parts)).toEqual([text('before'), text('while')])
    await server.core.members.removeMany(rest, conv, ['dee'])
    expect(await dee.next('membership')).toEqual({ type: 'membership', conv, here: false })
    await server.core.send.toGroup(rest, conv, { from: 'ann', parts: text('after') })
    await dee.ask('ping')
    expect(JSON.stringify(dee.frames)).not.toContain('after')
    await dee.close()
  })

  test('[GW12] a dismissed group is gone', async () => {
    const conv = await groupOf('ann', 'ben')
    const ben = await as('ben')
    const before = server.gateway.stats().subscriptions
    await server.core.groups.dismiss(rest, conv)
    expect(await ben.next('change')).toMatchObject({ conv, what: 'dismiss' })
    expect(await ben.next('membership')).toEqual({ type: 'membership', conv, here: false })
    expect(server.gateway.stats().subscriptions).toBe(before - 1)
    await ben.close()
  })

  test('[GW13] passing messages come without a number and leave nothing', async () => {
    const conv = await groupOf('ann', 'ben')
    const [ann, ben] = await Promise.all([as('ann'), as('ben')])
    await ann.ask('message.sendToGroup', { conv, client: 'p1', parts: text('typing'), passing: true })
    expect(await ben.next('message')).toMatchObject({ conv, seq: 0, parts: text('typing') })
    expect((await ben.ask('history.read', { conv })).messages).toEqual([])
    await Promise.all([ann.close(), ben.close()])
  })

  test('[GW14] reading on one device is told to the others of the user', async () => {
    const conv = await groupOf('ann', 'ben')
    const [ben, ben2] = await Promise.all([as('ben'), as('ben')])
    const { seq } = await server.core.send.toGroup(rest, conv, { from: 'ann', parts: text('read me') })
    const listed = (await ben.ask('conversation.list', {})).conversations as { conv: number; unread: number }[]
    expect(listed.find(each => each.conv === conv)?.unread).toBe(1)
    expect(await ben.ask('conversation.read', { conv })).toEqual({ read: seq, unread: 0 })
    expect(await ben2.next('read')).toEqual({ type: 'read', conv, user: 'ben', seq })
    await Promise.all([ben.close(), ben2.close()])
  })

  test('[GW15] nobody listens any more once the last device is gone', async () => {
    await groupOf('ann', 'ben')
    const devices = await Promise.all([as('ann'), as('ben'), as('ann')])
    expect(server.gateway.stats()).toMatchObject({ sockets: 3, users: 2 })
    expect(server.gateway.stats().subscriptions).toBeGreaterThan(2)
    await Promise.all(devices.map(device => device.close()))
    await expect.poll(() => server.gateway.stats()).toMatchObject({ sockets: 0, users: 0, subscriptions: 0 })
    await expect.poll(async () => (await server.core.presence.of(rest.app.id, ['ann', 'ben'])).flat()).toEqual([])
  })
})
