import { z } from 'zod'
import type { Call } from '../../core/call.ts'
import type { Standing } from '../../core/conversations/positions.ts'
import type { SeenChange } from '../../core/conversations/resume.ts'
import type { Core } from '../../core/core.ts'
import { Fault } from '../../core/errors.ts'
import type { Known, Place } from '../../core/friends/friends.ts'
import type { Friend, FriendRequest } from '../../core/friends/model.ts'
import { roleOf } from '../../core/groups/rights.ts'
import type { Change, Conversation, Direct, Group, Member, Message, User } from '../../core/model.ts'
import type * as form from './forms/forms.ts'

/** The id of a conversation. */
export const conv = z.number().int().positive().describe('the conversation')

/** The number of a message or a change; 0 stands before the first. */
export const number = z.number().int().min(0)

/** A user's id. */
export const user = keyText(255).describe('a user’s id; well formed, without NUL')

/** A text of at most so many characters that may become part of a key of the store. */
export function keyText(most: number) {
  return z
    .string()
    .min(1)
    .max(most)
    .refine(text => text.isWellFormed() && !text.includes('\0'), { error: 'expected well-formed text without NUL' })
}

/** What an app wants told beside a number of its own: at most 256 bytes. */
export const config = z
  .string()
  .refine(
    text => Buffer.byteLength(text) <= 256 && text.isWellFormed(),
    'expected well-formed text of at most 256 bytes',
  )

/** Words of one user for another. */
export const words = z.string().max(256).describe('words that go with it')

/** Where a page about users ended. */
export const place = z.object({ time: z.number().int(), user })

/** The same for the core. */
export function placeOf(after: z.output<typeof place> | undefined): Place | undefined {
  return after && { at: after.time, user: after.user }
}

/** How many to give at most. */
export function limit(most: number, usual: number) {
  return z.number().int().min(1).max(most).default(usual).describe('how many to give at most')
}

/** The signed-in user: frames of sockets always have one. */
export function self(call: Call): string {
  if (call.operator === undefined) throw new Fault('caller.unknown')
  return call.operator
}

/**
 * A conversation in the caller's list, with their side of it.
 * Fault 'conversation.missing' for any other, so that nobody learns which ids exist.
 */
export async function ownConversation(
  core: Core,
  call: Call,
  id: number,
): Promise<{ conversation: Conversation; member: Member }> {
  const [standing] = await core.positions.standings(call.app.id, self(call), [id])
  if (!standing) throw new Fault('conversation.missing')
  return standing
}

/** `ownConversation`, if it is a group; else Fault 'group.missing'. */
export async function ownGroup(core: Core, call: Call, id: number): Promise<{ group: Group; member: Member }> {
  const [standing] = await core.positions.standings(call.app.id, self(call), [id])
  if (standing?.conversation.type !== 'group') throw new Fault('group.missing')
  return { group: standing.conversation, member: standing.member }
}

/** A message that the caller sees, and that was not recalled; else Fault 'message.missing'. */
export async function ownMessage(
  core: Core,
  call: Call,
  { conv, seq }: { conv: number; seq: number },
): Promise<Message> {
  const { conversation, member } = await ownConversation(core, call, conv)
  const viewer = { user: self(call), member }
  const page = await core.history.read(conversation, {
    by: 'seq',
    from: seq,
    to: seq,
    limit: 1,
    reverse: false,
    viewer,
  })
  const [message] = page.messages
  if (!message || message.recalled) throw new Fault('message.missing')
  return message
}

/** A message as devices get it. A recalled one has no content any more, only by whom and when. */
export function messageView(message: Message, conversation: Conversation): z.output<typeof form.message> {
  const { conv, seq, id, sender, shown: time, client, counted, mentions, receipt, quote, priority } = message
  const { edited, reactions, pinned } = message
  return {
    conv,
    seq,
    id,
    sender,
    ...(conversation.type === 'direct' ? { to: peerOf(conversation, sender) } : {}),
    time,
    ...contentView(message),
    client,
    counted,
    mentions,
    receipt,
    quote,
    priority,
    edited,
    reactions,
    pinned,
  }
}

function contentView(message: Message) {
  return message.recalled ? { recalled: message.recalled } : { parts: message.parts }
}

/** In place of what somebody does not see: its number only, so that numbers stay without gaps. */
export function blankMessage(conv: number, seq: number): z.output<typeof form.blankMessage> {
  return { conv, seq, blank: true }
}

/** A change as devices get it: what happened, by whom, and the message or the members it concerns. */
export function changeView({ change, message }: SeenChange): z.output<typeof form.change> {
  const { conv, rev, time, what, seq, by, users, detail } = change
  const common = { conv, rev, time, what, seq, by, users }
  return { ...common, ...(message ? touchedView(what, message, detail) : { detail }) }
}

/** What a message shows from a change on; always its latest state, so that a device may take it twice. */
function touchedView(what: Change['what'], message: Message, detail: Change['detail']) {
  switch (what) {
    case 'recall':
      return { recalled: message.recalled }
    case 'edit':
      return { ...contentView(message), mentions: message.mentions, edited: message.edited }
    case 'reaction':
      return { reactions: message.reactions, detail }
    case 'pin':
      return { pinned: message.pinned }
    default:
      return { detail }
  }
}

/** In place of a change to something that somebody does not see. */
export function blankChange({ conv, rev }: Pick<Change, 'conv' | 'rev'>): z.output<typeof form.blankChange> {
  return { conv, rev, blank: true }
}

/** A conversation as its member sees it, with where it ends and how far they have read. */
export function conversationView({
  conversation,
  member,
  head,
  rev,
  unread,
  peerRead,
}: Standing): z.output<typeof form.conversation> {
  return {
    conv: conversation.id,
    ...(conversation.type === 'direct'
      ? { type: 'direct', peer: peerOf(conversation, member.user) }
      : { type: 'group', ...groupFields(conversation), role: roleOf(member) }),
    name: conversation.name,
    avatar: conversation.avatar,
    since: member.joined,
    seq: head.number,
    rev,
    read: member.readSeq,
    peerRead,
    hidden: member.hidden,
    erased: member.erased ?? 0,
    unread,
    notify: member.notify,
  }
}

/** A group as its members see it. */
export function groupView(group: Group, members: number): z.output<typeof form.group> {
  const { id, name, avatar, description, notice, owner, created, updated, revision, ext, custom } = group
  const { clientText, serverText, marks } = group
  const { join, invite, consent, edit, speak } = group.policy
  return {
    conv: id,
    ...groupFields(group),
    name,
    avatar,
    description,
    notice,
    owner,
    created,
    updated,
    revision,
    ext,
    custom,
    clientText,
    serverText,
    marks,
    members,
    policy: { join, invite, consent, edit, speak },
  }
}

/** A member as other members see them. */
export function memberView(member: Member): z.output<typeof form.member> {
  const { user, nick, joined, mutedUntil, invitedBy, level, ext, custom, text } = member
  return { user, role: roleOf(member), nick, joined, mutedUntil, invitedBy, level, ext, custom, text }
}

/** What a user may know of themselves. */
export function ownView(own: User): z.output<typeof form.oneself> {
  const { email, mobile, birthday, role, befriend, noRequests, text } = own.profile
  return { ...userView(own), email, mobile, birthday, role, befriend, noRequests, text }
}

/** A friend as the user whose friend they are sees them; `who` is left out where it was not read. */
export function friendView({ relation, account }: Known<Friend>): z.output<typeof form.friend> {
  const { other, at, remark, lists, source, wording, text, serverText, custom, ext } = relation
  const own = { remark, lists, source, words: wording, text, serverText, custom, ext }
  return { user: other, added: at, ...own, who: account && userView(account) }
}

/** A friend request as either side sees it. */
export function requestView(
  { relation, account }: Known<FriendRequest>,
  sent: boolean,
): z.output<typeof form.friendRequest> {
  const { user, other, at, text, source } = relation
  return { user: sent ? user : other, time: at, words: text, source, who: account && userView(account) }
}

/** What everybody may know of a user: neither address nor number nor birthday. */
export function userView({ id, profile, robot }: User): z.output<typeof form.somebody> {
  const { nick, avatar, gender, signature, location, language, level, custom } = profile
  return { user: id, nick, avatar, gender, signature, location, language, level, custom, robot }
}

function groupFields({ alias, kind }: Group) {
  return { alias, kind }
}

function peerOf(direct: Direct, user: string): string {
  return direct.a === user ? direct.b : direct.a
}
