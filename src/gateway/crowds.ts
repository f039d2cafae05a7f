import type { Core } from '../core/core.ts'
import { appSubject, type News } from '../core/events.ts'
import { type Frame, frame } from './frames.ts'
import type { Views } from './tellings.ts'

/** A connected device. */
interface Device {
  app: number
  user: string
  platform: string
  push(frame: Frame): void
}

/** All devices of an app on this node, for what is said to everybody. */
interface Crowd {
  devices: Set<Device>
  /** What was said comes to its end before the next begins, so that devices get it in order. */
  last: Promise<void>
  stop(): void
}

/** Who hears what is said to all users of an app: one subscription per app with somebody online on this node. */
export function openCrowds(core: Core, views: Views) {
  const crowds = new Map<number, Crowd>()

  function enter(device: Device) {
    const { app } = device
    const crowd = crowds.get(app)
    if (crowd) {
      crowd.devices.add(device)
      return
    }
    const made: Crowd = { devices: new Set([device]), last: Promise.resolve(), stop: () => {} }
    made.stop = core.bus.subscribe(appSubject(app), news => {
      made.last = made.last.then(() => onNews(made, news as News)).catch(log)
    })
    crowds.set(app, made)
  }

  function leave(device: Device) {
    const crowd = crowds.get(device.app)
    if (!crowd?.devices.delete(device) || crowd.devices.size > 0) return
    crowd.stop()
    crowds.delete(device.app)
  }

  /** Those whom it is not for get its number only, so that numbers stay without gaps for everybody. */
  async function onNews({ devices }: Crowd, { event }: News) {
    if (event.type !== 'broadcast') return
    const { broadcast } = event
    const heard = [...devices]
    const judged = await core.broadcasts.judge(broadcast, heard)
    const passing = broadcast.kept === 0
    const told = frame({ type: 'broadcast', ...views.broadcast(broadcast) }, passing)
    const blank = frame({ type: 'broadcast', number: broadcast.number, blank: true }, passing)
    heard.forEach((device, i) => {
      device.push(judged[i] ? told : blank)
    })
  }

  function log(error: unknown) {
    core.log.warn({ err: error }, 'what was said to everybody could not be passed on; devices will ask for it')
  }

  return { enter, leave, size: () => crowds.size }
}

/** The last numbers of what concerns a user: a device that wants nothing old begins here. */
export async function endsOf(core: Core, app: number, user: string) {
  const [notes, settings, broadcasts] = await Promise.all([
    core.notes.last(app, user),
    core.conversationSettings.last(app, user),
    core.broadcasts.last(app),
  ])
  return { notes, settings, broadcasts }
}
