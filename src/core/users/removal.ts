import { check, del, type Row, type Step } from '../../storage/store.ts'
import type { Apps } from '../apps/apps.ts'
import type { Call } from '../call.ts'
import type { Context } from '../context.ts'
import { endOwn } from '../conversations/own-ending.ts'
import { pairName } from '../conversations/pairs.ts'
import { ownSettings } from '../conversations/tables.ts'
import { Fault } from '../errors.ts'
import { endRelations, type Reached } from '../friends/ending.ts'
import type { Members } from '../groups/members.ts'
import { endWaiting } from '../groups/waiting.ts'
import type { Work } from '../jobs/jobs.ts'
import type { Membership } from '../model.ts'
import { endNotes } from '../notes/ending.ts'
import { forgetDevices } from '../presence/forgetting.ts'
import { conversations, members as memberRows, memberships, names, users } from '../tables.ts'

/** Memberships ended in one step of the job, all at once. */
const batch = 50

/**
 * The job that cleans up after a deletion: takes the user out of groups, forgets their pairs, what they waited for there and
 * what they set for themselves, ends what they were to
 * others and others to them, then the user's row and folded name. What somebody of the same id got who was made again in the meantime stays.
 */
export function removal(ctx: Context, apps: Apps, members: Members): Work {
  return async state => {
    const { app: appId, user, reached, own } = state as { app: number; user: string; reached?: Reached; own?: number }
    const app = apps.byId(appId)
    const row = await ctx.store.get(users, [appId, user])
    if (!app || !row) return 'done'
    const call: Call = { app, admin: true, origin: { dialect: 'native', via: 'rest' } }
    // Nothing is theirs while nobody made them again.
    const before = row.value.removed ? Number.MAX_SAFE_INTEGER : (row.value.since ?? 0)
    const page = await ctx.store.scan(memberships, { prefix: [appId, user], to: [before], limit: batch }, 'joined')
    await Promise.all(
      page.map(row => (row.value.type === 'group' ? endMembership(call, row, before) : endPair(appId, row))),
    )
    if (page.length > 0) return state
    if (await endWaiting(ctx, appId, user, before)) return state
    const more = await endOwn(ctx, appId, user, before, own)
    if (more !== undefined) return { ...state, own: more }
    if (await endNotes(ctx, appId, user, before)) return state
    const next = await endRelations(ctx, call, user, before, reached)
    if (next) return { ...state, reached: next }
    await forgetDevices(ctx, appId, user, before)
    await forget(appId, user)
    return 'done'
  }

  async function endMembership(call: Call, row: Row<Membership>, before: number): Promise<void> {
    const { conv, user } = row.value
    await members.removeMany(call, conv, [user], { before, quiet: true }).catch(ignoreGone)
    // Still there when the group was dismissed: its members' rows are another job's.
    const key = [call.app.id, user, conv]
    await ctx.store.commit([check(memberships, key, row), del(memberships, key)])
  }

  async function endPair(app: number, row: Row<Membership>): Promise<void> {
    const { conv, user, peer = user, inbox } = row.value
    const key = [app, 'pair', pairName(user, peer, inbox)]
    const name = await ctx.store.get(names, key)
    const own: Step[] = name?.value.id === conv ? [check(names, key, name), del(names, key)] : []
    const sides = [...new Set([user, peer])].flatMap(side => [
      del(memberships, [app, side, conv]),
      del(memberRows, [conv, side]),
      del(ownSettings, [app, side, conv]),
    ])
    await ctx.store.commit([check(memberships, [app, user, conv], row), ...own, ...sides, del(conversations, [conv])])
  }

  async function forget(app: number, user: string): Promise<void> {
    const key = [app, user]
    const row = await ctx.store.get(users, key)
    if (!row?.value.removed) return
    const folded = [app, 'folded', user.toLowerCase()]
    const name = await ctx.store.get(names, folded)
    const own = name?.value.user === user ? [check(names, folded, name), del(names, folded)] : []
    await ctx.store.commit([check(users, key, row), del(users, key), ...own])
  }
}

function ignoreGone(error: unknown): void {
  if (!(error instanceof Fault) || !gone.has(error.reason)) throw error
}

const gone = new Set(['group.missing', 'group.dismissed'])
