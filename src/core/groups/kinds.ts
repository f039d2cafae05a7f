import type { Policy } from '../model.ts'

/** How the other dialects show a kind. */
export interface Shown {
  /** Tencent's Type. */
  tencent: 'Private' | 'Public' | 'ChatRoom' | 'AVChatRoom' | 'Community'
  /** NetEase's family of calls that sees it. */
  netease: 'team' | 'superteam' | 'chatroom'
  /** Volcengine's ConversationType: 2 group, 100 live group. */
  volcengine: 2 | 100
}

/** A kind of group: the policy its groups begin with, and how every dialect shows it. */
export interface Kind {
  shown: Shown
  policy: Policy
}

const common: Policy = {
  join: 'approval',
  invite: 'managers',
  consent: false,
  edit: 'managers',
  editText: 'managers',
  speak: 'everyone',
  kick: 'managers',
  mute: 'managers',
  dismiss: 'owner',
  managers: true,
  ownerMayLeave: false,
  maxMembers: 2000,
  members: 'stored',
  stored: true,
  counted: true,
  push: true,
  earlier: false,
  tips: 'stored',
  wakes: false,
}

const live: Policy = {
  ...common,
  join: 'open',
  invite: 'nobody',
  edit: 'owner',
  editText: 'owner',
  kick: 'nobody',
  mute: 'owner',
  maxMembers: 1_000_000,
  members: 'passing',
  stored: false,
  counted: false,
  push: false,
  tips: 'passing',
}

/**
 * All kinds of all vendors, in one table: catalogue facts of `tencent-im/model.md` §7, `netease-im/model.md` §4 to §6
 * and `volcengine-im/model.md` §7. Only the policy that a group keeps decides; the row is where it begins.
 */
export const kinds = {
  work: {
    shown: { tencent: 'Private', netease: 'team', volcengine: 2 },
    policy: {
      ...common,
      join: 'closed',
      invite: 'everyone',
      edit: 'everyone',
      editText: 'everyone',
      kick: 'owner',
      mute: 'nobody',
      dismiss: 'nobody',
      managers: false,
      ownerMayLeave: true,
      maxMembers: 6000,
      wakes: true,
    },
  },
  public: {
    shown: { tencent: 'Public', netease: 'team', volcengine: 2 },
    policy: { ...common, invite: 'nobody', maxMembers: 6000 },
  },
  meeting: {
    shown: { tencent: 'ChatRoom', netease: 'superteam', volcengine: 2 },
    policy: {
      ...common,
      join: 'open',
      invite: 'nobody',
      maxMembers: 6000,
      counted: false,
      push: false,
      earlier: true,
      tips: 'none',
    },
  },
  live: { shown: { tencent: 'AVChatRoom', netease: 'chatroom', volcengine: 100 }, policy: live },
  community: {
    shown: { tencent: 'Community', netease: 'superteam', volcengine: 2 },
    policy: { ...common, join: 'open', invite: 'everyone', maxMembers: 100_000 },
  },
  team: {
    shown: { tencent: 'Public', netease: 'team', volcengine: 2 },
    policy: { ...common, join: 'open', consent: true, maxMembers: 200 },
  },
  superteam: {
    shown: { tencent: 'Community', netease: 'superteam', volcengine: 2 },
    policy: { ...common, consent: true, dismiss: 'nobody', maxMembers: 2000 },
  },
  chatroom: {
    shown: { tencent: 'AVChatRoom', netease: 'chatroom', volcengine: 100 },
    policy: {
      ...live,
      edit: 'managers',
      kick: 'managers',
      mute: 'managers',
      stored: true,
      earlier: true,
      guests: true,
    },
  },
  group: {
    shown: { tencent: 'Public', netease: 'team', volcengine: 2 },
    policy: { ...common, join: 'open', earlier: true, tips: 'none', maxMembers: 5000 },
  },
  livegroup: {
    shown: { tencent: 'AVChatRoom', netease: 'chatroom', volcengine: 100 },
    policy: { ...live, kick: 'managers', mute: 'managers', stored: true, earlier: true, tips: 'none', guests: true },
  },
} as const satisfies Record<string, Kind>

/** A row of the table. */
export type KindName = keyof typeof kinds

/** The row of a group's kind; groups keep the name they were made with. */
export function kindOf(name: string): Kind {
  return kinds[name as KindName] ?? kinds.group
}
