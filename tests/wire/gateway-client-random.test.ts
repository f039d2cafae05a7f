import { isDeepStrictEqual } from 'node:util'
import { afterEach, expect, test } from 'vitest'
import type { Client, Message } from '../../client/src/client.ts'
import type { Call } from '../../src/core/call.ts'
import { openMemory } from '../../src/storage/memory.ts'
import { shownIn, startDevice, type TestDevice } from '../support/device.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { trusting } from '../support/trusting.ts'

let server: TestServer | undefined
let devices: View[] = []

afterEach(async () => {
  await Promise.all(devices.map(({ device }) => device.client.stop()))
  await server?.stop()
  devices = []
})

/** Numbers below 1, the same for the same seed. */
function randomFrom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** An app on a device with all that it shows, put together from what the client tells. */
interface View {
  device: TestDevice
  read: Map<number, number>
  peerRead: Map<number, number>
  settings: Map<number, object>
  folders: object[]
  notes: number[]
  broadcasts: number[]
}

function view(user: string, app: { id: number }, random: () => number): View {
  let kept = ''
  const storage = {
    load: () => kept,
    save: (text: string) => {
      kept = text
    },
  }
  const device = startDevice(server as TestServer, app, user, { random, storage })
  const made: View = {
    ...{ device, read: new Map(), peerRead: new Map(), settings: new Map() },
    ...{ folders: [], notes: [], broadcasts: [] },
  }
  const { client } = device
  client.on('conversation', told => {
    if (!told.here) return
    made.read.set(told.conv, told.conversation.read)
    if (told.conversation.peerRead !== undefined) made.peerRead.set(told.conv, told.conversation.peerRead)
  })
  client.on('read', ({ conv, seq }) => made.read.set(conv, seq))
  client.on('peerRead', ({ conv, seq }) => made.peerRead.set(conv, seq))
  client.on('settings', ({ reset, settings, groups }) => {
    if (reset) made.settings.clear()
    for (const each of settings) made.settings.set(each.conv, each)
    if (groups) made.folders = groups
  })
  client.on('note', ({ number }) => made.notes.push(number))
  // What is not kept is for who is connected at the time.
  client.on('broadcast', ({ number, expires }) => void (expires && made.broadcasts.push(number)))
  return made
}

/** What a device shows of some conversations, in plain values. */
function picture({ device, ...rest }: View, convs: number[]): object {
  const newest = (messages: Message[]) => messages.slice(-30).map(sorted)
  const of = convs.map(conv => ({
    conv,
    shown: newest(shownIn(device, conv)),
    local: newest(device.client.messages.local(conv)),
    read: rest.read.get(conv),
    peerRead: rest.peerRead.get(conv) ?? 0,
    settings: rest.settings.get(conv),
  }))
  const { folders, notes, broadcasts } = rest
  return JSON.parse(JSON.stringify({ of, folders, notes, broadcasts }))
}

/** The same message may come with its fields in another order. */
function sorted(message: Message): object {
  return Object.fromEntries(Object.entries(message).sort(([a], [b]) => (a < b ? -1 : 1)))
}

/** What one does to a conversation, by a die; `pick` gives one of its newest messages. */
const deeds: [
  upTo: number,
  name: string,
  (client: Client, conv: number, pick: () => number, n: number, pair: boolean) => unknown,
][] = [
  [0.3, 'send', (c, conv, _, n, pair) => (pair ? c.sendToUser(other(c), `d${n}`) : c.sendToGroup(conv, `m${n}`))],
  [0.4, 'edit', (c, conv, pick, n) => c.messages.edit(conv, pick(), `e${n}`)],
  [0.46, 'recall', (c, conv, pick) => c.messages.recall(conv, pick())],
  [0.52, 'erase', (c, conv, pick) => c.messages.erase(conv, [pick()])],
  [0.64, 'react', (c, conv, pick, n) => c.messages.react(conv, pick(), ['+1', 'heart'][n % 2] as string)],
  [0.7, 'unreact', (c, conv, pick) => c.messages.unreact(conv, pick(), '+1')],
  [0.75, 'pin', (c, conv, pick) => c.messages.pin(conv, pick())],
  [0.78, 'unpin', (c, conv, pick) => c.messages.unpin(conv, pick())],
  [0.83, 'read', (c, conv, pick) => c.markRead(conv, pick())],
  [0.85, 'clear', (c, conv, pick) => c.conversations.clear(conv, Math.max(1, pick() - 15))],
  [0.89, 'mark', (c, conv, _, n) => c.conversations.mark(conv, { set: [n % 64], clear: [(n * 7) % 64] })],
  [0.91, 'folder', (c, _, __, n) => c.conversations.folders.create(`f${n}`)],
  [0.95, 'notify', (c, _, __, n) => c.messages.notify({ to: other(c) }, `n${n}`)],
  [0.98, 'extend', (c, conv, pick, n) => c.messages.extend(conv, pick(), [{ key: 'k', value: `${n}` }])],
  [1, 'history', (c, conv) => c.history(conv, { before: c.messages.local(conv)[0]?.seq })],
]

/** How often each was done. */
const done = new Map<string, number>()

const other = (client: Client) => (client.user === 'ben' ? 'ann' : 'ben')

/** What may well be refused, and what the end of a connection takes away. */
const refusals = ['message.missing', 'message.recalled', 'message.late', 'message.full', 'message.fixed', 'group.role']
const passing = [...refusals, 'offline', 'stopped', 'time.out', 'conversation.missing', 'conversation.group.limit']

test.each([21, 22, 23])(
  '[MA17] three clients show the same in the end, whatever happened meanwhile (seed %i)',
  async seed => {
    const random = randomFrom(seed)
    const store = openMemory()
    const loose = { rate: 100_000, burst: 100_000 }
    server = await startServer({ signIns: [trusting], gateway: loose, store })
    const app = server.apps[0] as Call['app']
    const rest: Call = { app, admin: true, origin: { dialect: 'native', via: 'rest' } }
    await server.core.users.save(rest, [{ id: 'ann' }, { id: 'ben' }], { existing: 'update' })
    const direct = (await server.core.directs.open(rest, 'ann', 'ben')).direct.id
    const policy = { edit: 'everyone' as const }
    const group = { kind: 'group' as const, name: 'g', owner: 'ann', members: [{ user: 'ben' }], policy }
    const convs = [direct, (await server.core.groups.create(rest, group)).group.id]
    devices = ['ann', 'ann', 'ben'].map(user => view(user, app, randomFrom(seed + 1)))
    const views = devices as [View, View, View]
    await Promise.all(views.map(each => each.device.until('online')))

    const strange: string[] = []
    const doings: Promise<unknown>[] = []
    const last = (conv: number) => Math.max(1, ...views.map(({ device }) => device.shown.get(conv)?.size ?? 1))
    for (let n = 0; n < 320; n++) {
      const dice = random()
      const [, name, deed] = deeds.find(([upTo]) => dice < upTo) as (typeof deeds)[number]
      const conv = convs[Math.floor(random() * 2)] as number
      const { client } = (views[Math.floor(random() * 3)] as View).device
      const pick = () => Math.max(1, last(conv) - Math.floor(random() * 12))
      const doing = Promise.resolve(deed(client, conv, pick, n, conv === direct)).then(
        () => done.set(name, (done.get(name) ?? 0) + 1),
        error => passing.includes(error.code) || strange.push(`${name}: ${error.code}`),
      )
      doings.push(doing)
      if (client.state === 'online' && random() < 0.5) await doing
      const [one, two] = [random(), Math.floor(random() * 3)]
      const { device } = views[two] as View
      if (one < 0.04) device.cut()
      else if (one < 0.06) {
        await device.client.stop()
        device.client.start()
      } else if (one < 0.09) await loseNews(server.core.bus, 3)
      else if (one < 0.12) await server.core.broadcasts.send(rest, { from: '', parts: [], keep: (n % 2) * 60_000 })
      if (n === 200) {
        const { port, accounts } = server
        await server.stop()
        server = await startServer({ signIns: [trusting], gateway: loose, store, port, accounts })
      }
    }
    expect(strange).toEqual([])
    for (const { device } of views) {
      await device.until('online')
      device.cut()
      await device.until('offline')
    }
    await Promise.all(views.map(each => each.device.until('online')))

    const [ann, ann2, ben] = views
    await Promise.all(doings)
    const both = () => [ann, ann2].map(each => picture(each, convs))
    await expect
      .poll(() => isDeepStrictEqual(...(both() as [object, object])), { timeout: 5000 })
      .toBe(true)
      .catch(() => {})
    expect(both()[1]).toEqual(both()[0])
    for (const { device } of views)
      for (const conv of convs) {
        const { messages } = await device.client.history(conv, { limit: 30 })
        await expect
          .poll(() => plain(shownIn(device, conv).slice(-30).map(sorted)))
          .toEqual(plain(messages.slice(-30).map(sorted)))
        expect(plain(device.client.messages.local(conv).slice(-30))).toEqual(plain(messages.slice(-30)))
      }
    // Nothing is told twice, and nothing is missing.
    for (const { notes } of views) expect(notes).toEqual(Array.from({ length: notes.length }, (_, i) => i + 1))
    for (const { broadcasts, device } of [ann, ann2, ben]) {
      expect(broadcasts).toEqual([...new Set(broadcasts)].sort((a, b) => a - b))
      const rows = device.told.filter(each => !each.endsWith('/0'))
      expect(new Set(rows).size).toBe(rows.length)
    }
    await server.stop()
    server = undefined
    await store.close()
  },
)

test('all of it was done', () => {
  for (const [, name] of deeds) expect(done.get(name), name).toBeGreaterThan(0)
})

/** For a moment news reaches nobody. */
async function loseNews(bus: TestServer['core']['bus'], ms: number): Promise<void> {
  const { publish } = bus
  bus.publish = () => {}
  await new Promise(resolve => setTimeout(resolve, ms))
  bus.publish = publish
}

function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value))
}
