import type { Core } from '../core/core.ts'
import { type Announced, lanes, outboxSubject } from '../core/outbox/outbox.ts'
import { keyedQueue } from '../lib/queue.ts'
import { openGivingWay } from './giving-way.ts'
import { type Lane, openLane } from './lane.ts'
import { redrive } from './redrive.ts'
import type { Listening, Pace, Sending } from './sending.ts'

/** How deliveries go on; times in ms. */
export interface DeliverySettings extends Pace {
  claim: number
  /** How often lanes look for what other nodes kept, and after their bounds. */
  tick: number
  /** Events of one target that may wait, and that may be set aside, shared out to its lanes; and how old either may be. */
  bound: number
  age: number
}

/** As the vendors' consoles have it, or as much as a node can keep. */
export const usual: DeliverySettings = {
  again: { least: 1000, most: 5 * 60_000 },
  rest: { least: 1000, most: 30_000 },
  claim: 10_000,
  tick: 1000,
  bound: 1_000_000,
  age: 7 * 24 * 3_600_000,
}

/** Somebody who is told of an app's events, at a place of its own in the outbox. */
export interface Listener extends Listening {
  kind: string
  url: string
  /** Events with one key go beside each other too. */
  beside?: boolean
  /** Opens the way to it; called again after each change of the app's listeners. */
  open(core: Core): Sending
}

/** What a listener stands at. */
export interface Standing {
  app: number
  name: string
  kind: string
  url: string
  /** Events that wait to be told. */
  waiting: number
  /** Events set aside. */
  parked: number
  /** Nobody answers there. */
  down: boolean
}

interface Open {
  listener: Listener
  sending: Sending
  lanes: Lane[]
  redriving?: Promise<void>
}

export type Delivering = Awaited<ReturnType<typeof openDelivering>>

/** Delivers what the outboxes of the apps hold. Everything kept from now on reaches its listeners, or is set aside. */
export async function openDelivering(
  core: Core,
  listenersOf: (app: number) => readonly Listener[],
  settings: DeliverySettings,
) {
  const open = new Map<number, Map<string, Open>>()
  const queue = keyedQueue()
  let closed = false
  let turn = 0
  const way = openGivingWay(() => {
    // Each time another lane comes first: what is to be had may not be enough for all.
    const all = [...open.values()].flatMap(own => [...own.values()].flatMap(each => each.lanes))
    turn++
    for (let i = 0; i < all.length; i++) all[(i + turn) % all.length]?.wake()
  })
  const quiet = core.bus.subscribe(outboxSubject, news => {
    const { app, lane, node } = news as Announced
    if (node === core.node) return
    for (const each of open.get(app)?.values() ?? []) each.lanes[lane]?.wake()
  })
  core.watchOutbox(row => {
    for (const each of open.get(row.app)?.values() ?? []) each.lanes[row.lane]?.offer(row)
  })
  let lastForgetting = core.clock()
  let ticking: Promise<void> | undefined
  const timer = setInterval(() => {
    ticking ??= tick()
      .catch(error => {
        if (!closed) core.log.warn({ err: error }, 'webhooks could not be looked after')
      })
      .finally(() => {
        ticking = undefined
      })
  }, settings.tick)
  timer.unref()

  async function tick() {
    const forgetting = core.clock() - lastForgetting > 60_000
    if (forgetting) lastForgetting = core.clock()
    for (const [app, own] of open) {
      const heads = await core.deliveries.heads(app)
      for (const each of own.values()) {
        await Promise.all(each.lanes.map((lane, i) => lane.tick(heads[i] ?? 0)))
        again(each)
        if (forgetting) await forget(each)
      }
    }
    await core.deliveries.tidy()
  }

  /** Tells once more what somebody asked for, beside the rest; of lanes that another node has, that node does. */
  function again(each: Open) {
    const { listener, sending } = each
    const { app, name } = listener
    const own = (lane: Lane) => !closed && lane.holds() && open.get(app)?.get(name) === each
    const work = async () => {
      for (const [i, lane] of each.lanes.entries())
        for (let from: number | undefined = 0; from !== undefined && own(lane); )
          from = await redrive(core, listener, i, from, sending, () => own(lane))
    }
    each.redriving ??= work()
      .catch(error => {
        if (!closed) core.log.warn({ err: error }, 'parked events could not be told again')
      })
      .finally(() => {
        each.redriving = undefined
      })
  }

  async function forget({ listener: { app, name }, lanes: own }: Open) {
    const [before, bound] = [core.clock() - settings.age, Math.ceil(settings.bound / lanes)]
    for (const [lane] of own.entries()) {
      if (!own[lane]?.holds()) continue
      const gone = await core.parking.forget(app, lane, name, before, bound)
      for (const each of gone) core.deliveries.free(each)
      const events = gone.reduce((sum, each) => sum + each.count, 0)
      if (events > 0) core.log.warn({ app, target: name, events }, 'parked events were given up')
    }
  }

  /** Brings what runs in line with an app's back ends; one change after another, so that nothing runs twice. */
  function set(app: number): Promise<void> {
    return queue(String(app), () => setAlone(app))
  }

  async function setAlone(app: number): Promise<void> {
    const wanted = new Map(listenersOf(app).map(listener => [listener.name, listener]))
    const own = open.get(app) ?? new Map<string, Open>()
    for (const [name, each] of own) {
      own.delete(name)
      await end(each)
    }
    if (closed) return
    const known = await core.deliveries.all(app)
    const dropped = new Set(known.map(row => row.value.target).filter(name => !wanted.has(name)))
    for (const name of dropped) await core.deliveries.end(app, name)
    await core.deliveries.begin(app, [...wanted.keys()])
    for (const [name, listener] of wanted) own.set(name, begin(listener))
    if (own.size > 0) open.set(app, own)
    else open.delete(app)
  }

  function begin(listener: Listener): Open {
    const sending = listener.open(core)
    const { claim, bound, age } = settings
    const limits = { claim, bound: Math.ceil(bound / lanes), age, beside: listener.beside, take: way.take }
    const own = Array.from({ length: lanes }, (_, lane) => openLane(core, listener, lane, sending, limits))
    for (const each of own) each.wake()
    return { listener, sending, lanes: own }
  }

  async function end({ sending, lanes: own, redriving }: Open) {
    sending.close()
    await Promise.all([redriving, ...own.map(lane => lane.close())])
  }

  /** What all listeners of an app stand at. */
  async function standing(app: number): Promise<Standing[]> {
    const [heads, places] = await Promise.all([core.deliveries.heads(app), core.deliveries.all(app)])
    return Promise.all(
      [...(open.get(app)?.values() ?? [])].map(async ({ listener: { name, kind, url }, sending }) => {
        const own = places.filter(({ value }) => value.target === name).map(({ value }) => value)
        const waiting = own.reduce((sum, each) => sum + Math.max(0, (heads[each.lane] ?? 0) + 1 - each.next), 0)
        const parked = await core.parking.count(app, name)
        return { app, name, kind, url, waiting, parked, down: sending.isDown() }
      }),
    )
  }

  // Also those of which nobody hears any more: what was kept for their back ends goes.
  await Promise.all(core.apps.all().map(app => set(app.id)))

  return {
    set,
    standing,
    /** Tells again now what was asked for. */
    redrive(app: number, name: string) {
      const each = open.get(app)?.get(name)
      if (each) again(each)
    },
    async close() {
      closed = true
      clearInterval(timer)
      way.close()
      quiet()
      await ticking
      await Promise.all(core.apps.all().map(app => queue(String(app.id), async () => {})))
      await Promise.all([...open.values()].flatMap(own => [...own.values()].map(end)))
    },
  }
}
