import type { Call } from './call.ts'
import type { Part } from './messages/content.ts'
import type { Policy, Profile } from './model.ts'

/**
 * The points at which an app may be asked before something happens. The draft may come back changed; refusing is
 * Fault('hook.refused'). The core asks before it reads and commits, never inside a commit.
 */
export interface HookPoints {
  'message.direct': { from: string; to: string; parts: Part[] }
  'message.group': { from: string; group: number; parts: Part[] }
  'group.create': { owner: string; name: string; kind: string; members: string[]; policy: Policy }
  'group.apply': { group: number; user: string; text: string }
  'group.invite': { group: number; by: string; users: string[] }
  'friend.add': { from: string; to: string; text: string }
  'friend.answer': { from: string; to: string; accept: boolean }
  'room.enter': { room: number; user: string }
  'profile.change': { user: string; profile: Profile }
}

/** The name of such a point. */
export type HookPoint = keyof HookPoints

/** Asks whoever listens at a point; gives the draft back untouched when nobody does, without waiting. */
export type Ask = <P extends HookPoint>(point: P, call: Call, draft: HookPoints[P]) => Promise<HookPoints[P]>

/** Nobody listens. */
export const askNobody: Ask = async (_point, _call, draft) => draft
