import type { Call, DialectName } from '../../../src/core/call.ts'
import type { Dialect } from '../../../src/dialects/dialect.ts'
import { openMemory } from '../../../src/storage/memory.ts'
import { startServer, type TestServer } from '../server.ts'
import { trusting } from '../trusting.ts'
import { type Ledger, openLedger } from './ledger.ts'

/** What nobody who is hostile may ever read. */
export const secret = 'S3CRET'

/** A server with friends and strangers on it, and two users who send what they like: mallory and oscar. */
export interface World {
  server: TestServer
  rest: Call
  ledger: Ledger
  /** A group of others, in which everything is a secret. */
  theirs: number
  /** Conversations by number: those of the hostile ones, of others, of another app, and such as nobody has. */
  conv(n: number): number
  /** Credentials with which the hostile ones come in. */
  word(user: string): object
  /** Groups and rooms that frames put an end to are there anew. */
  refresh(): Promise<void>
  stop(): Promise<void>
}

/** The real dialects are asked as well: the word that opens has a dialect of its own. */
const opening: Dialect = { ...trusting, name: 'trusting' as DialectName }

export async function openWorld(): Promise<World> {
  const ledger = openLedger(openMemory())
  const server = await startServer({
    signIns: [opening],
    store: ledger.store,
    apps: 2,
    gateway: { rate: 1_000_000, burst: 1_000_000, unsigned: 5000, grace: 500 },
  })
  const { core } = server
  const callOf = (i: number): Call => {
    return { app: server.apps[i] as Call['app'], admin: true, origin: { dialect: 'tencent', via: 'rest' } }
  }
  const [rest, elsewhere] = [callOf(0), callOf(1)]
  const hidden = { email: secret, mobile: secret, text: secret }
  const people = ['mallory', 'oscar', 'trudy', 'vic', 'ann', 'ben'].map(id => ({
    id,
    profile: id < 'm' || id === 'vic' ? hidden : {},
  }))
  for (const call of [rest, elsewhere]) await core.users.save(call, people, { existing: 'update' })
  const say = (call: Call, conv: number, from: string, words: string) =>
    core.send.toGroup(call, conv, { from, parts: [{ type: 'text', text: words }], receipt: true })
  const make = async (call: Call, owner: string, members: string[], more: object = {}) => {
    const named = members.map(user => ({ user }))
    return (await core.groups.create(call, { kind: 'group', name: 'g', owner, members: named, ...more })).group.id
  }
  const closed = { policy: { join: 'closed' as const }, name: secret, fields: { notice: secret, clientText: secret } }
  const theirs = await make(rest, 'ann', ['ben'], closed)
  const foreign = await make(elsewhere, 'mallory', ['oscar', 'vic'], closed)
  await say(elsewhere, foreign, 'vic', secret)
  const pair = (await core.send.toUser(rest, 'ann', { from: 'vic', parts: [{ type: 'text', text: secret }] })).conv
  const own = (await core.send.toUser(rest, 'mallory', { from: 'oscar', parts: [{ type: 'text', text: 'hi' }] })).conv
  let shared: number[] = []

  async function refresh() {
    const mine = await make(rest, 'mallory', ['oscar', 'vic'])
    const vics = await make(rest, 'vic', ['mallory'], { policy: { join: 'open' } })
    const room = await core.groups.create(rest, { kind: 'chatroom', name: 'room', owner: 'oscar' })
    shared = [mine, vics, room.group.id, own]
    for (const conv of [mine, vics]) for (const from of ['mallory', 'vic', 'mallory']) await say(rest, conv, from, 'hi')
  }

  await refresh()
  return {
    ...{ server, rest, ledger, theirs, refresh },
    conv(n) {
      const others = [theirs, foreign, pair, 7, Number.MAX_SAFE_INTEGER]
      return n < 24 ? (shared[n % shared.length] as number) : (others[n % others.length] as number)
    },
    word: user => ({ dialect: 'trusting', app: rest.app.id, user, word: 'open', platform: 'web', device: user }),
    async stop() {
      ledger.close()
      await server.stop()
      await ledger.store.close()
    },
  }
}
