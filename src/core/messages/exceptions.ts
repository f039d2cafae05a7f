import { partsOf } from '../../lib/parts.ts'
import type { Context } from '../context.ts'
import type { Conversation, Exception, Member } from '../model.ts'
import { exceptions } from '../tables.ts'

/** Members asked about in one round trip, and exceptions read of each in it: hardly anybody has more. */
const [together, few] = [200, 20]

/** In place of a user: all members of a group who have no exception of their own for a message. */
export const everybody = ''

/** A member's side of a conversation. `shared`: the conversation may have exceptions of all its members. */
export interface Side extends Pick<Member, 'conv' | 'user' | 'readSeq'> {
  shared: boolean
}

/**
 * The sides of those who may have exceptions to the counting. `withdrawn`: how often a message of the conversation was made
 * to count for nobody; without that only those have some in a pair who erased something.
 */
export function sideOf(type: Conversation['type'], member: Member, withdrawn = 0): Side[] {
  if (type === 'direct' && !member.erased && !withdrawn) return []
  const { conv, user, readSeq } = member
  return [{ conv, user, readSeq, shared: type === 'group' && withdrawn > 0 }]
}

/** The sum of each member's exceptions to the counting of what they have not read, in the order of the members. */
export async function exceptionsSince(ctx: Context, sides: readonly Side[]): Promise<number[]> {
  const parts = partsOf(sides, together)
  return (await Promise.all(parts.map(part => sums(ctx, part)))).flat()
}

async function sums(ctx: Context, sides: readonly Side[]): Promise<number[]> {
  const sharing = sides.filter(side => side.shared)
  const [own, shared] = await Promise.all([
    since(ctx, sides),
    since(
      ctx,
      sharing.map(side => ({ ...side, user: everybody })),
    ),
  ])
  const ofAll = new Map(sharing.map((side, i) => [side, shared[i] as Exception[]]))
  return sides.map((side, i) => {
    const mine = own[i] as Exception[]
    const decided = new Set(mine.map(exception => exception.seq))
    const others = (ofAll.get(side) ?? []).filter(exception => !decided.has(exception.seq))
    return [...mine, ...others].reduce((sum, { weight }) => sum + weight, 0)
  })
}

async function since(ctx: Context, sides: readonly Omit<Side, 'shared'>[]): Promise<Exception[][]> {
  if (sides.length === 0) return []
  const ranges = sides.map(({ conv, user, readSeq }) => ({ prefix: [conv, user], from: [readSeq + 1], limit: few }))
  const pages = await ctx.store.scanMany(exceptions, ranges)
  return Promise.all(
    pages.map(async page => {
      const found = page.map(row => row.value)
      const last = page.length === few ? found.at(-1) : undefined
      return last ? [...found, ...(await after(ctx, last))] : found
    }),
  )
}

async function after(ctx: Context, { conv, user, seq }: Exception): Promise<Exception[]> {
  const found: Exception[] = []
  for (let from = seq + 1, more = true; more; ) {
    const rows = await ctx.store.scan(exceptions, { prefix: [conv, user], from: [from], limit: 1000 })
    for (const { value } of rows) found.push(value)
    more = rows.length === 1000
    from = (rows.at(-1)?.value.seq ?? 0) + 1
  }
  return found
}
