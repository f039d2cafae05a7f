import { together } from '../../lib/together.ts'
import type { Row } from '../../storage/store.ts'
import type { Context } from '../context.ts'
import { pairOf, sideOf } from '../conversations/pairs.ts'
import type { Membership } from '../model.ts'
import { changes, members, memberships, messages } from '../tables.ts'
import { exceptionsSince, sideOf as sideIn } from './exceptions.ts'
import { type CountedSide, openKeptTotals } from './kept-totals.ts'

/** Users asked about in one round trip, and conversations of each; more of them are read apart. */
const [together100, few, many] = [100, 100, 1000]

/**
 * What users have not read of all their conversations of two; of more than a thousand, in a thousand of them. Askers of
 * one turn of the event loop are one question, and who was asked about a moment ago is not read again.
 */
export function openTotals(ctx: Context): (app: number, user: string) => Promise<number> {
  const kept = openKeptTotals(ctx)
  const total = together(async keys => {
    // News of what was committed on this node before the question has come by now, for they are told in this order.
    const known = keys.map(kept.get)
    const unknown = keys.filter((_, i) => known[i] === undefined)
    const read = unknown.length > 0 ? await kept.during(unknown, () => readSides(unknown)) : []
    let at = 0
    return known.map(each => each ?? (read[at++] as number))
  }, together100)

  async function readSides(keys: string[]): Promise<CountedSide[][]> {
    const ranges = keys.map(key => {
      const at = key.indexOf('/')
      return [Number(key.slice(0, at)), key.slice(at + 1), 'direct']
    })
    const pages = await ctx.store.scanMany(
      memberships,
      ranges.map(prefix => ({ prefix, limit: few })),
      'kind',
    )
    const whole = await Promise.all(
      pages.map((page, i) =>
        page.length < few ? page : ctx.store.scan(memberships, { prefix: ranges[i] as string[], limit: many }, 'kind'),
      ),
    )
    return sidesOf(whole)
  }

  async function sidesOf(pages: Row<Membership>[][]): Promise<CountedSide[][]> {
    const all = pages.flat().map(row => row.value)
    const logs = all.map(each => [each.conv])
    const [own, heads, changed] = await Promise.all([
      ctx.store.getMany(
        members,
        all.map(each => [each.conv, each.user]),
      ),
      ctx.store.heads(messages, logs),
      ctx.store.heads(changes, logs),
    ])
    // In hardly any was something erased or withdrawn: only for those is more than this looked at.
    const behind = own.flatMap((row, i) => {
      const side = row && sideIn('direct', row.value, changed[i]?.counters.withdrawn)[0]
      return side ? [{ row, side }] : []
    })
    const exceptions = await exceptionsSince(
      ctx,
      behind.map(each => each.side),
    )
    const differing = new Map(behind.map(({ row }, i) => [row.value, exceptions[i] ?? 0]))
    const sides = all.map(({ conv, user, peer = user }, i): CountedSide => {
      const counter = sideOf(pairOf(user, peer), user)
      const side = own[i]?.value
      const read = (side?.readCounted ?? 0) - ((side && differing.get(side)) ?? 0)
      return { conv, counter, counted: heads[i]?.counters[counter] ?? 0, read }
    })
    let at = 0
    return pages.map(page => {
      at += page.length
      return sides.slice(at - page.length, at)
    })
  }

  return (app, user) => total(`${app}/${user}`)
}
