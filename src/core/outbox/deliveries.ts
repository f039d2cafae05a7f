import { check, del, put, type Row, type Step } from '../../storage/store.ts'
import type { Context } from '../context.ts'
import { type Delivery, deliveries, type Kept, outbox, parked } from '../tables.ts'
import { lanes } from './outbox.ts'
import { openTrimming } from './trimming.ts'

/** A target's place in a lane, as this node holds it. */
export type Held = Row<Delivery>

/** Rows removed in one batch. */
const most = 900

export type Deliveries = ReturnType<typeof openDeliveries>

/** How far the targets of each lane have been told, and what is kept for them. */
export function openDeliveries(ctx: Context) {
  const trimming = openTrimming(ctx)

  /** Lets targets begin with what happens from now on; those that have begun go on where they were. */
  async function begin(app: number, targets: readonly string[]): Promise<void> {
    const all = Array.from({ length: lanes }, (_, lane) => lane)
    const places = targets.flatMap(target => all.map(lane => ({ app, lane, target })))
    for (let begun = false; !begun; ) {
      const [heads, known] = await Promise.all([
        ctx.store.heads(
          outbox,
          all.map(lane => [app, lane]),
        ),
        ctx.store.getMany(
          deliveries,
          places.map(({ lane, target }) => [app, lane, target]),
        ),
      ])
      const steps = places.flatMap((place, i): Step[] => {
        if (known[i]) return []
        const next = (heads[place.lane]?.number ?? 0) + 1
        const key = [app, place.lane, place.target]
        return [check(deliveries, key, undefined), put(deliveries, { ...place, next, node: '', until: 0 })]
      })
      // Another node may begin some of them at the same moment; the rest is still to be done.
      begun = steps.length === 0 || (await ctx.store.commit(steps)).ok
    }
  }

  /** Forgets a target: nothing is kept for it any more. */
  async function end(app: number, target: string): Promise<void> {
    const rows = (await all(app)).filter(row => row.value.target === target)
    if (rows.length > 0) await ctx.store.commit(rows.map(({ value }) => del(deliveries, [app, value.lane, target])))
    for (let more = true; more; ) {
      const aside = await ctx.store.scan(parked, { prefix: [app, target], limit: most })
      if (aside.length > 0)
        await ctx.store.commit(aside.map(({ value }) => del(parked, [app, target, value.lane, value.from])))
      more = aside.length === most
    }
    for (const { value } of rows) trimming.free({ app, lane: value.lane, from: 0, to: Number.MAX_SAFE_INTEGER - 1 })
  }

  /** All deliveries of an app. */
  function all(app: number): Promise<Held[]> {
    return ctx.store.scan(deliveries, { prefix: [app], limit: 1000 })
  }

  /** Takes a target's lane for this node for so long (ms); undefined while another has it, or where it never began. */
  async function claim(app: number, lane: number, target: string, rest: number): Promise<Held | undefined> {
    const key = [app, lane, target]
    const row = await ctx.store.get(deliveries, key)
    if (!row || (row.value.until > ctx.clock() && row.value.node !== ctx.node)) return undefined
    return move(row, { node: ctx.node, until: ctx.clock() + rest })
  }

  /** Changes a held place; undefined when another node has taken it. `steps` go with it. */
  async function move(held: Held, fields: Partial<Delivery>, steps: Step[] = []): Promise<Held | undefined> {
    const { app, lane, target } = held.value
    const key = [app, lane, target]
    const result = await ctx.store.commit([
      check(deliveries, key, held),
      put(deliveries, { ...held.value, ...fields }),
      ...steps,
    ])
    const row = result.ok ? await ctx.store.get(deliveries, key) : undefined
    // A node that slept in between finds the claim of another.
    return row?.value.node === ctx.node ? row : undefined
  }

  /** Events of a lane from a place on. */
  async function read(app: number, lane: number, from: number, limit: number): Promise<Kept[]> {
    const rows = await ctx.store.scan(outbox, { prefix: [app, lane], from: [from], limit })
    return rows.map(row => row.value)
  }

  /** How many of the events from a place on are older than a time (ms), of the first 200. */
  async function agedOut(app: number, lane: number, from: number, before: number): Promise<number> {
    const [first] = await read(app, lane, from, 1)
    if (!first || first.at >= before) return 0
    const rows = await read(app, lane, from, 200)
    const young = rows.findIndex(row => row.at >= before)
    return young < 0 ? rows.length : young
  }

  /** The number of the last event of every lane of an app. */
  async function heads(app: number): Promise<number[]> {
    const keys = Array.from({ length: lanes }, (_, lane) => [app, lane])
    return (await ctx.store.heads(outbox, keys)).map(head => head.number)
  }

  /** The next event of a held lane is this one; what nobody needs any more is removed. Undefined when the claim is lost. */
  async function advance(held: Held, next: number, rest: number): Promise<Held | undefined> {
    const { app, lane, target } = held.value
    const { steps, done } = await trimming.withStep(app, lane, target, next)
    const moved = await move(held, { next, until: ctx.clock() + rest }, steps)
    if (moved) done()
    return moved
  }

  return {
    begin,
    end,
    all,
    claim,
    move,
    read,
    agedOut,
    heads,
    advance,
    /** Events are no longer set aside for a target: `tidy` removes them, unless others need them. */
    free: trimming.free,
    /** Removes what was left over; to be called now and then. */
    tidy: trimming.tidy,
  }
}
