import type { Row } from '../../storage/store.ts'
import type { Call } from '../call.ts'
import type { Context } from '../context.ts'
import { type Batch, changeWithin, openBatch } from './batch.ts'
import type { Relation } from './model.ts'
import type { What } from './rows.ts'
import { friendLists, relations } from './tables.ts'

/** How far the relations of a deleted user were ended: the last row looked at, of their own or of others'. */
export type Reached = { of: 'own' | 'others'; after: (string | number)[] }

/** Rows looked at in one batch: each may stand in as many lists as usual, and tells its user. */
const chunk = 10

const kinds: What[] = ['friend', 'request', 'block', 'mute', 'remark']

/**
 * Ends a batch of what somebody who was deleted was to others, and others to them, as far as it began before a time
 * (ms); gives where to go on, or undefined when nothing is left. Whoever had them as a friend is told.
 */
export async function endRelations(
  ctx: Context,
  call: Call,
  user: string,
  before: number,
  reached: Reached | undefined,
): Promise<Reached | undefined> {
  const { of, after } = reached ?? { of: 'own', after: [] }
  return changeWithin(ctx, async () => {
    const page = await read(call.app.id, user, of, after)
    const batch = openBatch(ctx, call)
    for (const row of page) if (row.value.since < before) end(batch, row, user)
    const last = page.at(-1)?.value
    if (!last && of === 'own') await endLists(call.app.id, user, before, batch)
    const next: Reached | undefined = last
      ? { of, after: placeOf(of, last) }
      : of === 'own'
        ? { of: 'others', after: [] }
        : undefined
    return batch.finish(next)
  })

  async function read(app: number, user: string, of: Reached['of'], after: Reached['after']) {
    const from = after.length > 0 ? after : undefined
    return ctx.store.scan(relations, { prefix: [app, user], from, limit: chunk }, of === 'own' ? undefined : 'other')
  }

  async function endLists(app: number, user: string, before: number, batch: Batch): Promise<void> {
    const rows = await ctx.store.scan(friendLists, { prefix: [app, user], limit: 200 })
    for (const row of rows) if (row.value.since < before) batch.unsetList(row)
  }
}

function end(batch: Batch, row: Row<Relation>, user: string): void {
  const { value } = row
  if (value.what !== 'friend') batch.unset(row)
  else batch.unsetFriend(row)
  if (value.what === 'block' || value.what === 'mute') batch.touch(value, [`${value.what}s`])
  // Devices know one inbox only.
  if (value.what === 'friend' && value.user !== user && value.inbox === 0)
    batch.tellUser(value.user, 'friend.removed', user, { users: [value.user] })
}

/** The place right after a row. */
function placeOf(of: Reached['of'], { user, inbox, what, other, changed }: Relation): (string | number)[] {
  return of === 'own' ? [inbox, what, `${other}\u0001`] : [what, changed, user, inbox + 1]
}

/** The time of the last change of what users are to others and others to them, by user (ms); 0 for none. */
export async function lastRelations(ctx: Context, app: number, ids: readonly string[]): Promise<number[]> {
  const ranges = ids.flatMap(id => kinds.map(what => ({ prefix: [app, id, what], limit: 1, reverse: true })))
  const [own, others] = await Promise.all([
    ctx.store.scanMany(relations, ranges, 'changed'),
    ctx.store.scanMany(relations, ranges, 'other'),
  ])
  return ids.map((_, i) => {
    const at = i * kinds.length
    const rows = [...own.slice(at, at + kinds.length), ...others.slice(at, at + kinds.length)].flat()
    return Math.max(0, ...rows.map(row => row.value.changed))
  })
}
