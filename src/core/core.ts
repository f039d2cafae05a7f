import { randomUUID } from 'node:crypto'
import type { Bus } from '../bus/bus.ts'
import { keyedQueue } from '../lib/queue.ts'
import type { Store } from '../storage/store.ts'
import { openApps } from './apps/apps.ts'
import type { Account } from './apps/model.ts'
import { openSettings } from './apps/settings.ts'
import { openBroadcasts } from './broadcasts/broadcasts.ts'
import type { Call } from './call.ts'
import { type Context, type Logger, tell } from './context.ts'
import { openDirects } from './conversations/directs.ts'
import { openConversationGroups } from './conversations/groups.ts'
import { openListing } from './conversations/listing.ts'
import { openOverview } from './conversations/overview.ts'
import { openPositions } from './conversations/positions.ts'
import { openResume } from './conversations/resume.ts'
import { openConversationSettings } from './conversations/settings.ts'
import { openSettingsReading } from './conversations/settings-reading.ts'
import type { Event } from './events.ts'
import { openFiles } from './files/files.ts'
import { openFriends } from './friends/friends.ts'
import { dismissal } from './groups/dismissal.ts'
import { openGroups } from './groups/groups.ts'
import { openMembers } from './groups/members.ts'
import { type Ask, askNobody } from './hooks.ts'
import { openIds } from './ids.ts'
import { type Runner, runJobs } from './jobs/jobs.ts'
import { type LimitSettings, openLimits } from './limits.ts'
import { openEdit } from './messages/edit.ts'
import { openErase } from './messages/erase.ts'
import { openExtensions } from './messages/extensions.ts'
import { openHistory } from './messages/history.ts'
import { openPassOn } from './messages/pass-on.ts'
import { openPins } from './messages/pins.ts'
import { openReactions } from './messages/reactions.ts'
import { openReadPositions } from './messages/read-positions.ts'
import { openRecall } from './messages/recall.ts'
import { openReceipts } from './messages/receipts.ts'
import { openReceivers } from './messages/receivers.ts'
import { openSend } from './messages/send.ts'
import { openTyping } from './messages/typing.ts'
import { openUnread } from './messages/unread.ts'
import { openWithdraw } from './messages/withdraw.ts'
import { openNotes } from './notes/notes.ts'
import { openNotifications } from './notes/notifications.ts'
import { openDeliveries } from './outbox/deliveries.ts'
import { type Hears, openOutbox } from './outbox/outbox.ts'
import { openParking } from './outbox/parking.ts'
import type { Pace } from './presence/lives.ts'
import { openPresence } from './presence/presence.ts'
import { openPushTokens } from './presence/push-tokens.ts'
import { openRooms } from './rooms/rooms.ts'
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
  /** Who is asked before something happens; nobody by default. */
  hooks?: Ask
  /** What is to be kept for webhooks; nothing by default. */
  hears?: Hears
  /** This process among the others; one that comes back under its old name goes on with the jobs it held. */
  node?: string
  /** How nodes look after each other; as usual by default. */
  pace?: Pace
}

/** What the server does, in plain English, without HTTP, SQL or a vendor's word. */
export type Core = ReturnType<typeof openCore>

/** Builds the core over a store and a bus, and starts its jobs. `close` ends the jobs; the store is its opener's. */
export function openCore(parts: Parts) {
  const node = parts.node ?? randomUUID()
  const ctx: Context = {
    store: parts.store,
    bus: parts.bus,
    log: parts.log,
    clock: parts.clock ?? Date.now,
    ids: openIds(parts.store),
    queue: keyedQueue(),
    hooks: parts.hooks ?? askNobody,
    outbox: openOutbox(parts.hears ?? (() => false), parts.bus, node),
    node,
  }
  let runner: Runner | undefined
  const nudge = () => runner?.nudge()
  const apps = openApps(parts.accounts)
  const presence = openPresence(ctx, apps, parts.pace)
  const pushTokens = openPushTokens(ctx, apps)
  const users = openUsers(ctx, nudge, presence.sendAway)
  const groups = openGroups(ctx, nudge)
  const members = openMembers(ctx)
  const limits = openLimits(parts.limits)
  const rooms = openRooms(ctx, apps, limits)
  presence.lives.onDead(life => rooms.endRoomsOf(life.name, life.epoch))
  const directs = openDirects(ctx)
  const send = openSend(ctx, directs, groups, rooms.flow)
  const history = openHistory(ctx)
  const positions = openPositions(ctx, directs, history, app => apps.byId(app)?.hidesReads === true)
  const erase = openErase(ctx)
  const settingsReading = openSettingsReading(ctx)
  const friends = openFriends(ctx)
  const jobs = runJobs(ctx, { 'group.dismissal': dismissal(ctx), 'user.removal': removal(ctx, apps, members) })
  runner = jobs
  return {
    apps,
    limits,
    users,
    groups,
    members,
    rooms,
    directs,
    listing: openListing(ctx, directs, positions),
    send,
    passOn: openPassOn(ctx, send, presence),
    history,
    positions,
    resume: openResume(ctx, positions),
    conversationSettings: { ...openConversationSettings(ctx, erase), ...settingsReading },
    conversationGroups: openConversationGroups(ctx, positions, settingsReading),
    overview: openOverview(ctx, positions, settingsReading),
    recall: openRecall(ctx).recall,
    withdraw: openWithdraw(ctx),
    edit: openEdit(ctx),
    erase,
    receipts: openReceipts(ctx),
    readPositions: openReadPositions(ctx, history),
    reactions: openReactions(ctx),
    pins: openPins(ctx),
    extensions: openExtensions(ctx),
    typing: openTyping(ctx),
    unread: openUnread(ctx),
    presence,
    pushTokens,
    receivers: openReceivers(ctx, pushTokens, friends),
    friends,
    files: openFiles(ctx, apps, limits, users.find),
    notes: openNotes(ctx),
    notifications: openNotifications(ctx, groups),
    broadcasts: openBroadcasts(ctx),
    settings: openSettings(ctx),
    deliveries: openDeliveries(ctx),
    parking: openParking(ctx),
    jobs,
    log: ctx.log,
    clock: ctx.clock,
    store: ctx.store,
    bus: ctx.bus,
    node,
    watchOutbox: ctx.outbox.watch,
    /** Asks the app before something of which no change of the core's own knows; Fault('hook.refused') for a no. */
    ask: ctx.hooks.ask,
    /** Tells of something that no change of the core's own tells of. */
    report: (call: Call, event: Event) => tell(ctx, { call, subjects: [], event }),
    async close() {
      rooms.close()
      await jobs.close()
      await presence.close()
    },
  }
}
