import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Call } from '../../src/core/call.ts'
import { openMemory } from '../../src/storage/memory.ts'
import type { Store } from '../../src/storage/store.ts'
import { differences, startDevice, type TestDevice } from '../support/device.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { trusting } from '../support/trusting.ts'

let server: TestServer
let store: Store
let rest: Call
let devices: TestDevice[]

beforeEach(async () => {
  store = openMemory()
  devices = []
  server = await startServer({ signIns: [trusting], store })
  rest = { app: server.apps[0] as Call['app'], admin: true, origin: { dialect: 'tencent', via: 'rest' } }
  const people = ['ann', 'ben', 'cy'].map(id => ({ id }))
  await server.core.users.save(rest, people, { existing: 'update' })
})

afterEach(async () => {
  await Promise.all(devices.map(device => device.client.stop()))
  await server.stop()
  await store.close()
})

function device(user: string, options: Parameters<typeof startDevice>[3] = {}): TestDevice {
  const made = startDevice(server, rest.app, user, options)
  devices.push(made)
  return made
}

async function online(user: string, options: Parameters<typeof startDevice>[3] = {}): Promise<TestDevice> {
  const made = device(user, options)
  await made.until('online')
  return made
}

async function groupOf(...users: string[]) {
  const owner = users[0] as string
  const members = users.map(user => ({ user }))
  return (await server.core.groups.create(rest, { kind: 'group', name: 'g', owner, members })).group.id
}

const text = (words: string) => [{ type: 'text' as const, text: words }]

describe('the client against a server', () => {
  test('[GW50] sends and receives, both to a user and to a group', async () => {
    const [ann, ben] = await Promise.all([online('ann'), online('ben')])
    expect(ben.states).toEqual(['connecting', 'signing', 'syncing', 'online'])
    const direct = await ann.client.sendToUser('ben', 'hello')
    await expect.poll(() => ben.shown.get(direct.conv)?.get(direct.seq)?.parts).toEqual(text('hello'))
    const conv = await groupOf('ann', 'ben')
    const sent = await ben.client.sendToGroup(conv, 'all')
    await expect.poll(() => ann.shown.get(conv)?.get(sent.seq)?.sender).toBe('ben')
    await expect.poll(() => differences(ann, ben)).toEqual([])
    expect((await ann.client.history(direct.conv)).messages.map(message => message.parts)).toEqual([text('hello')])
    const { conversations } = await ann.client.conversations.list()
    expect(conversations.map(each => [each.conv, each.unread])).toEqual([
      [conv, 1],
      [direct.conv, 0],
    ])
    expect(await ann.client.markRead(conv)).toEqual({ read: sent.seq, unread: 0 })
  })

  test('[GW51] a device that was away shows what a device that stayed shows, a recall included', async () => {
    const conv = await groupOf('ann', 'ben')
    const [stays, away] = await Promise.all([online('ben'), online('ben')])
    const first = await server.core.send.toGroup(rest, conv, { from: 'ann', parts: text('one') })
    await expect.poll(() => away.shown.get(conv)?.has(first.seq)).toBe(true)
    away.cut()
    await away.until('offline')
    const second = await server.core.send.toGroup(rest, conv, { from: 'ann', parts: text('two') })
    const group = await server.core.groups.get(rest.app.id, conv)
    await server.core.recall(rest, group, first.seq, { reason: 'wrong' })
    await server.core.recall(rest, group, second.seq, { text: 'never mind' })
    await server.core.send.toUser(rest, 'ben', { from: 'cy', parts: text('new talk') })
    await expect.poll(() => stays.shown.size).toBe(2)
    await away.until('online')
    await expect.poll(() => differences(stays, away)).toEqual([])
    expect(away.shown.get(conv)?.get(first.seq)).toMatchObject({ recalled: { reason: 'wrong' } })
    expect(away.shown.get(conv)?.get(second.seq)).not.toHaveProperty('parts')
    expect(new Set(away.told).size).toBe(away.told.length)
  })

  test('[GW52] a resend after a lost answer is no second message, and order is kept', async () => {
    const [ann, ben] = await Promise.all([online('ann'), online('ben')])
    ann.cut()
    const sent = await Promise.all(['1', '2', '3'].map(words => ann.client.sendToUser('ben', words, { client: words })))
    expect(sent.map(each => each.seq)).toEqual([1, 2, 3])
    await ann.until('online')
    const again = await ann.client.sendToUser('ben', '2', { client: '2' })
    expect(again).toMatchObject({ seq: 2, repeated: true })
    const conv = again.conv
    await expect
      .poll(() => [...(ben.shown.get(conv)?.values() ?? [])].map(each => each.parts))
      .toEqual(['1', '2', '3'].map(text))
  })

  test('[GW53] resumes over a restart of the server with the same data', async () => {
    const conv = await groupOf('ann', 'ben')
    const ben = await online('ben')
    const first = await server.core.send.toGroup(rest, conv, { from: 'ann', parts: text('before') })
    await expect.poll(() => ben.shown.get(conv)?.has(first.seq)).toBe(true)
    const { port, accounts } = server
    await server.stop()
    expect(ben.client.state).not.toBe('online')
    server = await startServer({ signIns: [trusting], store, accounts, port })
    const second = await server.core.send.toGroup(rest, conv, { from: 'ann', parts: text('after') })
    await ben.until('online')
    await expect.poll(() => [...(ben.shown.get(conv)?.keys() ?? [])]).toEqual([first.seq, second.seq])
    expect(ben.told.filter(each => each.startsWith('message'))).toHaveLength(2)
  })

  test('[GW54] positions and unsent messages outlive the app through its storage', async () => {
    const conv = await groupOf('ann', 'ben')
    let kept = ''
    const storage = {
      load: () => kept,
      save: (state: string) => {
        kept = state
      },
    }
    const ben = await online('ben', { storage })
    const first = await server.core.send.toGroup(rest, conv, { from: 'ann', parts: text('seen') })
    await expect.poll(() => ben.shown.get(conv)?.has(first.seq)).toBe(true)
    await ben.client.stop()
    ben.client.sendToGroup(conv, 'said offline', { client: 'off' }).catch(() => {})
    await ben.client.stop()
    await server.core.send.toGroup(rest, conv, { from: 'ann', parts: text('missed') })
    const later = await online('ben', { storage })
    await expect.poll(() => later.told).toEqual([`message ${conv}/2`, `message ${conv}/3`])
    const { messages } = await later.client.history(conv)
    expect(messages.map(message => message.parts)).toEqual([text('seen'), text('missed'), text('said offline')])
  })

  test('[GW55] other data than before makes everything begin anew', async () => {
    const conv = await groupOf('ann', 'ben')
    await server.core.send.toGroup(rest, conv, { from: 'ann', parts: text('here') })
    const position = { conv, seq: 900, rev: 3, read: 0, since: 1 }
    const kept = JSON.stringify({
      user: 'ben',
      epoch: 'another',
      positions: [position, { ...position, conv: conv + 77 }],
    })
    const ben = await online('ben', { storage: { load: () => kept, save() {} } })
    expect([...(ben.shown.get(conv)?.values() ?? [])].map(message => message.parts)).toEqual([text('here')])
  })

  test('[GW56] kicked, the client does not come back by itself', async () => {
    const ben = await online('ben')
    const why: string[] = []
    ben.client.on('kicked', event => why.push(event.why))
    await server.core.users.signOut(rest, 'ben')
    await ben.until('refused')
    expect(why).toEqual(['kicked'])
    await new Promise(resolve => setTimeout(resolve, 150))
    expect(ben.states.filter(state => state === 'connecting')).toHaveLength(1)
  })

  test('[GW57] a message for a device that lost some before is put after them', async () => {
    const conv = await groupOf('ann', 'ben')
    const ben = await online('ben')
    const publish = server.core.bus.publish
    server.core.bus.publish = () => {}
    await server.core.send.toGroup(rest, conv, { from: 'ann', parts: text('lost on the way') })
    server.core.bus.publish = publish
    await server.core.send.toGroup(rest, conv, { from: 'ann', parts: text('arrives') })
    await expect.poll(() => ben.told).toEqual([`message ${conv}/1`, `message ${conv}/2`])
  })
})
