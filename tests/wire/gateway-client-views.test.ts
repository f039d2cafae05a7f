import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Call } from '../../src/core/call.ts'
import { openMemory } from '../../src/storage/memory.ts'
import type { Store } from '../../src/storage/store.ts'
import { startDevice, type TestDevice } from '../support/device.ts'
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

async function online(user: string, options: Parameters<typeof startDevice>[3] = {}): Promise<TestDevice> {
  const made = startDevice(server, rest.app, user, { device: `${user}'s`, ...options })
  devices.push(made)
  await made.until('online')
  return made
}

async function together(...users: string[]): Promise<TestDevice[]> {
  return Promise.all(users.map(user => online(user)))
}

/** All that a device is told by some event, from now on. */
function listen<K extends Parameters<TestDevice['client']['on']>[0]>(device: TestDevice, event: K) {
  const told: object[] = []
  device.client.on(event, value => told.push(value))
  return told
}

/** Goes away, and comes back when `meanwhile` is done. */
async function awayWhile(device: TestDevice, meanwhile: () => Promise<unknown>) {
  device.cut()
  await device.until('offline')
  await meanwhile()
  await device.until('online')
}

const said = (device: TestDevice, conv: number) =>
  device.client.messages.local(conv).map(({ seq, parts, recalled, edited, reactions, pinned }) => ({
    ...{ seq, text: (parts?.[0] as { text?: string } | undefined)?.text },
    ...{ recalled: recalled !== undefined, edited: edited?.times, pinned: pinned?.by },
    kinds: reactions?.map(({ kind, count }) => `${count} ${kind}`),
  }))

describe('what the client keeps and tells', () => {
  test('[GW104] what is said in new conversations is told, however much it is', async () => {
    const ben = await online('ben')
    const [told, came] = [listen(ben, 'message'), listen(ben, 'conversation') as { conv: number; first?: number }[]]
    let conv = 0
    await awayWhile(ben, async () => {
      for (let n = 1; n <= 60; n++) {
        const sent = await server.core.send.toUser(rest, 'ben', {
          from: 'ann',
          parts: [{ type: 'text', text: `${n}` }],
        })
        conv = sent.conv
      }
    })
    expect(told.length).toBe(50)
    expect(came.map(each => [each.conv, each.first])).toEqual([[conv, 11]])
    const { messages } = await ben.client.history(conv, { before: 11 })
    expect(messages.map(each => each.seq)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
    expect(ben.client.messages.local(conv).length).toBe(60)
    await server.core.send.toUser(rest, 'ben', { from: 'cy', parts: [{ type: 'text', text: 'hello' }] })
    await expect.poll(() => told.at(-1)).toMatchObject({ sender: 'cy', to: 'ben', seq: 1 })
  })

  test('[GW96] local timelines show edits, reactions, pins, recalls and what was erased, on all devices alike', async () => {
    const [ann, ben, ben2] = (await together('ann', 'ben', 'ben')) as [TestDevice, TestDevice, TestDevice]
    const texts = ['one', 'two', 'three', 'four', 'five']
    const { conv } = (await Promise.all(texts.map(text => ann.client.sendToUser('ben', text))))[0] as { conv: number }
    await ann.client.messages.edit(conv, 1, 'uno')
    await ben.client.messages.react(conv, 2, '+1')
    await ann.client.messages.react(conv, 2, '+1')
    await ann.client.messages.pin(conv, 2)
    await awayWhile(ben2, async () => {
      await ann.client.messages.recall(conv, 3, 'no')
      await ann.client.messages.unpin(conv, 2)
      await ben.client.messages.unreact(conv, 2, '+1')
      await ben.client.messages.erase(conv, [4])
      await ann.client.messages.edit(conv, 5, 'cinque')
    })
    const plain = { recalled: false, edited: undefined, pinned: undefined, kinds: undefined }
    const shown = [
      { ...plain, seq: 1, text: 'uno', edited: 1 },
      { ...plain, seq: 2, text: 'two', kinds: ['1 +1'] },
      { ...plain, seq: 3, text: undefined, recalled: true },
      { ...plain, seq: 5, text: 'cinque', edited: 1 },
    ]
    for (const device of [ben, ben2]) await expect.poll(() => said(device, conv)).toEqual(shown)
    await expect
      .poll(() => said(ann, conv))
      .toEqual([...shown.slice(0, 3), { ...plain, seq: 4, text: 'four' }, shown[3]])
    expect((await ben2.client.history(conv)).messages.map(({ seq }) => seq)).toEqual([1, 2, 3, 5])
    await ben.client.conversations.clear(conv, 3)
    for (const device of [ben, ben2]) await expect.poll(() => said(device, conv)).toEqual(shown.slice(3))
  })

  test('[GW96] reads of both sides are told on all devices, also on one that was away', async () => {
    const [ann, ben, ben2] = (await together('ann', 'ben', 'ben')) as [TestDevice, TestDevice, TestDevice]
    const { conv } = await ann.client.sendToUser('ben', 'one')
    await expect.poll(() => said(ann, conv).length).toBe(1)
    const [read, peerRead, others] = [listen(ben2, 'read'), listen(ann, 'peerRead'), listen(ann, 'read')]
    await expect.poll(() => said(ben2, conv).length).toBe(1)
    await ben.client.markRead(conv)
    await expect.poll(() => read).toEqual([{ conv, seq: 1 }])
    await expect.poll(() => peerRead).toEqual([{ conv, user: 'ben', seq: 1 }])
    await awayWhile(ann, async () => {
      await server.core.send.toUser(rest, 'ben', { from: 'ann', parts: [{ type: 'text', text: 'two' }] })
      await ben.client.markRead(conv)
    })
    await expect.poll(() => peerRead.at(-1)).toEqual({ conv, user: 'ben', seq: 2 })
    expect(others).toEqual([])
  })

  test('[GW96] typing and receipts come while one is there', async () => {
    const [ann, ben] = (await together('ann', 'ben')) as [TestDevice, TestDevice]
    const { conv, seq } = await ann.client.sendToUser('ben', 'one', { receipt: true })
    const [typing, receipts] = [listen(ann, 'typing'), listen(ann, 'receipts')]
    await ben.client.messages.typing({ to: 'ann' })
    await ben.client.messages.typing({ conv }, false)
    await ben.client.messages.sendReceipts(conv, [seq])
    await expect
      .poll(() => typing.map(each => ({ ...each })))
      .toEqual([
        { conv, user: 'ben', on: true },
        { conv, user: 'ben', on: false },
      ])
    await expect.poll(() => receipts).toEqual([{ conv, receipts: [{ seq, read: 1, unread: 0, users: ['ben'] }] }])
    expect((await ann.client.messages.receipts(conv, [seq])).receipts).toEqual([{ seq, read: 1, unread: 0 }])
  })

  test('[GW97] notes, broadcasts and settings come once and in order, over a gap, an absence and a restart', async () => {
    let kept = ''
    const storage = {
      load: () => kept,
      save: (text: string) => {
        kept = text
      },
    }
    const [ann, ann2, ben] = [await online('ann', { storage }), ...(await together('ann', 'ben'))] as [
      TestDevice,
      TestDevice,
      TestDevice,
    ]
    const { conv } = await ann.client.sendToUser('ben', 'hi')
    const all = [ann, ann2].map(device => ({
      notes: listen(device, 'note') as { kind: string; number: number }[],
      broadcasts: listen(device, 'broadcast') as { parts: unknown }[],
      settings: listen(device, 'settings') as { settings: object[]; groups?: object[] }[],
    }))
    const broadcast = (text: string) =>
      server.core.broadcasts.send(rest, { from: '', parts: [{ type: 'text', text }], keep: 60_000 })
    const { publish } = server.core.bus
    server.core.bus.publish = () => {}
    await ben.client.messages.notify({ to: 'ann' }, 'lost on the way')
    await broadcast('lost')
    await ann2.client.conversations.pin(conv)
    server.core.bus.publish = publish
    await ben.client.messages.notify({ to: 'ann' }, 'arrives')
    await broadcast('arrives')
    await ann2.client.conversations.mark(conv, { set: [1] })
    for (const { notes, broadcasts, settings } of all) {
      await expect.poll(() => notes.map(each => each.number)).toEqual([1, 2])
      await expect.poll(() => broadcasts.length).toBe(2)
      await expect
        .poll(() => settings.at(-1)?.settings)
        .toMatchObject([{ conv, pinned: expect.any(Number), marks: [1] }])
    }
    await new Promise(resolve => setTimeout(resolve, 120))
    await ann.client.stop()
    await ben.client.messages.notify({ to: 'ann' }, 'while away')
    await broadcast('while away')
    await ann2.client.conversations.folders.create('work')
    const { port, accounts } = server
    await server.stop()
    server = await startServer({ signIns: [trusting], store, accounts, port })
    const back = startDevice(server, rest.app, 'ann', { storage })
    devices.push(back)
    const missed = {
      notes: listen(back, 'note'),
      broadcasts: listen(back, 'broadcast'),
      settings: listen(back, 'settings'),
    }
    await back.until('online')
    expect(missed.notes).toMatchObject([{ number: 3, kind: 'notification', data: { body: 'while away' } }])
    expect(missed.broadcasts).toMatchObject([{ parts: [{ text: 'while away' }] }])
    expect(missed.settings).toMatchObject([{ reset: false, settings: [], groups: [{ name: 'work' }] }])
    await ann2.until('online')
    expect(all[1]?.notes.map(each => each.number)).toEqual([1, 2, 3])
  })

  test('[GW98] presence comes as it changes, and what changed during an absence afterwards', async () => {
    const [ann, ben] = (await together('ann', 'ben')) as [TestDevice, TestDevice]
    const seen = listen(ann, 'presence') as { user: string; status: string; text?: string }[]
    const { missing } = await ann.client.presence.subscribe(['ben', 'nobody'], { for: 3600 })
    expect(missing).toEqual(['nobody'])
    await ben.client.presence.setStatus('busy')
    await expect.poll(() => seen.at(-1)).toMatchObject({ user: 'ben', status: 'online', text: 'busy' })
    await awayWhile(ann, () => ben.client.stop())
    await expect.poll(() => seen.at(-1)).toMatchObject({ user: 'ben', status: 'offline' })
    const number = seen.length
    await awayWhile(ann, async () => {})
    await ann.client.call('ping')
    expect(seen.length).toBe(number)
  })

  test('[GW99] a device goes back into its live rooms, and shows what was said meanwhile', async () => {
    const policy = { stored: true, earlier: true }
    const { group } = await server.core.groups.create(rest, { kind: 'live', name: 'r', owner: 'cy', policy })
    const conv = group.id
    const [ann, ben] = (await together('ann', 'ben')) as [TestDevice, TestDevice]
    const [room, conversation] = [listen(ann, 'room') as { what: string }[], listen(ann, 'conversation')]
    const { me, online: count } = await ann.client.rooms.enter(conv, { nick: 'Ann', words: 'hello' })
    expect([me.nick, count]).toEqual(['Ann', 1])
    await ben.client.rooms.enter(conv)
    await ben.client.sendToGroup(conv, 'one', { priority: 'high' })
    await expect.poll(() => said(ann, conv).map(each => each.text)).toEqual(['one'])
    await ann.client.rooms.attributes.set(conv, { seat: 'ann' })
    await expect.poll(() => room.map(each => each.what)).toContain('attributes')
    expect(room.find(each => each.what === 'entered')).toMatchObject({ conv, user: 'ben' })
    await awayWhile(ann, () => ben.client.sendToGroup(conv, 'two'))
    await expect.poll(() => said(ann, conv).map(each => each.text)).toEqual(['one', 'two'])
    const { members } = await ann.client.rooms.members(conv)
    expect(members.map(each => [each.user, each.nick])).toContainEqual(['ann', 'Ann'])
    expect(conversation.filter(each => !(each as { here: boolean }).here)).toEqual([])
    await server.core.rooms.kick(rest, conv, ['ann'])
    await expect.poll(() => room.at(-1)).toEqual({ what: 'here', conv, here: false, why: 'kicked' })
    await expect.poll(() => conversation.at(-1)).toEqual({ conv, here: false })
    await awayWhile(ann, async () => {})
    expect(await ben.client.rooms.count(conv)).toMatchObject({ online: 1 })
  })

  test('[GW99] a room that lets a device in no more is told as left', async () => {
    const { group } = await server.core.groups.create(rest, { kind: 'chatroom', name: 'r', owner: 'cy' })
    const ann = await online('ann')
    const room = listen(ann, 'room')
    await ann.client.rooms.enter(group.id)
    await awayWhile(ann, () => server.core.rooms.ban(rest, group.id, ['ann'], { until: Number.POSITIVE_INFINITY }))
    expect(room.at(-1)).toEqual({ what: 'here', conv: group.id, here: false, why: 'group.banned' })
  })

  test('[GW100] membership tells what comes into the list and leaves it, once', async () => {
    const [ann, ben] = (await together('ann', 'ben')) as [TestDevice, TestDevice]
    const [list, changes] = [listen(ben, 'membership'), listen(ben, 'change') as { what: string }[]]
    const { conv } = await ann.client.groups.create({ kind: 'group', name: 'g', members: ['ben'] })
    await expect.poll(() => list).toEqual([{ conv, here: true }])
    await ann.client.groups.update(conv, { notice: 'n' })
    await ann.client.groups.setManagers(conv, ['ben'], true)
    await expect.poll(() => changes.map(each => each.what)).toEqual(['settings', 'member'])
    await awayWhile(ben, () => ann.client.groups.kick(conv, ['ben']))
    expect(list).toEqual([
      { conv, here: true },
      { conv, here: false },
    ])
  })

  test('[GW101] a file is handed in and read again; what is refused has the server’s code', async () => {
    const ann = await online('ann')
    const file = await ann.client.files.upload(new Uint8Array([1, 2, 3]), { name: 'a b.png', type: 'image/png' })
    expect(file).toEqual({ url: expect.stringContaining('/files/'), size: 3, type: 'image/png', name: 'a b.png' })
    expect([...new Uint8Array(await (await fetch(file.url)).arrayBuffer())]).toEqual([1, 2, 3])
    const again = await ann.client.files.upload('words', { name: 'w.txt' })
    expect([again.type, again.size]).toEqual(['application/octet-stream', 5])
    const { url, name, size } = file
    await ann.client.sendToUser('ben', [{ type: 'image', url, name, size }])
    const large = new Uint8Array(101 * 1024 * 1024)
    await expect(ann.client.files.upload(large, { name: 'large' })).rejects.toMatchObject({ code: 'request.large' })
  })

  test('[GW102] signed out, a device is gone from the list of devices', async () => {
    const [ann, ann2] = (await together('ann', 'ann')) as [TestDevice, TestDevice]
    expect((await ann.client.devices.list()).devices.map(each => each.session)).toContain(ann2.client.session)
    await ann2.client.signOut()
    expect(ann2.client.state).toBe('stopped')
    await expect.poll(async () => (await ann.client.devices.list()).devices.map(each => each.own)).toEqual([true])
    const kicked = listen(ann, 'kicked')
    await (await online('ann')).client.devices.kick()
    await ann.until('refused')
    expect(kicked).toMatchObject([{ why: 'kicked' }])
  })
})
