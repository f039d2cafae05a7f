import { check, del } from '../../storage/store.ts'
import type { Context } from '../context.ts'
import { ownGroups, ownSettings } from './tables.ts'

/** Rows looked at in one batch. */
const chunk = 200

/**
 * Removes a batch of what a user who was deleted had set before a time (ms), from a conversation's id on; gives where to go
 * on, or undefined when nothing is left. What somebody of the same id set since stays, and so does the number of changes.
 */
export async function endOwn(
  ctx: Context,
  app: number,
  user: string,
  before: number,
  from = 0,
): Promise<number | undefined> {
  const rows = await ctx.store.scan(ownSettings, { prefix: [app, user], from: [from], limit: chunk })
  const ended = rows.filter(row => row.value.since < before)
  if (ended.length > 0)
    await ctx.store.commit(
      ended.flatMap(row => {
        const key = [app, user, row.value.conv]
        return [check(ownSettings, key, row), del(ownSettings, key)]
      }),
    )
  const last = rows.at(-1)?.value.conv
  if (rows.length === chunk && last !== undefined) return last + 1
  const groups = await ctx.store.get(ownGroups, [app, user])
  if (groups && groups.value.since < before)
    await ctx.store.commit([check(ownGroups, [app, user], groups), del(ownGroups, [app, user])])
  return undefined
}
