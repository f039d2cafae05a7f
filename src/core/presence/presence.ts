import { partsOf } from '../../lib/parts.ts'
import { check, del, put } from '../../storage/store.ts'
import type { Apps } from '../apps/apps.ts'
import type { Call } from '../call.ts'
import { type Context, change } from '../context.ts'
import { Fault } from '../errors.ts'
import type { EventOf } from '../events.ts'
import type { Session } from '../model.ts'
import { type Told, toldUser } from '../telling.ts'
import { givingWay, isSame } from './devices.ts'
import { callOf, type How, openEndings, queueKey, toldClosed, toldEnded, toldPresence } from './ending.ts'
import { openLives, type Pace } from './lives.ts'
import type { Connected, Said } from './model.ts'
import { platformOf } from './platforms.ts'
import { openPublishing } from './publishing.ts'
import { openRecords } from './records.ts'
import { type DeviceRules, usualDevices } from './rules.ts'
import { openSeen } from './seen.ts'
import { online, sessions } from './tables.ts'
import { openWatching } from './watching.ts'

/** A device that comes. What more is known of it stands in its call. */
export type Coming = Pick<Session, 'app' | 'user' | 'id' | 'platform' | 'device'>

/** Which of a user's sessions are meant: all by default. What is named counts together; `except` turns the choice around. */
export interface Choice {
  sessions?: readonly string[]
  devices?: readonly string[]
  platforms?: readonly string[]
  except?: boolean
}

/** Why all of a user's sessions end. */
export type AwayWhy = EventOf<'user.kicked'>['why']

/** Who is connected. Session rows are volatile: they go with the process. */
export type Presence = ReturnType<typeof openPresence>

/** Presence over the store. A node without sockets answers like any other. */
export function openPresence(ctx: Context, apps: Apps, pace?: Pace) {
  const records = openRecords(ctx)
  const endings = openEndings(ctx, apps, records)
  const lives = openLives(ctx, pace)
  lives.onDead(endings.endLife)
  const { of, get } = openSeen(ctx)

  /**
   * A device is here, if need be in the place of others of its user: the app's rules decide in the batch that lets it in,
   * so that two nodes never let in too many. Those that give way are told, the app hears of all of it.
   */
  async function enter(coming: Coming, given?: Call): Promise<{ session: Session; gaveWay: Session[] }> {
    const { app, user } = coming
    const epoch = await lives.epoch()
    const { address, device: { sdk, tag, port } = {} } = given ?? {}
    const session: Session = { ...coming, node: ctx.node, epoch, since: ctx.clock(), sdk, tag, address, port }
    const call = given ?? callOf(apps, session)[0]
    if (!call) throw new Fault('app.unknown')
    const entered = await ctx.queue(queueKey(app, user), () => change(ctx, () => planEnter(call, session)))
    records.write([session], 'in')
    records.write(entered.gaveWay, 'out', 'kicked')
    if (await lives.holds(epoch)) return entered
    // The others had given this node up by then, and may have looked before the row was there.
    await leave(session, { why: 'lost' })
    throw new Fault('store.conflict')
  }

  async function planEnter(call: Call, session: Session) {
    const { app, user, id, node, epoch, platform } = session
    const rules: DeviceRules = call.app.devices ?? usualDevices
    const key = [app, user]
    const row = await ctx.store.get(online, key)
    const { app: _, user: __, ...connected } = session
    const here = (row?.value.devices ?? []).filter(device => device.id !== id)
    const giving = givingWay(rules, here, session)
    const gaveWay = giving.map(device => ({ app, user, ...device }))
    const stay: Connected[] = here.filter(device => !giving.includes(device))
    const steps = [
      check(online, key, row),
      put(online, { app, user, ...row?.value, devices: [...stay, connected] }),
      ...giving.map(device => del(sessions, [app, user, device.id])),
      put(sessions, { app, user, id, node, epoch }),
    ]
    // A device that comes back pushes nobody out: it only takes the place of its own earlier connection.
    const kicked = gaveWay.filter(each => !isSame(each, session)).map(each => ({ platform: each.platform }))
    const opened: Told = { call, subjects: [], event: { type: 'session.opened', user, kicked } }
    const tells = [
      opened,
      ...gaveWay.flatMap(each => toldClosed(apps, each, { why: 'kicked', replaced: true })),
      ...toldEnded(call, user, gaveWay, { why: 'replaced', by: platform }),
      ...toldPresence(apps, app, user),
    ]
    return { steps, tells, done: () => ({ session, gaveWay }) }
  }

  /** A device is gone; nothing happens if it had gone before. The app hears why; by default its connection was lost. */
  async function leave(
    { app, user, id }: Pick<Session, 'app' | 'user' | 'id'>,
    how: How = { why: 'lost' },
  ): Promise<void> {
    await endings.end([{ app, user, chosen: device => device.id === id }], how)
  }

  /**
   * Ends the sessions of a user that the choice names, wherever their sockets are, and says which. `why` is 'left' for
   * a device that signs itself out, 'kicked' by default.
   */
  async function kick(call: Call, user: string, choice: Choice, said: { why?: 'left'; text?: string } = {}) {
    const { why = 'kicked', text } = said
    const goings = [{ app: call.app.id, user, chosen: chooser(choice) }]
    return endings.end(goings, { why }, ended => toldEnded(call, user, ended, { why, text }))
  }

  /** Ends all sessions of users, also those that are on their way in. */
  async function sendAway(call: Call, users: readonly string[], why: AwayWhy, text?: string): Promise<void> {
    const app = call.app.id
    const parts = partsOf(users, awayTogether)
    const away = (user: string) => toldUser(call, user, { type: 'user.kicked', user, why, text })
    await Promise.all(
      parts.map(part => {
        const goings = part.map(user => ({ app, user, chosen: () => true }))
        return endings.end(goings, { why: 'kicked' }, () => part.map(away))
      }),
    )
  }

  /** What a user says they are doing, '' for nothing; gone with their last device. Fault('session.missing') without one. */
  async function setStatus(call: Call, user: string, text: string): Promise<void> {
    const key = [call.app.id, user]
    await ctx.queue(queueKey(call.app.id, user), () =>
      change(ctx, async () => {
        const row = await ctx.store.get(online, key)
        if (!row) throw new Fault('session.missing')
        const { text: before, ...rest } = row.value
        if ((before ?? '') === text) return { steps: [], done: () => undefined }
        const steps = [check(online, key, row), put(online, text === '' ? rest : { ...rest, text })]
        return { steps, tells: toldPresence(apps, call.app.id, user), done: () => undefined }
      }),
    )
  }

  /**
   * What the caller's device says beside its user's status, for so long (ms); nothing takes it back. Gone with the device.
   * Fault('session.missing') for who is not connected.
   */
  async function say(call: Call, user: string, said: Pick<Said, 'value' | 'config'>, span: number): Promise<void> {
    const key = [call.app.id, user]
    await ctx.queue(queueKey(call.app.id, user), () =>
      change(ctx, async () => {
        const row = await ctx.store.get(online, key)
        const own = row?.value.devices.find(device => device.id === call.session)
        if (!row || !own) throw new Fault('session.missing')
        const at = ctx.clock()
        const empty = said.value === undefined && said.config === undefined
        const now: Connected = { ...own, said: empty ? undefined : { ...said, at, until: at + span } }
        const devices = row.value.devices.map(device => (device === own ? now : device))
        const steps = [check(online, key, row), put(online, { ...row.value, devices })]
        return { steps, tells: toldPresence(apps, call.app.id, user), done: () => undefined }
      }),
    )
  }

  return {
    enter,
    leave,
    kick,
    sendAway,
    setStatus,
    say,
    of,
    get,
    history: records.read,
    watching: openWatching(ctx),
    events: openPublishing(ctx),
    /** The sessions that this node holds, by id, as far as the store knows. */
    held: async () => endings.heldBy(lives.current() ?? 0),
    /** The lives of nodes, for whatever else is kept as long as a node lives. */
    lives,
    /** Ends the lease; what this node still holds is for the others to end. */
    async close(): Promise<void> {
      await lives.close()
      await records.settled()
    },
  }
}

/** Users sent away in one batch: with as many devices as rules allow, it stays within its limits. */
const awayTogether = 8

function chooser({ sessions, devices, platforms, except = false }: Choice): (device: Connected) => boolean {
  if (!sessions && !devices && !platforms) return () => true
  const wanted = new Set(platforms?.map(platformOf))
  return device => {
    const named =
      sessions?.includes(device.id) || devices?.includes(device.device) || wanted.has(platformOf(device.platform))
    return named !== except
  }
}
