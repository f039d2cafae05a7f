import { append, type Step } from '../../storage/store.ts'
import type { Call } from '../call.ts'
import { type Context, change, tell } from '../context.ts'
import { Fault } from '../errors.ts'
import type { EventOf } from '../events.ts'
import { blockKey } from '../friends/blocking.ts'
import { relationHeld } from '../friends/rows.ts'
import { relations } from '../friends/tables.ts'
import type { Groups } from '../groups/groups.ts'
import { memberOf } from '../groups/rows.ts'
import type { Group, Note, Push } from '../model.ts'
import { demandInside } from '../rooms/inside.ts'
import { changes, users } from '../tables.ts'
import { type Told, toldConversation, toldUser, unnumbered } from '../telling.ts'
import { demandUsers, present } from '../users/rows.ts'
import { note } from './notes.ts'

/** A notification of the app's own making: what it means is known to the app alone. */
export interface NotificationDraft {
  /** '' for the server itself. */
  from: string
  body: string
  /** Also for devices that are away; otherwise only who is connected gets it. */
  stored: boolean
  /** How long it is kept for a user's devices that are away (ms). */
  keep?: number
  /** Of a group, only these members get it. */
  users?: string[]
  /** File name of a sound, and the caller's own data. */
  sound?: string
  ext?: string
  push?: Push
  /** Its sender wants no webhook told of it. */
  quiet?: boolean
  /** Blocklists count; as with messages, that is so for devices unless it is said here. */
  blocks?: boolean
}

/** How long notifications wait unless it is said (ms). */
const usualKeep = 7 * 24 * 3600 * 1000
/** Notifications and characters of one batch, in which each may stand twice, for webhooks too. */
const [mostTogether, textTogether] = [100, 120_000]

export type Notifications = ReturnType<typeof openNotifications>

/** Notifications, to users and to groups. */
export function openNotifications(ctx: Context, groups: Groups) {
  /** To one user; gives its id. Fault: 'user.missing' for either side, 'user.banned', 'message.blocked'. */
  async function toUser(call: Call, to: string, draft: NotificationDraft): Promise<number> {
    const [result] = (await toUsers(call, [to], draft)) as [number | Fault]
    if (result instanceof Fault) throw result
    return result
  }

  /** To many users: one id or Fault each, in order. Throws Fault('user.missing') or 'user.banned' for the sender. */
  async function toUsers(call: Call, to: readonly string[], draft: NotificationDraft): Promise<(number | Fault)[]> {
    const wanted = [...new Set(to)]
    const [senders, receivers, blocks] = await Promise.all([
      readUsers(call, draft.from === '' ? [] : [draft.from]),
      readUsers(call, wanted),
      readBlocks(call, draft, wanted),
    ])
    demandSender(senders, draft.from)
    const results = new Map<string, number | Fault>()
    const reached = wanted.filter((user, i) => {
      if (!present(receivers[i])) results.set(user, new Fault('user.missing', `there is no user ${user}`))
      else if (relationHeld<'block'>(blocks[i], senders[0], receivers[i]))
        results.set(user, new Fault('message.blocked'))
      return !results.has(user)
    })
    const length = draft.body.length + (draft.ext?.length ?? 0) + JSON.stringify(draft.push ?? {}).length + 1000
    const size = Math.max(1, Math.min(mostTogether, Math.floor(textTogether / length)))
    for (let at = 0; at < reached.length; at += size) {
      const part = reached.slice(at, at + size)
      const ids = await sendPart(call, part, draft)
      part.forEach((user, i) => {
        results.set(user, ids[i] as number)
      })
    }
    return to.map(user => results.get(user) as number | Fault)
  }

  async function sendPart(call: Call, to: readonly string[], draft: NotificationDraft): Promise<number[]> {
    const ids = await Promise.all(to.map(() => ctx.ids()))
    return change(ctx, async () => {
      const steps: Step[] = []
      const tells = to.flatMap((user, i): Told[] => {
        const id = ids[i] as number
        const event = eventOf(draft, id, { user })
        return [noteTo(call, user, id, draft, steps), { call, subjects: [], event }]
      })
      return { steps, tells, done: () => ids }
    })
  }

  function noteTo(call: Call, user: string, id: number, draft: NotificationDraft, steps: Step[]): Told {
    const { from, keep = usualKeep } = draft
    const said = { kind: 'notification', from, data: dataOf(draft, id) }
    if (draft.stored) return note(ctx, call, user, { ...said, keep }, steps)
    const time = ctx.clock()
    const passing: Note = { app: call.app.id, user, number: 0, time, counters: {}, ...said, expires: time }
    return toldUser(call, user, { type: 'note', user, note: passing })
  }

  /**
   * To the members of a group: one row, however many they are. Gives its id. End users must be members. Fault:
   * 'group.missing', 'member.missing', 'user.missing' or 'user.banned' for the sender.
   */
  async function toGroup(call: Call, conv: number, draft: NotificationDraft): Promise<number> {
    const [group, senders] = await Promise.all([
      groups.get(call.app.id, conv),
      readUsers(call, draft.from === '' ? [] : [draft.from]),
    ])
    demandSender(senders, draft.from)
    await demandIn(call, group)
    const id = await ctx.ids()
    if (draft.stored && group.policy.members === 'stored') await keepInGroup(call, group, id, draft)
    else {
      const event = eventOf({ ...draft, stored: false }, id, { group })
      const change = { ...noticeOf(group, id, draft), time: ctx.clock() }
      await tell(ctx, toldConversation(call, group, { ...event, change }))
    }
    return id
  }

  async function demandIn(call: Call, group: Group): Promise<void> {
    if (group.policy.members === 'passing') await demandInside(ctx, call, group, 'everyone')
    else if (!call.admin && !(await memberOf(ctx, group, call.operator))) throw new Fault('member.missing')
  }

  async function keepInGroup(call: Call, group: Group, id: number, draft: NotificationDraft): Promise<void> {
    const notice = noticeOf(group, id, draft)
    const { what, by, users: only, detail } = notice
    const event = { ...eventOf(draft, id, { group }), change: notice }
    await change(ctx, async () => ({
      steps: [append(changes, [group.id], { what, by, users: only, detail })],
      tells: [toldConversation(call, group, event, 0)],
      done: () => undefined,
    }))
  }

  /** What each receiver is to the sender; nothing is read when that does not matter to the call. */
  async function readBlocks(
    call: Call,
    { from, blocks = call.origin.via === 'client' }: NotificationDraft,
    to: string[],
  ) {
    const keys = blocks ? to.map(user => blockKey(call.app.id, 0, user, from)) : []
    return ctx.store.getMany(relations, keys)
  }

  async function readUsers(call: Call, ids: readonly string[]) {
    return ctx.store.getMany(
      users,
      ids.map(id => [call.app.id, id]),
    )
  }

  return { toUser, toUsers, toGroup }
}

function demandSender(senders: Parameters<typeof demandUsers>[0], from: string): void {
  if (from === '') return
  demandUsers(senders, [from])
  if (senders[0]?.value.banned) throw new Fault('user.banned')
}

/** What devices get. */
function dataOf({ body, sound, ext }: NotificationDraft, id: number): Record<string, unknown> {
  return { id, body, ...(sound ? { sound } : {}), ...(ext ? { ext } : {}) }
}

/** The same in a group: a change whose number is 0 unless it is kept. */
function noticeOf(group: Group, id: number, draft: NotificationDraft) {
  const detail = dataOf(draft, id)
  return unnumbered(group.id, { what: 'notice', by: draft.from, users: draft.users, detail })
}

function eventOf(
  { from, body, stored, ext, sound, push, users, quiet }: NotificationDraft,
  id: number,
  to: EventOf<'notification.sent'>['to'],
): EventOf<'notification.sent'> {
  const said = { from, to, body, stored, pushText: push?.text, ext, sound, push, users, quiet }
  return { type: 'notification.sent', id, ...said }
}
