import { expect } from 'vitest'
import { nativeOperations } from '../../../src/dialects/native/native.ts'
import { signIn, type TestSocket } from '../socket.ts'
import { hostileDevice } from './device.ts'
import { hopeless, pipeline, storm } from './flood.ts'
import { attempts, trespasses } from './frames.ts'
import { heap, heldBy } from './quiet.ts'
import { siege, type Tally } from './siege.ts'
import { openWorld, type World } from './world.ts'

/** A server under attack, and a user who wants to hear what is said in a group meanwhile. */
export interface Assault {
  /** So many frames one after another, each looked after. */
  besiege(count: number, seed: number): Promise<Tally>
  /** Whatever can be asked about a conversation is asked about those of others, as it should be. */
  trespass(seed: number): Promise<Tally>
  /** What can only be refused, at once and on many sockets; no row may be another afterwards. */
  drown(count: number, seed: number): Promise<void>
  /** The witness heard all that was said and nothing else in the group, in order, and is served as before. */
  demandWitness(): Promise<void>
  /** Nothing is held that was not before. */
  demandPeace(): Promise<void>
  stop(): Promise<void>
}

export async function openAssault(): Promise<Assault> {
  const world = await openWorld()
  const { server, rest, theirs } = world
  const credentials = world.word('zoe')
  const witness = await signIn(server, credentials)
  const said: string[] = []
  const before = await heldBy(world)

  /** Something is said in the group of which those who are hostile know nothing. */
  async function say() {
    const words = `said ${said.length + 1}`
    said.push(words)
    await server.core.send.toGroup(rest, theirs, { from: 'ben', parts: [{ type: 'text', text: words }] })
  }

  async function drown(count: number, seed: number) {
    const { frames, noise } = hopeless(world, count, seed)
    expect(frames.length).toBeGreaterThan(count / 5)
    expect(noise.length).toBeGreaterThan(count / 100)
    const devices = [await hostileDevice(world, 'mallory'), await hostileDevice(world, 'oscar')]
    const rows = await world.ledger.rows()
    world.ledger.taken()
    expect(await pipeline(devices, frames), `seed ${seed}`).toBe(frames.length + devices.length)
    await storm(world, [...noise, ...frames.slice(0, noise.length)])
    expect(await world.ledger.rows(), `seed ${seed}`).toEqual(rows)
    expect(world.ledger.taken().filter(({ refused }) => !refused)).toEqual([])
    await Promise.all(devices.map(device => device.end()))
  }

  return {
    async besiege(count, seed) {
      const tally = await siege(world, attempts(count, seed), seed, say)
      const missed = [...nativeOperations.keys()].filter(key => !tally.done.has(key) && !tally.refused.has(key))
      expect(missed, `seed ${seed}`).toEqual([])
      return tally
    },
    async trespass(seed) {
      const all = trespasses(seed)
      const tally = await siege(world, all, seed, say)
      const asked = [...tally.done.keys(), ...tally.refused.keys()]
      expect([...new Set(all.map(({ about }) => about))].filter(key => !asked.includes(key))).toEqual([])
      return tally
    },
    drown,
    async demandWitness() {
      await say()
      await witness.next('message', ({ conv, seq }) => conv === theirs && seq === said.length)
      const heard = witness.frames.filter(({ conv }) => conv === theirs)
      expect(heard.map(wordsOf)).toEqual(said)
      expect(heard.map(({ seq }) => seq)).toEqual(said.map((_, i) => i + 1))
      expect(await witness.ask('ping')).toHaveProperty('time')
      const another = await signIn(server, credentials)
      await another.close()
    },
    async demandPeace() {
      await expect.poll(() => heldBy(world), { timeout: 10_000 }).toEqual(before)
      await demandNoLeak(world, drown)
      await expect.poll(() => heldBy(world), { timeout: 10_000 }).toEqual(before)
    },
    async stop() {
      await witness.close()
      await world.stop()
    },
  }
}

/** What is refused leaves nothing behind: after the same again and again there is not more in memory. */
async function demandNoLeak(world: World, drown: Assault['drown']) {
  await drown(400, 1)
  const first = await heap()
  for (const seed of [1, 1, 1]) await drown(400, seed)
  const grown = (await heap()) - first
  expect(grown, `${world.server.gateway.stats().sockets} sockets`).toBeLessThan(3 * 1024 * 1024)
}

function wordsOf({ parts }: TestSocket['frames'][number]): string | undefined {
  return (parts as { text?: string }[] | undefined)?.[0]?.text
}
