import type { Context } from '../context.ts'
import type { Conversation } from '../model.ts'
import { conversations, users } from '../tables.ts'
import { holds } from '../users/rows.ts'

/**
 * Conversations of either type by id, in order; undefined for those that are not there: of another app, a dismissed
 * group, a pair of whom one was deleted.
 */
export async function conversationsHere(
  ctx: Context,
  app: number,
  ids: readonly number[],
): Promise<(Conversation | undefined)[]> {
  const rows = await ctx.store.getMany(
    conversations,
    ids.map(id => [id]),
  )
  const found = rows.map(row => {
    const value = row?.value
    const here = value && value.app === app && !(value.type === 'group' && value.dismissed)
    return here ? value : undefined
  })
  const ended = await endedPairs(ctx, app, found)
  return found.map(conversation => (conversation && ended.has(conversation.id) ? undefined : conversation))
}

/** The direct conversations among these whose user was deleted, though a job may still have to remove them. */
async function endedPairs(
  ctx: Context,
  app: number,
  found: readonly (Conversation | undefined)[],
): Promise<Set<number>> {
  const pairs = found.filter(one => one?.type === 'direct')
  if (pairs.length === 0) return new Set()
  const rows = await ctx.store.getMany(
    users,
    pairs.flatMap(({ a, b }) => [
      [app, a],
      [app, b],
    ]),
  )
  const ended = pairs.filter(({ created }, i) => !rows.slice(2 * i, 2 * i + 2).every(row => holds(row, created)))
  return new Set(ended.map(({ id }) => id))
}
