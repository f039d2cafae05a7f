import type { Context } from '../context.ts'
import type { Member } from '../model.ts'
import { exceptions } from '../tables.ts'

/** A member's side of a conversation, as far as it says whether they erased anything. */
export type Eraser = Partial<Pick<Member, 'joined' | 'erased'>>

/** Whether a member erased a message of a conversation for themselves alone. */
export interface ErasedPlace {
  conv: number
  user: string
  /** Of nobody nothing is erased. */
  member: Eraser | undefined
  seq: number
}

/** In the order of the places. One round trip for all; none while those who are asked about never erased anything. */
export async function erasedAt(ctx: Context, places: readonly ErasedPlace[]): Promise<boolean[]> {
  const asked = places.filter(place => place.member?.erased)
  if (asked.length === 0) return places.map(() => false)
  const rows = await ctx.store.getMany(
    exceptions,
    asked.map(({ conv, user, seq }) => [conv, user, seq]),
  )
  const erased = new Set(asked.filter(({ member }, i) => isErased(rows[i]?.value, member as Eraser)))
  return places.map(place => erased.has(place))
}

/** Whether an exception hides its message from the member: who left and came back begins anew. */
export function isErased(row: { erased?: number; since?: number } | undefined, { joined }: Eraser): boolean {
  return row?.erased !== undefined && row.since === joined
}

/** What somebody erased after the `after`th message that they erased. */
export interface ErasedAfter {
  conv: number
  user: string
  member: Pick<Member, 'joined' | 'erased'>
  after: number
}

/** The numbers of the messages, in the order of the questions. One round trip; at most 10,000 together. */
export async function erasedAfter(ctx: Context, asked: readonly ErasedAfter[]): Promise<number[][]> {
  const behind = asked.filter(({ member, after }) => after < (member.erased ?? 0))
  if (behind.length === 0) return asked.map(() => [])
  const pages = await ctx.store.scanMany(
    exceptions,
    behind.map(({ conv, user, member, after }) => ({
      prefix: [conv, user, member.joined],
      from: [after + 1],
      limit: Math.min(1000, (member.erased ?? 0) - after),
    })),
    'erased',
  )
  const found = new Map(behind.map((each, i) => [each, (pages[i] ?? []).map(row => row.value.seq)]))
  return asked.map(each => found.get(each) ?? [])
}
