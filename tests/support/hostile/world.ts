import { z } from 'zod'
import type { Call, DialectName } from '../../../src/core/call.ts'
import { Fault } from '../../../src/core/errors.ts'
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
  /** A group of others, in which everything is a secret; zoe is in it, whom no frame names. */
  theirs: number
  /** Conversations by number: those of the hostile ones, of others, of another app, and such as nobody has. */
  conv(n: number): number
  /** Credentials with which a user comes in. */
  word(user: string): object
  /** Groups and rooms that frames put an end to are there anew. */
  refresh(): Promise<void>
  stop(): Promise<void>
}

/** The real dialects are asked as well: the word that opens has a dialect of its own. */
const opening: Dialect = {
  ...trusting,
  name: 'trusting' as DialectName,
  async signIn(core, given, address) {
    if (!words.safeParse(given).success) throw new Fault('caller.signature')
    return (trusting.signIn as NonNullable<Dialect['signIn']>)(core, { ...(given as object), word: 'open' }, address)
  },
}

const words = z.union([
  z.object({ app: z.int(), user: z.enum(['mallory', 'oscar', 'trudy']), word: z.literal('open') }),
  z.object({ app: z.int(), user: z.literal('zoe'), word: z.literal('known to zoe alone') }),
])

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
  const people = ['mallory', 'oscar', 'trudy', 'vic', 'ann', 'ben', 'zoe'].map(id => ({
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
  const theirs = await make(rest, 'ann', ['ben', 'zoe'], closed)
  const foreign = await make(elsewhere, 'mallory', ['oscar', 'vic'], closed)
  await say(elsewhere, foreign, 'vic', secret)
  const pair = (await core.send.toUser(rest, 'ann', { from: 'vic', parts: [{ type: 'text', text: secret }] })).conv
  const own = (await core.send.toUser(rest, 'mallory', { from: 'oscar', parts: [{ type: 'text', text: 'hi' }] })).conv
  const by = (user: string): Call => ({ ...rest, admin: false, operator: user })
  let shared: number[] = []

  async function refresh() {
    const mine = await make(rest, 'mallory', ['oscar', 'vic'], { policy: { join: 'approval' } })
    const vics = await make(rest, 'vic', ['mallory'], { policy: { join: 'open' } })
    const waits = await make(rest, 'vic', [], { policy: { join: 'approval' } })
    const asks = await make(rest, 'vic', [], { policy: { consent: true } })
    const room = await core.groups.create(rest, { kind: 'chatroom', name: 'room', owner: 'oscar' })
    shared = [mine, vics, room.group.id, own, waits, asks]
    for (const conv of [mine, vics]) for (const from of ['mallory', 'vic', 'mallory']) await say(rest, conv, from, 'hi')
    // Something is there to be answered, taken back and changed.
    await core.members.apply(by('trudy'), mine, 'trudy')
    for (const user of ['mallory', 'oscar']) {
      await core.members.apply(by(user), waits, user)
      await core.friends.add(rest, user, [{ user: 'vic' }], { how: 'direct' })
      await core.friends.add(by('trudy'), 'trudy', [{ user }], { how: 'ask' })
    }
    await core.members.bring(rest, asks, ['mallory', 'oscar'])
  }

  await refresh()
  return {
    ...{ server, rest, ledger, theirs, refresh },
    conv(n) {
      const others = [7, theirs, foreign, pair, Number.MAX_SAFE_INTEGER, 1]
      return n < 24 ? (shared[n % shared.length] as number) : (others[(n - 24) % others.length] as number)
    },
    word(user) {
      const word = user === 'zoe' ? 'known to zoe alone' : 'open'
      return { dialect: 'trusting', app: rest.app.id, user, word, platform: 'web', device: user }
    },
    async stop() {
      ledger.close()
      await server.stop()
      await ledger.store.close()
    },
  }
}
