import { randomUUID } from 'node:crypto'
import type { Bus } from '../bus/bus.ts'
import { keyedQueue } from '../lib/queue.ts'
import type { Store } from '../storage/store.ts'
import { openApps } from './apps/apps.ts'
import type { Account } from './apps/model.ts'
import type { Context, Logger } from './context.ts'
import { openDirects } from './conversations/directs.ts'
import { openListing } from './conversations/listing.ts'
import { openPositions } from './conversations/positions.ts'
import { openResume } from './conversations/resume.ts'
import { dismissal } from './groups/dismissal.ts'
import { openGroups } from './groups/groups.ts'
import { openMembers } from './groups/members.ts'
import { type Ask, askNobody } from './hooks.ts'
import { openIds } from './ids.ts'
import { type Runner, runJobs } from './jobs/jobs.ts'
import { type LimitSettings, openLimits } from './limits.ts'
import { openHistory } from './messages/history.ts'
import { openRecall } from './messages/recall.ts'
import { openSend } from './messages/send.ts'
import { openUnread } from './messages/unread.ts'
import { openPresence } from './presence/presence.ts'
import { removal } from './users/removal.ts'
import { openUsers } from './users/users.ts'

/** What the core is built from. */
export interface Parts {
  store: Store
  bus: Bus
  log: Logger
  accounts: Account[]
  limits: LimitSettings
  clock?: () => number
  ask?: Ask
  /** This process among the others; one that comes back under its old name goes on with the jobs it held. */
  node?: string
}

/** What the server does, in plain English, without HTTP, SQL or a vendor's word. */
export type Core = ReturnType<typeof openCore>

/** Builds the core over a store and a bus, and starts its jobs. `close` ends the jobs; the store is its opener's. */
export function openCore(parts: Parts) {
  const ctx: Context = {
    store: parts.store,
    bus: parts.bus,
    log: parts.log,
    clock: parts.clock ?? Date.now,
    ids: openIds(parts.store),
    queue: keyedQueue(),
    ask: parts.ask ?? askNobody,
    node: parts.node ?? randomUUID(),
  }
  let runner: Runner | undefined
  const nudge = () => runner?.nudge()
  const apps = openApps(parts.accounts)
  const users = openUsers(ctx, nudge)
  const groups = openGroups(ctx, nudge)
  const members = openMembers(ctx)
  const directs = openDirects(ctx)
  const history = openHistory(ctx)
  const positions = openPositions(ctx, directs, history)
  const jobs = runJobs(ctx, { 'group.dismissal': dismissal(ctx), 'user.removal': removal(ctx, apps, members) })
  runner = jobs
  return {
    apps,
    limits: openLimits(parts.limits),
    users,
    groups,
    members,
    directs,
    listing: openListing(ctx, directs, positions),
    send: openSend(ctx, directs, groups),
    history,
    positions,
    resume: openResume(ctx, positions),
    recall: openRecall(ctx).recall,
    unread: openUnread(ctx),
    presence: openPresence(ctx),
    jobs,
    log: ctx.log,
    clock: ctx.clock,
    store: ctx.store,
    bus: ctx.bus,
    async close() {
      await jobs.close()
    },
  }
}
