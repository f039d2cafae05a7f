import type { Core } from '../core/core.ts'
import type { Held } from '../core/outbox/deliveries.ts'
import { mostInBulk } from '../core/outbox/parking.ts'
import type { Kept } from '../core/tables.ts'
import { openGaps } from './gaps.ts'
import type { GivingWay } from './giving-way.ts'
import type { Listening, Sending } from './sending.ts'
import { openShown } from './shown.ts'

/** How much a lane holds, and for how long; times in ms. */
export interface LaneSettings {
  /** How long this node's claim holds. */
  claim: number
  /** Events of the target that may wait in this lane; more are set aside. */
  bound: number
  /** Events older than this are set aside. */
  age: number
  /** How many events may be taken up now; a lane is woken when there is more to be had. */
  way: Pick<GivingWay, 'take' | 'giveBack'>
  /** Events with one key go beside each other too. */
  beside?: boolean
}

/** One listener's way through one lane of its app's outbox. */
export interface Lane {
  /** There may be news. */
  wake(): void
  /** This row was kept just now. */
  offer(row: Kept): void
  /** Looks after the claim and the bounds; to be called now and then. */
  tick(head: number): Promise<void>
  /** Whether this node has the claim. */
  holds(): boolean
  /** Ends after what is under way; the next one to claim it goes on at the first unsettled event. */
  close(): Promise<void>
}

/** Events in memory: under way, or behind one of their key. */
const inMemory = 512
/** Events read at a time; then others have their turn. */
const page = 64
/** Places that the first unsettled event may lag behind what was read last: so much is told again after a crash. */
const span = 65_536
/** Settled events are written down after so many, or after this long (ms). */
const [many, soon] = [256, 100]

/**
 * Tells a listener of the events of one lane: events with one key one after another, those of different keys beside each
 * other. Everything before `next` is settled; what is settled beyond it is told again after a crash.
 */
export function openLane(
  core: Core,
  { app, name }: Listening,
  lane: number,
  sending: Sending,
  settings: LaneSettings,
): Lane {
  const { deliveries, parking } = core
  let held: Held | undefined
  let next = 0
  let read = 0
  let unsettled = 0
  let settled = new Set<number>()
  /** By key: the events that wait for the one under way. */
  let queues = new Map<string, Kept[]>()
  const gaps = openGaps()
  const shown = openShown()
  /** Raised whenever what is under way is not this node's any more. */
  let generation = 0
  let closed = false
  /** Somebody else has the claim, or it could not be had: not to be asked for before the next tick. */
  let resting = false
  let reading: Promise<void> | undefined
  let again = false
  /** The last read may have left something. */
  let more = false
  /** Changes of the claim come one after another. */
  let turn: Promise<unknown> = Promise.resolve()
  let writing = false
  let timer: NodeJS.Timeout | undefined
  const underWay = new Set<Promise<void>>()

  function wake() {
    if (closed || (!held && resting)) return
    again = true
    reading ??= work()
      .catch(error => core.log.warn({ err: error, target: name, lane }, 'a lane of the outbox could not be read'))
      .finally(() => {
        reading = undefined
        // It was woken while it went to sleep.
        if (again) wake()
      })
  }

  async function work() {
    while (again && !closed) {
      again = false
      if (!held && !(await claim())) return
      const free = Math.min(inMemory - unsettled, span - (read - next))
      const room = free > 0 ? settings.way.take(Math.min(free, page)) : 0
      more = true
      if (room <= 0) return
      const of = generation
      const rows = shown.take(read, room) ?? (await deliveries.read(app, lane, read, room))
      settings.way.giveBack(room - rows.length)
      if (of !== generation) continue
      for (const row of rows) enter(row)
      more = rows.length === room || shown.has(read)
      if (more && unsettled < inMemory) again = true
      if (again) await new Promise(resolve => setImmediate(resolve))
    }
  }

  /** What follows at once on what is in memory need not be read; what is full already goes on by itself. */
  function offer(row: Kept) {
    const full = unsettled >= inMemory || read - next >= span
    if (held && full) more = true
    else if (held && !closed && !reading && row.place === read && settings.way.take(1) === 1) enter(row)
    else {
      shown.keep(row)
      wake()
    }
  }

  async function claim(): Promise<boolean> {
    resting = true
    const got = await deliveries.claim(app, lane, name, settings.claim)
    if (got) restart(got)
    return got !== undefined
  }

  /** Begins anew at the first unsettled event. */
  function restart(at: Held) {
    generation++
    held = at
    next = at.value.next
    read = next
    unsettled = 0
    settled = new Set()
    queues = new Map()
  }

  function lose() {
    generation++
    held = undefined
    resting = true
  }

  /** Events of one queue go one after another. */
  function queueOf({ key, place }: Kept): string {
    return settings.beside ? String(place) : key
  }

  function enter(row: Kept) {
    // Events may be missing that others had behind them before this target began.
    if (next === read) next = row.place
    else for (; read < row.place; read++) settled.add(read)
    read = row.place + 1
    unsettled++
    const key = queueOf(row)
    const queue = queues.get(key)
    if (queue) queue.push(row)
    else {
      queues.set(key, [])
      track(follow(row, generation), generation)
    }
  }

  /** What fails here could not read or write the store: it begins anew, for nothing may be left out. */
  function track(work: Promise<void>, of: number) {
    const tracked = work
      .catch(error => {
        core.log.warn({ err: error, target: name, lane }, 'a lane of the outbox begins anew')
        if (of === generation) lose()
      })
      .finally(() => underWay.delete(tracked))
    underWay.add(tracked)
  }

  /** Tells one event after another of a key, until none waits. */
  async function follow(first: Kept, of: number): Promise<void> {
    const key = queueOf(first)
    for (let row: Kept | undefined = first; row; ) {
      const { place } = row
      const end = await sending.send(row, gaps.marks(key), () => of === generation && !closed)
      if (of !== generation || end === 'gone') return
      if (end === 'told') gaps.close(key)
      else await setAside(place, key, end)
      if (of !== generation) return
      settle(place)
      row = queues.get(key)?.shift()
      if (!row) queues.delete(key)
    }
  }

  async function setAside(place: number, key: string, { why, tries }: { why: string; tries: number }) {
    gaps.open(key)
    await parking.park({ app, lane, target: name }, { from: place, to: place, why, tries })
    core.log.warn({ target: name, app, lane, place, tries, why }, 'an event was set aside')
  }

  function settle(place: number) {
    unsettled--
    settled.add(place)
    while (settled.delete(next)) next++
    if (closed) return
    if (held && next - held.value.next >= many) write()
    else timer ??= setTimeout(write, soon)
    if (more && unsettled < inMemory / 2) wake()
  }

  /** Writes down how far it is; on disk before anything behind it is removed. */
  function write() {
    clearTimeout(timer)
    timer = undefined
    if (writing) return
    writing = true
    alone(writeOnce)
      .catch(error => core.log.warn({ err: error, target: name, lane }, 'a place in the outbox could not be written'))
      .finally(() => {
        writing = false
      })
  }

  async function writeOnce() {
    if (!held || next === held.value.next) return
    const of = generation
    const moved = await deliveries.advance(held, next, settings.claim)
    if (of !== generation) return
    // Another node has it now: what is under way here is told once more there.
    if (!moved) lose()
    else held = moved
    if (held && next > held.value.next && !closed) timer ??= setTimeout(write, soon)
  }

  function alone(work: () => Promise<void>): Promise<void> {
    const mine = turn.then(work)
    turn = mine.catch(() => {})
    return mine
  }

  async function tick(head: number): Promise<void> {
    if (closed) return
    resting = false
    wake()
    await alone(() => lookAfter(head))
  }

  async function lookAfter(head: number): Promise<void> {
    if (!held || closed) return
    const over = head - next + 1 - settings.bound
    // A tenth more, so that it is not done again with the next event.
    const skip =
      over > 0
        ? Math.min(head - next + 1, over + Math.floor(settings.bound / 10))
        : await deliveries.agedOut(app, lane, next, core.clock() - settings.age)
    if (skip > 0) await skipTo(next + skip, over > 0 ? 'too many events were waiting' : 'the events were too old')
    else if (next > held.value.next) await writeOnce()
    else if (held.value.until - core.clock() < settings.claim / 2) await renew(held)
  }

  async function renew(before: Held): Promise<void> {
    const moved = await deliveries.move(before, { until: core.clock() + settings.claim })
    if (!moved) lose()
    else if (held === before) held = moved
  }

  async function skipTo(wanted: number, why: string): Promise<void> {
    if (!held) return
    const place = Math.min(wanted, next + mostInBulk)
    const before = { ...held, value: { ...held.value, next } }
    // Nothing of this is settled from now on.
    const of = ++generation
    const moved = await deliveries.move(held, { next: place }, parking.overflow(before, place, why)).catch(error => {
      lose()
      throw error
    })
    if (!moved || of !== generation) return lose()
    core.log.warn({ target: name, app, lane, events: place - next, why }, 'events were set aside')
    restart(moved)
    wake()
  }

  return {
    wake,
    offer,
    tick,
    holds: () => held !== undefined,
    async close() {
      closed = true
      clearTimeout(timer)
      await reading
      await Promise.all(underWay)
      await alone(async () => {
        await writeOnce().catch(() => {})
        if (held) await deliveries.move(held, { until: 0 }).catch(() => {})
      })
    },
  }
}
