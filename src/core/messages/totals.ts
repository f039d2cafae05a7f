import { together } from '../../lib/together.ts'
import type { Row } from '../../storage/store.ts'
import type { Context } from '../context.ts'
import { pairOf, sideOf } from '../conversations/pairs.ts'
import type { Membership } from '../model.ts'
import { changes, members, memberships, messages } from '../tables.ts'
import { exceptionsSince, sideOf as sideIn } from './exceptions.ts'

/** Users asked about in one round trip, and conversations of each; more of them are read apart. */
const [together100, few, many] = [100, 100, 1000]

/**
 * What users have not read of all their conversations of two; of more than a thousand, in a thousand of them. Askers of
 * one turn of the event loop are one question.
 */
export function openTotals(ctx: Context): (app: number, user: string) => Promise<number> {
  const total = together(async keys => {
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
    return sums(whole)
  }, together100)

  async function sums(pages: Row<Membership>[][]): Promise<number[]> {
    const all = pages.flat().map(row => row.value)
    const logs = all.map(each => [each.conv])
    const [sides, heads, changed] = await Promise.all([
      ctx.store.getMany(
        members,
        all.map(each => [each.conv, each.user]),
      ),
      ctx.store.heads(messages, logs),
      ctx.store.heads(changes, logs),
    ])
    // In hardly any was something erased or withdrawn: only for those is more than this looked at.
    const behind = sides.flatMap((row, i) => {
      const side = row && sideIn('direct', row.value, changed[i]?.counters.withdrawn)[0]
      return side ? [{ row, side }] : []
    })
    const exceptions = await exceptionsSince(
      ctx,
      behind.map(each => each.side),
    )
    const differing = new Map(behind.map(({ row }, i) => [row.value, exceptions[i] ?? 0]))
    const unread = all.map(({ user, peer = user }, i) => {
      const counted = heads[i]?.counters[sideOf(pairOf(user, peer), user)] ?? 0
      const side = sides[i]?.value
      return counted - (side?.readCounted ?? 0) + ((side && differing.get(side)) ?? 0)
    })
    let at = 0
    return pages.map(page => {
      const own = unread.slice(at, at + page.length)
      at += page.length
      return own.reduce((sum, each) => sum + each, 0)
    })
  }

  return (app, user) => total(`${app}/${user}`)
}
