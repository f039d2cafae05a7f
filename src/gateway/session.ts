import { randomUUID } from 'node:crypto'
import type { WebSocket } from 'ws'
import type { Call } from '../core/call.ts'
import type { Core } from '../core/core.ts'
import { Fault } from '../core/errors.ts'
import { type Dialect, explain } from '../dialects/dialect.ts'
import { type Desk, openAsking } from './asking.ts'
import type { Audience, Device } from './audience.ts'
import { codes, type Ending, endingOf, howOf } from './codes.ts'
import { endsOf } from './crowds.ts'
import { type Frame, frame } from './frames.ts'
import { type Bucket, type GatewayLimits, take } from './limits.ts'
import { openLine } from './line.ts'
import type { Outlet, Outlets } from './outlet.ts'
import { openProving } from './proving.ts'
import type { Stranger } from './refusals.ts'
import { readFrame, signInWith, type Upstream } from './upstream.ts'

/** What all sessions of a gateway work with. */
export interface Surroundings {
  core: Core
  dialects: readonly Dialect[]
  native: Dialect
  limits: GatewayLimits
  audience: Audience
  outlets: Outlets
  /** The session is its user's from now on. */
  signedIn(session: Session): void
  /** A sign-in failed. */
  refused(credentials: unknown, error: unknown, stranger: Stranger): void
  /** It ended; `left` resolves when nobody finds it any more. */
  gone(session: Session, left: Promise<void>): void
}

/**
 * One socket. There are tens of thousands of them that mostly do nothing, so it is a few fields, of which those for a
 * moment are empty afterwards; what a session does is done by all of them.
 */
export interface Session extends Outlet {
  id: string
  address: string
  port: number | undefined
  state: 'new' | 'signing' | 'here' | 'gone'
  /** When something was last heard from it, and when that was last told (ms). */
  heard: number
  toldHeard: number
  allowance: Bucket
  /** Ends it unless it signs in in time. */
  deadline: NodeJS.Timeout | undefined
  call: Call | undefined
  device: Device | undefined
  /** Its row is on the way in. */
  entering: Promise<unknown> | undefined
  desk: Desk | undefined
  /** How it ends, if it is ended. */
  ending: Ending | undefined
}

/** What a gateway does with its sessions. */
export interface Sessions {
  /** Takes over a connection: waits for the sign-in, then performs the frames' operations until it ends. */
  open(ws: WebSocket, from: { address: string; port?: number }): Session
  end(session: Session, ending: Ending, last?: Frame): void
  /** Back ends may hear that it is still there, if it was heard of since the last time. */
  tellBeat(session: Session): void
}

/** What a device does is done in the user's name with the user's rights, whichever credentials proved who it is. */
const origin = { dialect: 'native', via: 'client' } as const

/** How many come in and go in one turn of the event loop: a millisecond or two of work. */
const together = { coming: 4, going: 16 }

export function openSessions(around: Surroundings): Sessions {
  const { core, native, limits, audience, outlets } = around
  const proving = openProving(core, around.dialects, 2 * limits.signIn)
  const comeInTurn = openLine(together.coming)
  const goInTurn = openLine(together.going)
  const asking = openAsking<Session>(around, outlets.push)

  function open(ws: WebSocket, { address, port }: { address: string; port?: number }): Session {
    const now = Date.now()
    const session: Session = {
      ws,
      waiting: undefined,
      over: false,
      id: randomUUID(),
      address,
      port,
      state: 'new',
      heard: now,
      toldHeard: now,
      allowance: { tokens: limits.burst, at: now },
      deadline: undefined,
      call: undefined,
      device: undefined,
      entering: undefined,
      desk: undefined,
      ending: undefined,
    }
    startDeadline(session)
    ws.on('message', (data: Buffer, isBinary) => {
      session.heard = Date.now()
      if (session.state !== 'gone') receive(session, data, isBinary)
    })
    ws.on('pong', () => {
      session.heard = Date.now()
    })
    ws.on('error', ignore)
    ws.on('close', () => close(session))
    return session
  }

  function receive(session: Session, data: Buffer, isBinary: boolean) {
    const allowed = take(session.allowance, limits, session.heard)
    if (allowed === 'enough') return end(session, codes.flooding)
    const read = isBinary ? undefined : readFrame(data)
    if (!read) return end(session, codes.protocol)
    if (session.state === 'here') {
      if (allowed === 'no') asking.refuse(session, read.id, new Fault('rate.exceeded'))
      else asking.ask(session, read)
      return
    }
    if (session.state !== 'new' || read.do !== 'signIn') return end(session, codes.protocol)
    session.state = 'signing'
    // That others came first is not the device's fault.
    stopDeadline(session)
    comeInTurn(() => {
      if (session.over) return
      startDeadline(session)
      void comeIn(session, read)
    })
  }

  function startDeadline(session: Session) {
    session.deadline = setTimeout(() => end(session, codes.late), limits.signIn)
  }

  async function comeIn(session: Session, read: Upstream): Promise<void> {
    try {
      await signIn(session, read)
    } catch (error) {
      const { code } = explain(native, undefined, error)
      if (code === 'internal') core.log.error({ err: error }, 'a sign-in failed')
      tellRefused(session, read.with, error)
      asking.refuse(session, read.id, error)
      end(session, endingOf(error))
    }
  }

  async function signIn(session: Session, { id: frameId, with: input }: Upstream): Promise<void> {
    const asked = signInWith.safeParse(input)
    if (!asked.success) throw new Fault('request.invalid', asked.error.issues[0]?.message)
    const { platform, device: deviceId, sdk, tag, automatic: _, ...credentials } = asked.data
    const { id, address, port } = session
    const signed = await proving.prove(credentials, address)
    if (session.over) return
    const { user } = signed
    const { app } = signed.call
    const said = { platform, id: deviceId, sdk, tag, port }
    const call: Call = { app, operator: user, admin: false, origin, address, device: said, session: id }
    session.call = call
    const token = typeof credentials.token === 'string' ? credentials.token : undefined
    await core.ask('session.open', call, { user, platform, device: deviceId, token, tag })
    if (session.over) return
    const device = deviceOf(session, app.id, user, platform)
    session.device = device
    // Whoever is told to go from here on, goes: also while the rest of this is under way.
    audience.enter(device)
    await Promise.all([proving.again(credentials, address, signed), audience.enterGroups(device)])
    if (session.over) return void forget(session)
    around.signedIn(session)
    session.entering = core.presence.enter({ app: app.id, user, id, platform, device: deviceId }, call)
    const [ends] = await Promise.all([endsOf(core, app.id, user), session.entering])
    if (session.over) return void forget(session)
    session.entering = undefined
    stopDeadline(session)
    session.state = 'here'
    const welcome = { user, session: id, epoch: core.store.epoch, time: core.clock(), heartbeat: limits.heartbeat }
    outlets.push(session, frame({ type: 'welcome', id: frameId, ...welcome, ...ends }))
  }

  function deviceOf(session: Session, app: number, user: string, platform: string): Device {
    return {
      app,
      user,
      session: session.id,
      platform,
      push: told => session.state === 'here' && outlets.push(session, told),
      end: (ending, last) => end(session, ending, last),
    }
  }

  function tellRefused({ id, address, port }: Session, input: unknown, error: unknown) {
    const read = signInWith.safeParse(input)
    const { platform = '', device: deviceId = '', sdk, tag, automatic = false } = read.data ?? {}
    const said = { platform, id: deviceId, sdk, tag, port }
    around.refused(input, error, { address, device: said, connection: id, automatic })
  }

  function tellBeat(session: Session) {
    const { call, heard, id } = session
    if (!call || session.state !== 'here' || heard === session.toldHeard) return
    session.toldHeard = heard
    core
      .report(call, { type: 'session.beat', user: call.operator as string, connection: id })
      .catch(error => core.log.warn({ err: error }, 'a sign of life could not be told'))
  }

  function end(session: Session, ending: Ending, last?: Frame) {
    if (session.state !== 'gone') session.ending = ending
    session.state = 'gone'
    outlets.end(session, ending, last)
    asking.drop(session)
  }

  function close(session: Session) {
    session.state = 'gone'
    outlets.shut(session)
    asking.drop(session)
    stopDeadline(session)
    around.gone(session, new Promise(resolve => goInTurn(() => resolve(forget(session)))))
  }

  async function forget(session: Session): Promise<void> {
    const { device, call, id } = session
    if (!device || !call) return
    const { app, user } = device
    audience.leave(device)
    session.device = undefined
    try {
      // The row may still be on its way in; if it did not come, there is nothing to take away.
      await session.entering?.catch(() => undefined)
      await core.presence.leave({ app, user, id }, howOf(session.ending))
      await core.rooms.leaveAll(call, user, id)
    } catch (error) {
      core.log.warn({ err: error }, 'a session row stays for now')
    }
  }

  return { open, end, tellBeat }
}

/** An ended timer would hold its session's memory as long as that lasts. */
function stopDeadline(session: Session) {
  clearTimeout(session.deadline)
  session.deadline = undefined
}

// A broken connection also closes; there is nothing else to do about it.
function ignore() {}
