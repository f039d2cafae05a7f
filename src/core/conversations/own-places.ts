import type { Row } from '../../storage/store.ts'
import type { Context } from '../context.ts'
import type { Member } from '../model.ts'
import { members, memberships, messages, users } from '../tables.ts'
import { conversationsHere } from './here.ts'
import type { OwnSettings } from './model.ts'
import { nothingSet, settingsHeld, settingsRows } from './own-rows.ts'
import { ownSettings } from './tables.ts'

/** A conversation in a user's list, as it was read to set something of it. */
export interface Place {
  member: Row<Member>
  /** The settings as they are stored, and what of them holds. */
  row: Row<OwnSettings> | undefined
  held: OwnSettings
}

/** Places by conversation; those that are not in the user's list are missing. */
export async function placesOf(
  ctx: Context,
  app: number,
  user: string,
  convs: readonly number[],
): Promise<Map<number, Place>> {
  const wanted = [...new Set(convs)]
  const [known, here, mine, sides, rows] = await Promise.all([
    ctx.store.get(users, [app, user]),
    conversationsHere(ctx, app, wanted),
    ctx.store.getMany(
      memberships,
      wanted.map(conv => [app, user, conv]),
    ),
    ctx.store.getMany(
      members,
      wanted.map(conv => [conv, user]),
    ),
    settingsRows(ctx, app, user, wanted),
  ])
  const since = known?.value.since ?? 0
  const places = wanted.flatMap((conv, i): [number, Place][] => {
    const [membership, member, row] = [mine[i]?.value, sides[i], rows[i]]
    if (!here[i] || !membership || !member || membership.joined < since) return []
    const { joined } = membership
    return [[conv, { member, row, held: settingsHeld(row, joined) ?? nothingSet(app, user, conv, joined) }]]
  })
  return new Map(places)
}

/** The numbers of the last messages of conversations, by conversation. */
export async function endsOf(ctx: Context, convs: readonly number[]): Promise<Map<number, number>> {
  const heads = await ctx.store.heads(
    messages,
    convs.map(conv => [conv]),
  )
  return new Map(convs.map((conv, i) => [conv, heads[i]?.number ?? 0]))
}

/** The conversations that a user has pinned, at most a thousand. */
export async function pinnedOf(ctx: Context, app: number, user: string): Promise<Set<number>> {
  const rows = await ctx.store.scan(ownSettings, { prefix: [app, user], limit: 1000 }, 'pinned')
  const held = await ctx.store.getMany(
    memberships,
    rows.map(row => [app, user, row.value.conv]),
  )
  const those = rows.filter((row, i) => row.value.since === held[i]?.value.joined)
  return new Set(those.map(row => row.value.conv))
}
