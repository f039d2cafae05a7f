import { z } from 'zod'
import type { Call } from '../../core/call.ts'
import type { Standing } from '../../core/conversations/positions.ts'
import type { SeenChange } from '../../core/conversations/resume.ts'
import type { Core } from '../../core/core.ts'
import { Fault } from '../../core/errors.ts'
import { roleOf } from '../../core/groups/rights.ts'
import type { Change, Conversation, Direct, Group, Member, Message, User } from '../../core/model.ts'

/** The id of a conversation. */
export const conv = z.number().int().positive()

/** The number of a message or a change; 0 stands before the first. */
export const number = z.number().int().min(0)

/** A user's id. */
export const user = z.string().min(1).max(255)

/** How many to give at most. */
export function limit(most: number, usual: number) {
  return z.number().int().min(1).max(most).default(usual)
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

/** A message as devices get it. A recalled one has no content any more, only by whom and when. */
export function messageView(message: Message, conversation: Conversation) {
  const { conv, seq, id, sender, shown: time, client, counted, mentions, receipt, quote, priority } = message
  const content = message.recalled ? { recalled: message.recalled } : { parts: message.parts }
  return {
    conv,
    seq,
    id,
    sender,
    ...(conversation.type === 'direct' ? { to: peerOf(conversation, sender) } : {}),
    time,
    ...content,
    client,
    counted,
    mentions,
    receipt,
    quote,
    priority,
  }
}

/** In place of what somebody does not see: its number only, so that numbers stay without gaps. */
export function blankMessage(conv: number, seq: number) {
  return { conv, seq, blank: true }
}

/** A change as devices get it: what happened, by whom, and the message or the members it concerns. */
export function changeView({ change, message }: SeenChange) {
  const { conv, rev, time, what, seq, by, users, detail } = change
  const common = { conv, rev, time, what, seq, by, users }
  return what === 'recall' ? { ...common, recalled: message?.recalled } : { ...common, detail }
}

/** In place of a change to something that somebody does not see. */
export function blankChange({ conv, rev }: Pick<Change, 'conv' | 'rev'>) {
  return { conv, rev, blank: true }
}

/** A conversation as its member sees it, with where it ends and how far they have read. */
export function conversationView({ conversation, member, head, rev, unread }: Standing) {
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
    unread,
    notify: member.notify,
  }
}

/** A group as its members see it. */
export function groupView(group: Group, members: number) {
  const { id, name, avatar, description, notice, owner, created, updated, revision, ext, custom } = group
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
    members,
    policy: { join: group.policy.join, invite: group.policy.invite, speak: group.policy.speak },
  }
}

/** A member as other members see them. */
export function memberView(member: Member) {
  const { user, nick, joined, mutedUntil, invitedBy } = member
  return { user, role: roleOf(member), nick, joined, mutedUntil, invitedBy }
}

/** What everybody may know of a user: neither address nor number nor birthday. */
export function userView({ id, profile, robot }: User) {
  const { nick, avatar, gender, signature, location, language, level, custom } = profile
  return { user: id, nick, avatar, gender, signature, location, language, level, custom, robot }
}

function groupFields({ alias, kind }: Group) {
  return { alias, kind }
}

function peerOf(direct: Direct, user: string): string {
  return direct.a === user ? direct.b : direct.a
}
