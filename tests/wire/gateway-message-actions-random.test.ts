import { afterEach, expect, test } from 'vitest'
import type { Message } from '../../client/src/protocol.ts'
import type { Call } from '../../src/core/call.ts'
import { Fault } from '../../src/core/errors.ts'
import { openReplica, type Replica } from '../support/replica.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { trusting } from '../support/trusting.ts'

let server: TestServer | undefined
let devices: Replica[] = []

afterEach(async () => {
  await Promise.all(devices.map(device => device.go()))
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

const kinds = ['+1', 'heart', 'eyes']

/** What one of them does to the conversation: the operation and its input, by a die. */
const deeds: [number, (pick: (most: number) => number, n: number) => [string, object]][] = [
  [0.3, (_, n) => ['send', { text: `m${n}` }]],
  [0.42, (pick, n) => ['message.edit', { seq: pick(-12), parts: [{ type: 'text', text: `e${n}` }] }]],
  [0.47, pick => ['message.recall', { seq: pick(-6) }]],
  [0.52, (pick, n) => ['withdraw', { seq: pick(-8), from: n % 2 ? 'all' : 'others' }]],
  [0.58, pick => ['message.erase', { seqs: [pick(0), pick(-5)] }]],
  [0.74, pick => ['message.react', { seq: pick(-8), kind: kinds[pick(3) - 1] }]],
  [0.82, pick => ['message.unreact', { seq: pick(-8), kind: kinds[pick(3) - 1] }]],
  [0.88, pick => ['message.pin', { seq: pick(-8) }]],
  [0.93, pick => ['message.unpin', { seq: pick(-8) }]],
  [0.98, pick => ['conversation.read', { seq: pick(0) }]],
  [1, pick => ['conversation.clear', { seq: Math.max(1, Math.floor(pick(0) / 2)) }]],
]

const refusals = new Set([
  'message.missing',
  'message.recalled',
  'message.late',
  'message.full',
  'group.role',
  'offline',
])

test.each([
  ['pair', 1],
  ['pair', 2],
  ['group', 3],
  ['group', 4],
] as const)('[MA17] [MA24] one that was away shows what one that stayed shows (%s, seed %i)', async (kind, seed) => {
  const random = randomFrom(seed)
  server = await startServer({ signIns: [trusting], gateway: { rate: 100_000, burst: 100_000 } })
  const { core } = server
  const app = server.apps[0] as Call['app']
  const rest: Call = { app, admin: true, origin: { dialect: 'native', via: 'rest' } }
  await core.users.save(rest, [{ id: 'ann' }, { id: 'ben' }], { existing: 'update' })
  const conv = await opened(core, rest, kind)
  const [stays, away, ben] = ['ann', 'ann', 'ben'].map(user => openReplica(server as TestServer, app, user)) as [
    Replica,
    Replica,
    Replica,
  ]
  devices = [stays, away, ben]
  await Promise.all(devices.map(device => device.come()))

  const done = new Map<string, number>()
  let sent = 1
  const pick = (most: number) =>
    most > 0 ? 1 + Math.floor(random() * most) : Math.max(1, sent - Math.floor(random() * (most < 0 ? -most : sent)))
  for (let n = 0; n < 400; n++) {
    const dice = random()
    const [operation, input] = (deeds.find(([upTo]) => dice < upTo) as (typeof deeds)[number])[1](pick, n)
    const by = [stays, away, ben][Math.floor(random() * 3)] as Replica
    const doing = operation === 'send' ? say(by, input as { text: string }, n) : ask(by, operation, input)
    if (random() < 0.7) await doing
    if (random() < 0.06) await (away.socket() ? goneFor(n) : away.come())
  }
  await new Promise(resolve => setTimeout(resolve, 50))
  if (away.socket()) await away.go()
  await away.come()

  await expect.poll(() => away.picture(conv), { timeout: 4000 }).toEqual(stays.picture(conv))
  for (const device of [stays, ben]) {
    const messages = await historyOf(device, conv)
    await expect
      .poll(() => (device.picture(conv) as { messages: { seq: number }[] }).messages.slice(-50))
      .toEqual(messages.slice(-50))
  }
  const edited = (away.picture(conv) as { messages: Message[] }).messages.filter(each => each.recalled && each.edited)
  expect(edited.length).toBeGreaterThan(1)
  for (const operation of ['send', ...deeds.slice(1).map(([, make]) => make(pick, 0)[0])])
    expect(done.get(operation), operation).toBeGreaterThan(0)

  /** Goes, and while it is gone what it had seen last is edited and then recalled. */
  async function goneFor(n: number) {
    const seq = (await say(stays, { text: `g${n}` }, 1000 + n))?.seq
    await away.go()
    await ask(stays, 'message.edit', { seq, parts: [{ type: 'text', text: `ge${n}` }] })
    await ask(stays, 'message.recall', { seq })
  }

  async function say(by: Replica, { text }: { text: string }, n: number) {
    if (!by.socket()) return
    const where = kind === 'group' ? { conv } : { to: by.user === 'ann' ? 'ben' : 'ann' }
    const message = { ...where, client: `c${n}`, parts: [{ type: 'text', text }] }
    const reply = await ask(by, kind === 'group' ? 'message.sendToGroup' : 'message.sendToUser', message, 'send')
    sent++
    return reply
  }

  /** The app does, in between. */
  async function withdraw({ seq, from }: { seq: number; from: 'all' | 'others' }): Promise<undefined> {
    await core.withdraw(rest, await core.directs.get(app.id, conv), seq, from)
  }

  async function ask(by: Replica, operation: string, input: object, name = operation) {
    try {
      const reply =
        operation === 'withdraw'
          ? await withdraw(input as { seq: number; from: 'all' | 'others' })
          : await by.socket()?.ask(operation, name === 'send' ? input : { conv, ...input })
      done.set(name, (done.get(name) ?? 0) + 1)
      return reply
    } catch (error) {
      const why = error instanceof Fault ? error.reason : (error as Error).message
      if (!refusals.has(why) && !why.includes('closed with')) throw error
    }
  }
})

async function opened(core: TestServer['core'], rest: Call, kind: 'pair' | 'group'): Promise<number> {
  if (kind === 'pair') return (await core.directs.open(rest, 'ann', 'ben')).direct.id
  const members = [{ user: 'ben' }]
  const policy = { edit: 'everyone' as const }
  return (await core.groups.create(rest, { kind: 'group', name: 'g', owner: 'ann', members, policy })).group.id
}

/** All that the server says the user sees, oldest first. */
async function historyOf(device: Replica, conv: number): Promise<object[]> {
  const all: object[] = []
  for (let after: number | undefined = 0; after !== undefined; ) {
    const page: Record<string, unknown> =
      (await device.socket()?.ask('history.read', { conv, after, limit: 100 })) ?? {}
    all.push(...((page.messages ?? []) as object[]))
    after = page.next as number | undefined
  }
  return all
}
