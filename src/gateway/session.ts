import { randomUUID } from 'node:crypto'
import type { WebSocket } from 'ws'
import { z } from 'zod'
import type { Call } from '../core/call.ts'
import type { Core } from '../core/core.ts'
import { Fault } from '../core/errors.ts'
import { type Dialect, explain, perform, type SignedIn } from '../dialects/dialect.ts'
import { parseJson } from '../lib/json.ts'
import type { Audience, Device } from './audience.ts'
import { codes, type Ending, endingOf } from './codes.ts'
import { frame, type Turns } from './frames.ts'
import { type GatewayLimits, meter } from './limits.ts'
import { type Losses, openOutlet } from './outlet.ts'
import { openSaying } from './saying.ts'

/** What all sessions of a gateway work with. */
export interface Surroundings {
  core: Core
  dialects: readonly Dialect[]
  native: Dialect
  limits: GatewayLimits
  audience: Audience
  turns: Turns
  losses: Losses
  /** The session is its user's from now on; the oldest of too many gives way. */
  signedIn(session: Session, app: number, user: string): void
  gone(session: Session): void
}

/** One socket. */
export interface Session {
  end(ending: Ending): void
  /** When something was last heard from it (ms). */
  heard(): number
  ping(): void
  cut(): void
}

const upstream = z.object({
  id: z.union([z.number(), z.string().max(64)]),
  do: z.string().max(64),
  with: z.unknown().optional(),
})

const signInWith = z.looseObject({
  dialect: z.string(),
  platform: z.string().max(64).default(''),
  device: z.string().max(128).default(''),
})

type Upstream = z.output<typeof upstream>

/** Takes over a connection: waits for the sign-in, then performs the frames' operations until it ends. */
export function openSession(ws: WebSocket, address: string, around: Surroundings): Session {
  const { core, native, limits, audience } = around
  const outlet = openOutlet(ws, around.turns, limits, around.losses)
  const id = randomUUID()
  const allows = meter(limits, Date.now())
  const deadline = setTimeout(() => end(codes.late), limits.signIn)
  let state: 'new' | 'signing' | 'here' | 'gone' = 'new'
  let call: Call | undefined
  let device: Device | undefined
  let heard = Date.now()
  let underWay = 0
  const nextTurn = openSaying()
  let entered: Promise<unknown> = Promise.resolve()

  const session: Session = { end, heard: () => heard, ping: () => ws.ping(), cut: () => ws.terminate() }

  ws.on('message', (data: Buffer, isBinary) => {
    heard = Date.now()
    if (state !== 'gone') receive(data, isBinary)
  })
  ws.on('pong', () => {
    heard = Date.now()
  })
  // A broken connection also closes; there is nothing else to do about it.
  ws.on('error', () => {})
  ws.on('close', close)

  function receive(data: Buffer, isBinary: boolean) {
    const allowed = allows(heard)
    if (allowed === 'enough') return end(codes.flooding)
    const read = isBinary ? undefined : readFrame(data)
    if (!read) return end(codes.protocol)
    if (state === 'here') {
      if (allowed === 'no' || underWay >= limits.underWay) refuse(read.id, new Fault('rate.exceeded'))
      else answer(read)
      return
    }
    if (state !== 'new' || read.do !== 'signIn') return end(codes.protocol)
    state = 'signing'
    signIn(read).catch(error => {
      logUnexpected(error, 'a sign-in failed')
      refuse(read.id, error)
      end(endingOf(error))
    })
  }

  async function signIn({ id: frameId, with: input }: Upstream): Promise<void> {
    const asked = signInWith.safeParse(input)
    if (!asked.success) throw new Fault('request.invalid', asked.error.issues[0]?.message)
    const { platform, device: deviceId, ...credentials } = asked.data
    const signed = await prove(credentials)
    if (outlet.ended()) return
    const { user } = signed
    const { app } = signed.call
    // What a device does is done in the user's name with the user's rights, whichever credentials proved who it is.
    call = { app, operator: user, admin: false, origin: { dialect: 'native', via: 'client' }, address }
    device = { app: app.id, user, push: told => state === 'here' && outlet.push(told), end: (e, last) => end(e, last) }
    audience.enter(device)
    entered = core.presence.enter({ app: app.id, user, id, platform, device: deviceId })
    await Promise.all([proveAgain(credentials, signed), audience.enterGroups(device), entered])
    if (outlet.ended()) return forget()
    clearTimeout(deadline)
    around.signedIn(session, app.id, user)
    state = 'here'
    const welcome = { user, session: id, epoch: core.store.epoch, time: core.clock(), heartbeat: limits.heartbeat }
    outlet.push(frame({ type: 'welcome', id: frameId, ...welcome }))
  }

  async function prove(credentials: { dialect: string }): Promise<SignedIn> {
    const dialect = around.dialects.find(each => each.name === credentials.dialect)
    if (!dialect?.signIn) throw new Fault('caller.unknown', 'no dialect of that name signs users in')
    return dialect.signIn(core, credentials, address)
  }

  /** Who was signed out between the proof and the listening would never hear of it: a user just written proves it again. */
  async function proveAgain(credentials: { dialect: string }, { call: { app }, user }: SignedIn): Promise<void> {
    const row = await core.users.find(app.id, user)
    const recent = !row || row.updated > core.clock() - 2 * limits.signIn
    if (recent) await prove(credentials)
  }

  function answer(asked: Upstream) {
    const operation = native.operations.get(asked.do)
    if (!operation) return refuse(asked.id, new Fault('operation.unknown'))
    // What a device says is kept in the order in which it was said.
    const turn = asked.do.startsWith('message.') ? nextTurn() : undefined
    underWay++
    perform(core, { ...(call as Call), turn }, operation, asked.with ?? {})
      .then(
        ok => outlet.push(frame({ type: 'reply', id: asked.id, ok })),
        error => {
          logUnexpected(error, 'an operation of a socket failed')
          refuse(asked.id, error, operation)
        },
      )
      .finally(() => {
        turn?.pass()
        underWay--
      })
  }

  function refuse(frameId: Upstream['id'], error: unknown, operation?: Parameters<typeof explain>[1]) {
    outlet.push(frame({ type: 'reply', id: frameId, err: explain(native, operation, error) }))
  }

  function logUnexpected(error: unknown, text: string) {
    const { code } = explain(native, undefined, error)
    if (code === 'internal') core.log.error({ err: error }, text)
  }

  function end(ending: Ending, last?: Parameters<Device['end']>[1]) {
    state = 'gone'
    outlet.end(ending, last)
  }

  function close() {
    state = 'gone'
    outlet.shut()
    clearTimeout(deadline)
    forget()
    around.gone(session)
  }

  function forget() {
    if (!device || !call) return
    const { app, user } = device
    audience.leave(device)
    device = undefined
    // The row may still be on its way in.
    const leave = () => core.presence.leave({ app, user, id })
    entered.then(leave).catch(error => core.log.warn({ err: error }, 'a session row stays'))
  }

  return session
}

function readFrame(data: Buffer): Upstream | undefined {
  try {
    const parsed = upstream.safeParse(parseJson(data.toString()))
    return parsed.success ? parsed.data : undefined
  } catch {
    return undefined
  }
}
