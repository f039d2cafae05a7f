import { nativeOperations } from '../../../src/dialects/native/native.ts'
import { codes } from '../../../src/gateway/codes.ts'
import { parseJson } from '../../../src/lib/json.ts'
import { type HostileDevice, hostileDevice, type Outcome } from './device.ts'
import { type Attempt, shaped } from './frames.ts'
import { roomAt, written } from './values.ts'
import type { World } from './world.ts'

/** How the frames of a siege ended. */
export interface Tally {
  /** How often each operation was done, and how often it was refused. */
  done: Map<string, number>
  refused: Map<string, number>
  /** How often each code was answered. */
  errors: Map<string, number>
  /** How often sockets were closed with each code. */
  closed: Map<number, number>
}

/** The codes with which sockets may be closed for what they send. */
const closings: number[] = [codes.protocol, codes.refused, codes.unavailable, codes.ended, codes.replaced].map(
  ({ code }) => code,
)
/** Too large, no text, and what the protocol of sockets does not know. */
const bySocket = [1009, 1007, 1002]

/**
 * Sends frames one after another, each on a socket in its state, and looks after each: nothing is the server's own
 * error, what was refused wrote nothing, and what does not fit its schema is refused for that. Throws with the seed, the
 * frame and what became of it. `meanwhile` is done now and then.
 */
export async function siege(
  world: World,
  all: readonly Attempt[],
  seed: number,
  meanwhile: () => Promise<void> = async () => {},
): Promise<Tally> {
  const tally: Tally = { done: new Map(), refused: new Map(), errors: new Map(), closed: new Map() }
  const devices = new Map<string, HostileDevice>()
  try {
    for (const [i, each] of all.entries()) {
      if (i % 25 === 0) await meanwhile()
      if (i % 100 === 0) await renew(world, devices)
      const text = shaped(written(each.frame, world.conv), each.shape)
      const device = await deviceFor(world, devices, each.state)
      await attemptOf(world, device, each, text, tally).catch(error => {
        const shown = text.length > 2000 ? `${text.slice(0, 2000)}… (${text.length})` : text
        const which = `frame ${i} of ${all.length}, seed ${seed}, ${each.state}, ${each.way}`
        throw new Error(`${which}: ${(error as Error).message}\n${shown}`)
      })
      if (each.state === 'new' || each.state === 'signing') await device.end()
    }
  } finally {
    await Promise.all([...devices.values()].map(device => device.end()))
  }
  return tally
}

async function renew(world: World, devices: ReadonlyMap<string, HostileDevice>) {
  await world.refresh()
  for (const device of devices.values()) await enterRoom(world, device)
}

async function attemptOf(world: World, device: HostileDevice, each: Attempt, text: string, tally: Tally) {
  if (each.state === 'signing')
    device.throw(JSON.stringify({ id: 'in', do: 'signIn', with: world.word('trudy') }), 'text')
  const outcome = await device.attempt(text, each.way, each.about)
  judge(each, text, outcome, tally, world)
  if (each.state !== 'new' || 'closed' in outcome) return
  // Whoever is not let in has to go.
  if (outcome.reply.err) return judge(each, text, { closed: await device.closed }, tally, world)
  // Whatever a device calls itself, it can be reached by that name, and be gone again.
  for (const [about, input] of [
    ['push.register', { engine: 'e', token: 't' }],
    ['signOut', {}],
  ] as const) {
    const asked = JSON.stringify({ id: 1, do: about, with: input })
    if (device.open()) judge({ ...each, about }, asked, await device.attempt(asked, 'text', about), tally, world)
  }
}

async function deviceFor(world: World, devices: Map<string, HostileDevice>, state: Attempt['state']) {
  if (state === 'new' || state === 'signing') return hostileDevice(world)
  const here = devices.get(state)
  if (here?.open()) return here
  const made = await hostileDevice(world, state)
  devices.set(state, made)
  await enterRoom(world, made)
  return made
}

async function enterRoom(world: World, device: HostileDevice) {
  const text = JSON.stringify({ id: 0, do: 'room.enter', with: { conv: world.conv(roomAt) } })
  if (device.open()) await device.attempt(text, 'text', 'room.enter')
}

function judge(attempt: Attempt, text: string, outcome: Outcome, tally: Tally, world: World) {
  for (const { operation, wrote, refused } of world.ledger.taken()) {
    raise(refused ? tally.refused : tally.done, operation)
    if (refused && wrote.length > 0) throw new Error(`${operation} was refused and wrote ${wrote.join(', ')}`)
  }
  if ('closed' in outcome) {
    raise(tally.closed, outcome.closed)
    if (![...closings, ...bySocket].includes(outcome.closed)) throw new Error(`closed with ${outcome.closed}`)
    return
  }
  const { type, err } = outcome.reply as { type: string; err?: { code: string; text: string } }
  if (type === 'welcome') {
    if (attempt.state !== 'signing' && !text.includes('"word":"open"')) throw new Error('let in')
    return
  }
  if (err) raise(tally.errors, err.code)
  if (err?.code === 'internal') throw new Error(`internal: ${err.text}`)
  const fits = fitsItsOperation(text)
  if (fits === false && attempt.state !== 'new' && err?.code !== 'request.invalid')
    throw new Error(`accepted, or refused for ${err?.code}`)
}

/** Whether the input fits what its operation takes; undefined for what is no frame or no operation. */
function fitsItsOperation(text: string): boolean | undefined {
  const { do: key, with: input } = parseJson(text) as { do: string; with?: unknown }
  return nativeOperations.get(key)?.request.safeParse(input ?? {}).success
}

function raise<K>(counts: Map<K, number>, key: K) {
  counts.set(key, (counts.get(key) ?? 0) + 1)
}
