import { check, del, put, type Row, type Step } from '../../storage/store.ts'
import type { Context } from '../context.ts'
import { type Delivery, type Kept, outbox, type Parked, parked } from '../tables.ts'
import type { Held } from './deliveries.ts'
import { longest } from './trimming.ts'

/** Rows read at a time. */
const page = 1000
/** Rows removed in one batch. */
const most = 900

/** Most events that one step sets aside in bulk. */
export const mostInBulk = 500 * longest

/** Events of a lane that are set aside, from the first to the last, and why. */
export type Aside = Pick<Parked, 'from' | 'to' | 'why' | 'tries'>

/** A row of it. */
export type ParkedRow = Row<Parked>

export type Parking = ReturnType<typeof openParking>

/** What targets are not told of any more, unless somebody asks for it. The events stay in the outbox. */
export function openParking(ctx: Context) {
  /** Sets an event aside, or a few that follow each other. */
  async function park({ app, lane, target }: Pick<Delivery, 'app' | 'lane' | 'target'>, range: Aside): Promise<void> {
    await ctx.store.commit(pieces(range).map(each => put(parked, entry(app, lane, target, each))))
  }

  /** The steps that set aside everything before a place, at most `mostInBulk` events, for a target that goes on there. */
  function overflow(held: Held, next: number, why: string): Step[] {
    const { app, lane, target, next: from } = held.value
    return pieces({ from, to: next - 1, why, tries: 0 }).map(each => put(parked, entry(app, lane, target, each)))
  }

  function entry(app: number, lane: number, target: string, range: Aside, at = ctx.clock()): Parked {
    return { app, lane, target, ...range, count: range.to - range.from + 1, at }
  }

  /** What is set aside for a target, by lane; `after` is the last of the page before. */
  async function list(app: number, target: string, after?: Parked, limit = 100): Promise<Parked[]> {
    return (await rows(app, target, after, limit)).map(row => row.value)
  }

  function rows(app: number, target: string, after: Parked | undefined, limit: number): Promise<ParkedRow[]> {
    return ctx.store.scan(parked, { prefix: [app, target], from: after && [after.lane, after.from + 1], limit })
  }

  /** How many events are set aside for a target. */
  async function count(app: number, target: string): Promise<number> {
    let sum = 0
    for (let after: Parked | undefined; ; ) {
      const some = await list(app, target, after, page)
      for (const each of some) sum += each.count
      if (some.length < page) return sum
      after = some.at(-1)
    }
  }

  /** Asks for everything that is set aside for a target to be told again; gives how many events that are. */
  async function again(app: number, target: string): Promise<number> {
    let sum = 0
    for (let after: Parked | undefined; ; ) {
      const some = await rows(app, target, after, 100)
      const steps = some.flatMap(row => {
        const { lane, from, again: asked } = row.value
        return asked ? [] : [check(parked, [app, target, lane, from], row), put(parked, { ...row.value, again: true })]
      })
      // What was told or given up meanwhile is not to come back.
      if (steps.length > 0 && !(await ctx.store.commit(steps)).ok) continue
      for (const { value } of some) sum += value.count
      if (some.length < 100) return sum
      after = some.at(-1)?.value
    }
  }

  /** What of a target's lane is to be told again, from a place on: the first ones of it. */
  async function wanted(app: number, lane: number, target: string, from: number): Promise<ParkedRow[]> {
    for (let start = from; ; ) {
      const some = await ctx.store.scan(parked, { prefix: [app, target, lane], from: [start], limit: 100 })
      const found = some.filter(row => row.value.again)
      if (found.length > 0 || some.length < 100) return found
      start = (some.at(-1)?.value.from as number) + 1
    }
  }

  /** The events of something set aside, from a place on. */
  async function events({ app, lane, to }: Parked, from: number, limit: number): Promise<Kept[]> {
    const rows = await ctx.store.scan(outbox, { prefix: [app, lane], from: [from], to: [to + 1], limit })
    return rows.map(row => row.value)
  }

  /** The first event of each of these. */
  async function firsts(aside: readonly Parked[]): Promise<Kept[]> {
    return (
      await ctx.store.getMany(
        outbox,
        aside.map(({ app, lane, from }) => [app, lane, from]),
      )
    ).flatMap(row => (row ? [row.value] : []))
  }

  /**
   * What these rows set aside is settled, up to a place, but for the events that failed again. False when somebody else
   * changed one of the rows: then nothing was done.
   */
  async function settle(settled: readonly ParkedRow[], to: number, failed: readonly Aside[]): Promise<boolean> {
    const steps = settled.flatMap((row): Step[] => {
      const { app, lane, target, from } = row.value
      const key = [app, target, lane, from]
      const rest = { ...row.value, from: to + 1, count: row.value.to - to }
      const own = failed.filter(each => each.from >= from && each.from <= row.value.to)
      return [
        check(parked, key, row),
        del(parked, key),
        ...(rest.count > 0 ? [put(parked, rest)] : []),
        // They are as old as they were.
        ...own.map(each => put(parked, entry(app, lane, target, each, row.value.at))),
      ]
    })
    return (await ctx.store.commit(steps)).ok
  }

  /**
   * Gives up what was set aside in a target's lane before a time (ms), and the oldest beyond so many events; gives what
   * that was.
   */
  async function forget(app: number, lane: number, target: string, before: number, bound: number): Promise<Parked[]> {
    const first = await firstKept(app, lane, target, bound)
    const gone: Parked[] = []
    for (;;) {
      const some = await ctx.store.scan(parked, { prefix: [app, target, lane], limit: most })
      const young = some.findIndex(({ value }) => value.at >= before && value.from >= first)
      const old = young < 0 ? some : some.slice(0, young)
      if (old.length === 0) return gone
      await ctx.store.commit(old.map(({ value }) => del(parked, [app, target, lane, value.from])))
      gone.push(...old.map(row => row.value))
    }
  }

  /** Where the newest rows begin that have at most so many events together. */
  async function firstKept(app: number, lane: number, target: string, bound: number): Promise<number> {
    let [kept, first] = [0, Number.MAX_SAFE_INTEGER]
    for (;;) {
      const range = { prefix: [app, target, lane], to: [first], limit: page, reverse: true }
      const some = await ctx.store.scan(parked, range)
      for (const { value } of some) {
        kept += value.count
        if (kept > bound) return first
        first = value.from
      }
      if (some.length < page) return 0
    }
  }

  return { park, overflow, list, count, events, firsts, again, wanted, settle, forget }
}

/** A long range as several, none longer than `longest`. */
function pieces({ from, to, ...rest }: Aside): Aside[] {
  const length = Math.ceil((to - from + 1) / longest)
  return Array.from({ length }, (_, i) => {
    const start = from + i * longest
    return { from: start, to: Math.min(to, start + longest - 1), ...rest }
  })
}
