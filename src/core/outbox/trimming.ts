import { del, type Step } from '../../storage/store.ts'
import type { Context } from '../context.ts'
import { deliveries, outbox, parked } from '../tables.ts'

/** Events that one row of what is set aside covers at most: so whoever covers a place began at most so far before it. */
export const longest = 1000
/** Rows removed in one batch. */
const most = 800
/** Batches in which `tidy` goes on with one lane. */
const atOnce = 20

/** A part of a lane, from the first to the last place. */
export interface Stretch {
  app: number
  lane: number
  from: number
  to: number
}

/** Removes what nobody needs any more: what all targets have behind them, but for what is set aside and a lane's end. */
export function openTrimming(ctx: Context) {
  /** By lane: everything before this is gone, set aside, or among what is left over. */
  const firsts = new Map<string, number>()
  /** By lane: where something can be that nobody needs. */
  let leftOver = new Map<string, Stretch>()

  /** What can go when a target moves on to `next`; `done` is to be called when that is committed. */
  async function withStep(app: number, lane: number, target: string, next: number) {
    const end = await endOf(app, lane, { target, next })
    const name = `${app}/${lane}`
    const first = firsts.get(name) ?? (await firstRow(app, lane, 0)) ?? end
    const { steps, at } = await plan(app, lane, first, end)
    const done = () => {
      firsts.set(name, Math.max(first, end))
      if (at < end) free({ app, lane, from: at, to: end - 1 })
    }
    return { steps, done }
  }

  /** Somebody does not need these any more: `tidy` removes them, unless others do. */
  function free({ app, lane, from, to }: Stretch): void {
    const name = `${app}/${lane}`
    const old = leftOver.get(name)
    leftOver.set(name, { app, lane, from: Math.min(from, old?.from ?? from), to: Math.max(to, old?.to ?? to) })
  }

  /** Removes what was left over, or a good part of it. */
  async function tidy(): Promise<void> {
    const all = leftOver
    leftOver = new Map()
    for (const each of all.values()) {
      const from = await clear(each).catch(error => {
        free(each)
        throw error
      })
      if (from <= each.to) free({ ...each, from })
    }
  }

  /** Removes what can go of a stretch; where to go on with it. */
  async function clear({ app, lane, from, to }: Stretch): Promise<number> {
    const end = Math.min(to + 1, await endOf(app, lane))
    let at = from
    for (let batch = 0; batch < atOnce; batch++) {
      const first = await firstRow(app, lane, at)
      // What is behind the end goes when the last target comes by.
      if (first === undefined || first >= end) return to + 1
      const planned = await plan(app, lane, first, end)
      if (planned.steps.length > 0) await ctx.store.commit(planned.steps)
      at = planned.at
    }
    return at
  }

  /** The steps that remove events between two places, but for those set aside; and how far they come. */
  async function plan(app: number, lane: number, from: number, end: number) {
    const steps: Step[] = []
    let at = from
    const removeBefore = (place: number) => {
      while (at < place && steps.length < most) steps.push(del(outbox, [app, lane, at++]))
    }
    for (let start = Math.max(0, at - longest + 1); at < end; ) {
      const range = { prefix: [app, lane], from: [start], to: [end], limit: most }
      const aside = await ctx.store.scan(parked, range, 'lane')
      for (const { value } of aside) {
        removeBefore(value.from)
        if (at < value.from) return { steps, at }
        at = Math.max(at, value.to + 1)
      }
      // Several targets may have set aside from one place on, but never so many.
      if (aside.length === most) start = aside.at(-1)?.value.from as number
      else {
        removeBefore(end)
        break
      }
    }
    return { steps, at }
  }

  /**
   * Before which place of a lane everybody is through with what is not set aside. The row before that stays, for a log's
   * last row is its head. To be asked before what is set aside is read: a target sets aside before it moves on.
   */
  async function endOf(app: number, lane: number, mover?: { target: string; next: number }): Promise<number> {
    const rows = await ctx.store.scan(deliveries, { prefix: [app, lane], limit: 1000 })
    const others = rows.filter(({ value }) => value.target !== mover?.target).map(({ value }) => value.next)
    const places = mover ? [...others, mover.next] : others
    if (places.length > 0) return Math.min(...places) - 1
    const [head] = await ctx.store.heads(outbox, [[app, lane]])
    return head?.number ?? 0
  }

  /** The first event that is there, from a place on. */
  async function firstRow(app: number, lane: number, from: number): Promise<number | undefined> {
    const [row] = await ctx.store.scan(outbox, { prefix: [app, lane], from: [from], limit: 1 })
    return row?.value.place
  }

  return { withStep, free, tidy }
}
