import { kindOf } from '../../../core/groups/kinds.ts'
import type { Conversation } from '../../../core/model.ts'

/** Yunxin's kinds of conversations, each with calls and callbacks of its own. */
export type Family = 'person' | 'team' | 'superteam' | 'chatroom'

/** What a conversation is to Yunxin. */
export function familyOf(conversation: Conversation): Family {
  return conversation.type === 'direct' ? 'person' : kindOf(conversation.kind).shown.netease
}

/** convType of messages; those of chatrooms have none. */
export const convTypes: Record<Family, string | undefined> = {
  person: 'PERSON',
  team: 'TEAM',
  superteam: 'SUPER_TEAM',
  chatroom: undefined,
}

/** The accid or tid to which somebody writes. */
export function targetOf(conversation: Conversation, from: string): string {
  if (conversation.type === 'group') return String(conversation.id)
  return from === conversation.a ? conversation.b : conversation.a
}
