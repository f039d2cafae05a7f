import { partsOf } from '../../lib/parts.ts'
import type { Context } from '../context.ts'
import type { Conversation, Member } from '../model.ts'
import { exceptions } from '../tables.ts'

/** Members asked about in one round trip, and exceptions read of each in it: hardly anybody has more. */
const [together, few] = [200, 20]

/** Whether a member may have exceptions to the counting: in a pair only those who erased something have. */
export function mayDiffer(type: Conversation['type'], member: Pick<Member, 'erased'>): boolean {
  return type === 'group' || (member.erased ?? 0) > 0
}

/** The sum of each member's exceptions to the counting of what they have not read, in the order of the members. */
export async function exceptionsSince(
  ctx: Context,
  members: readonly Pick<Member, 'conv' | 'user' | 'readSeq'>[],
): Promise<number[]> {
  const parts = partsOf(members, together)
  return (await Promise.all(parts.map(part => sums(ctx, part)))).flat()
}

async function sums(ctx: Context, members: readonly Pick<Member, 'conv' | 'user' | 'readSeq'>[]): Promise<number[]> {
  const ranges = members.map(({ conv, user, readSeq }) => ({ prefix: [conv, user], from: [readSeq + 1], limit: few }))
  const pages = await ctx.store.scanMany(exceptions, ranges)
  return Promise.all(
    pages.map(async page => {
      const sum = page.reduce((total, { value }) => total + value.weight, 0)
      const last = page.length === few ? page.at(-1)?.value : undefined
      return last ? sum + (await sumAfter(ctx, last.conv, last.user, last.seq)) : sum
    }),
  )
}

async function sumAfter(ctx: Context, conv: number, user: string, seq: number): Promise<number> {
  let sum = 0
  for (let from = seq + 1, more = true; more; ) {
    const rows = await ctx.store.scan(exceptions, { prefix: [conv, user], from: [from], limit: 1000 })
    for (const { value } of rows) sum += value.weight
    more = rows.length === 1000
    from = (rows.at(-1)?.value.seq ?? 0) + 1
  }
  return sum
}
