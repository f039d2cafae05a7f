import { randomUUID } from 'node:crypto'
import type { WebSocket } from 'ws'
import type { Call } from '../core/call.ts'
import type { Core } from '../core/core.ts'
import { Fault } from '../core/errors.ts'
import { type Dialect, explain, perform, type SignedIn } from '../dialects/dialect.ts'
import type { Audience, Device } from './audience.ts'
import { codes, type Ending, endingOf, howOf } from './codes.ts'
import { endsOf } from './crowds.ts'
import { frame, type Turns } from './frames.ts'
import { type GatewayLimits, meter } from './limits.ts'
import { type Losses, openOutlet } from './outlet.ts'
import type { Stranger } from './refusals.ts'
import { openSaying } from './saying.ts'
import { readFrame, signInWith, type Upstream } from './upstream.ts'

/** What all sessions of a gateway work with. */
export interface Surroundings {
  core: Core
  dialects: readonly Dialect[]
  native: Dialect
  limits: GatewayLimits
  audience: Audience
  turns: Turns
  losses: Losses
  /** The session is its user's from now on. */
  signedIn(session: Session, app: number, user: string): void
  /** A sign-in failed. */
  refused(credentials: unknown, error: unknown, stranger: Stranger): void
  /** It ended; `left` resolves when nobody finds it any more. */
  gone(session: Session, left: Promise<void>): void
}

/** One socket. */
export interface Session {
  end(ending: Ending): void
  id: string
  /** Its user was let in, and it was not ended since. */
  here(): boolean
  /** When something was last heard from it (ms). */
  heard(): number
  ping(): void
  /** Back ends may hear that it is still there, if it was heard of since the last time. */
  tellBeat(): void
  cut(): void
}

/** Takes over a connection: waits for the sign-in, then performs the frames' operations until it ends. */
export function openSession(ws: WebSocket, from: { address: string; port?: number }, around: Surroundings): Session {
  const { core, native, limits, audience } = around
  const { address, port } = from
  const outlet = openOutlet(ws, around.turns, limits, around.losses)
  const id = randomUUID()
  const allows = meter(limits, Date.now())
  const deadline = setTimeout(() => end(codes.late), limits.signIn)
  let state: 'new' | 'signing' | 'here' | 'gone' = 'new'
  let call: Call | undefined
  let device: Device | undefined
  let heard = Date.now()
  let toldHeard = heard
  let underWay = 0
  const nextTurn = openSaying()
  let entered: Promise<unknown> = Promise.resolve()
  let how = howOf()

  const session: Session = {
    end,
    id,
    here: () => state === 'here',
    heard: () => heard,
    ping: () => ws.ping(),
    tellBeat,
    cut: () => ws.terminate(),
  }

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
      tellRefused(read.with, error)
      refuse(read.id, error)
      end(endingOf(error))
    })
  }

  async function signIn({ id: frameId, with: input }: Upstream): Promise<void> {
    const asked = signInWith.safeParse(input)
    if (!asked.success) throw new Fault('request.invalid', asked.error.issues[0]?.message)
    const { platform, device: deviceId, sdk, tag, automatic: _, ...credentials } = asked.data
    const signed = await prove(credentials)
    if (outlet.ended()) return
    const { user } = signed
    const { app } = signed.call
    // What a device does is done in the user's name with the user's rights, whichever credentials proved who it is.
    const origin = { dialect: 'native', via: 'client' } as const
    const said = { platform, id: deviceId, sdk, tag, port }
    call = { app, operator: user, admin: false, origin, address, device: said, session: id }
    const token = typeof credentials.token === 'string' ? credentials.token : undefined
    await core.ask('session.open', call, { user, platform, device: deviceId, token, tag })
    if (outlet.ended()) return
    const push: Device['push'] = told => state === 'here' && outlet.push(told)
    device = { app: app.id, user, session: id, platform, push, end: (e, last) => end(e, last) }
    // Whoever is told to go from here on, goes: also while the rest of this is under way.
    audience.enter(device)
    await Promise.all([proveAgain(credentials, signed), audience.enterGroups(device)])
    if (outlet.ended()) return void forget()
    around.signedIn(session, app.id, user)
    entered = core.presence.enter({ app: app.id, user, id, platform, device: deviceId }, call)
    const [ends] = await Promise.all([endsOf(core, app.id, user), entered])
    if (outlet.ended()) return void forget()
    clearTimeout(deadline)
    state = 'here'
    const welcome = { user, session: id, epoch: core.store.epoch, time: core.clock(), heartbeat: limits.heartbeat }
    outlet.push(frame({ type: 'welcome', id: frameId, ...welcome, ...ends }))
  }

  function tellRefused(input: unknown, error: unknown) {
    const read = signInWith.safeParse(input)
    const { platform = '', device: deviceId = '', sdk, tag, automatic = false } = read.data ?? {}
    const said = { platform, id: deviceId, sdk, tag, port }
    around.refused(input, error, { address, device: said, connection: id, automatic })
  }

  function tellBeat() {
    if (!call || state !== 'here' || heard === toldHeard) return
    toldHeard = heard
    core
      .report(call, { type: 'session.beat', user: call.operator as string, connection: id })
      .catch(error => core.log.warn({ err: error }, 'a sign of life could not be told'))
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
    if (state !== 'gone') how = howOf(ending)
    state = 'gone'
    outlet.end(ending, last)
  }

  function close() {
    state = 'gone'
    outlet.shut()
    clearTimeout(deadline)
    around.gone(session, forget())
  }

  async function forget(): Promise<void> {
    if (!device || !call) return
    const { app, user } = device
    audience.leave(device)
    device = undefined
    try {
      // The row may still be on its way in; if it did not come, there is nothing to take away.
      await entered.catch(() => undefined)
      await core.presence.leave({ app, user, id }, how)
      await core.rooms.leaveAll(call, user, id)
    } catch (error) {
      core.log.warn({ err: error }, 'a session row stays for now')
    }
  }

  return session
}
