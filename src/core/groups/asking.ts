import type { Call } from '../call.ts'
import type { Context } from '../context.ts'
import type { HookPoint, HookPoints } from '../hooks.ts'
import type { Group } from '../model.ts'
import { conversations } from '../tables.ts'
import { living } from './rows.ts'

/** The points that are about a group. */
type GroupPoint = { [P in HookPoint]: HookPoints[P] extends { group: Group } ? P : never }[HookPoint]

/**
 * Asks the app before something happens to a group, and gives the draft as it wants it; undefined, without a read, when
 * nobody listens. Fault('hook.refused') for a no, Fault('group.missing') or Fault('group.dismissed').
 */
export async function askAbout<P extends GroupPoint>(
  ctx: Context,
  call: Call,
  point: P,
  id: number,
  draft: Omit<HookPoints[P], 'group'>,
): Promise<HookPoints[P] | undefined> {
  if (!ctx.hooks.listens(point, call)) return undefined
  const group = living(call.app.id, await ctx.store.get(conversations, [id])).value
  return ctx.hooks.ask(point, call, { ...draft, group } as HookPoints[P])
}

/** Those of the users whom the app wants in a group. Fault('hook.refused') when it wants none. */
export async function askInvite(
  ctx: Context,
  call: Call,
  id: number,
  users: readonly string[],
  text?: string,
): Promise<readonly string[]> {
  const draft = { by: call.operator ?? '', users: [...users], text }
  return (await askAbout(ctx, call, 'group.invite', id, draft))?.users ?? users
}
