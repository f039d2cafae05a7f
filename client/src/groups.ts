import type { Link } from './link.ts'
import type {
  Applicant,
  Application,
  Group,
  GroupFields,
  GroupRules,
  Invitation,
  Member,
  PublicGroup,
  RequestPlace,
  Restricted,
} from './protocol.ts'

/** A group to be made. */
export interface GroupDraft extends GroupFields {
  kind: 'work' | 'public' | 'meeting' | 'community' | 'team' | 'group'
  name: string
  /** Its public id; one is made if left out. */
  alias?: string
  members?: string[]
  policy?: GroupRules
  /** For those who are taken in or invited. */
  words?: string
}

/** A page of those under a restriction, in the order in which it ends. */
export interface RestrictedPage {
  after?: { until: number; user: string }
  limit?: number
}

/** A member's card. */
export interface MemberFields {
  /** The caller, if left out. */
  user?: string
  nick?: string
  /** Of others only. */
  level?: number
  text?: string
  /** Texts by name: those left out stay, an empty one removes. */
  custom?: Record<string, string>
  /** Texts by name: they take the place of those that were there. */
  ext?: Record<string, string>
  /** Of oneself only. */
  notify?: 'all' | 'silent' | 'none'
}

interface RequestPage {
  before?: RequestPlace
  limit?: number
}

type RestrictedReply = { users: Restricted[]; next?: { until: number; user: string } }
type Users = { users: string[] }

/** Groups and their members. */
export function openGroups({ call }: Pick<Link, 'call'>) {
  return {
    /** Makes a group that the user owns; `left`: those who could not be taken in. */
    create: (draft: GroupDraft) => call<Group & { left: string[] }>('group.create', draft),
    /** Changes what is shown of it or what it allows; what is left out stays. */
    update: (conv: number, fields: GroupFields & { name?: string; policy?: GroupRules }) =>
      call<Group>('group.update', { conv, ...fields }),
    /** Nobody sees it any more. */
    dismiss: (conv: number) => call<void>('group.dismiss', { conv }),
    get: (conv: number) => call<Group>('group.get', { conv }),
    /** The user's groups, by kind. */
    list: (page: { after?: { kind: string; conv: number }; limit?: number } = {}) =>
      call<{ groups: Group[]; next?: { kind: string; conv: number } }>('group.list', page),
    /** The public facts of a group that lets people in. */
    find: (which: { alias: string } | { conv: number }) => call<PublicGroup>('group.find', which),
    /** Its members, in the order in which they came. */
    members: (conv: number, page: { after?: { joined: number; user: string }; limit?: number } = {}) =>
      call<{ members: Member[]; next?: { joined: number; user: string } }>('group.members', { conv, ...page }),
    /** Comes in at once (`joined`), or waits (`pending`). */
    join: (conv: number, words?: string) => call<{ state: 'joined' | 'pending' }>('group.join', { conv, words }),
    leave: (conv: number) => call<void>('group.leave', { conv }),
    /** Who waits to come in, for owner and managers. */
    applicants: (conv: number, page: RequestPage = {}) =>
      call<{ applications: Applicant[]; next?: RequestPlace }>('group.applications', { conv, ...page }),
    /** Where the user waits. */
    applications: (page: RequestPage = {}) =>
      call<{ applications: Application[]; next?: RequestPlace }>('group.applications', page),
    /** Lets somebody in who waits, or turns them down. */
    answer: (conv: number, user: string, accept: boolean, words?: string) =>
      call<void>('group.answer', { conv, user, accept, words }),
    /** Takes an own application back. */
    withdraw: (conv: number) => call<void>('group.withdraw', { conv }),
    /** Brings users in; `became`: added, pending, present, missing, banned or crowded. */
    invite: (conv: number, users: string[], words?: string) =>
      call<{ users: { user: string; became: string }[] }>('group.invite', { conv, users, words }),
    /** Invitations that the user has not answered. */
    invitations: (page: RequestPage = {}) =>
      call<{ invitations: Invitation[]; next?: RequestPlace }>('group.invitations', page),
    answerInvitation: (conv: number, accept: boolean, words?: string) =>
      call<void>('group.invitation.answer', { conv, accept, words }),
    /** Puts members of a lower role out; answers with those who were in. */
    kick: (conv: number, users: string[], words?: string) => call<Users>('group.kick', { conv, users, words }),
    setManagers: (conv: number, users: string[], on: boolean) => call<Users>('group.setManagers', { conv, users, on }),
    /** Makes another member the owner; with `leave` the user goes. */
    transfer: (conv: number, user: string, leave = false) => call<void>('group.transfer', { conv, user, leave }),
    /** Takes the voice from members for some seconds or for ever, or gives it back. */
    mute: (conv: number, users: string[], options: { on?: boolean; seconds?: number } = {}) =>
      call<Users>('group.mute', { conv, users, ...options }),
    /** Who may speak from now on. */
    muteAll: (conv: number, speak: 'everyone' | 'managers' | 'nobody') => call<void>('group.muteAll', { conv, speak }),
    muted: (conv: number, page: RestrictedPage = {}) => call<RestrictedReply>('group.muted', { conv, ...page }),
    /** Changes a member's card; what is left out stays. */
    updateMember: (conv: number, fields: MemberFields) => call<void>('group.memberUpdate', { conv, ...fields }),
    /** Puts users out and keeps them out, for some seconds or for ever. */
    ban: (conv: number, users: string[], options: { seconds?: number; words?: string } = {}) =>
      call<Users>('group.ban', { conv, users, ...options }),
    unban: (conv: number, users: string[]) => call<void>('group.unban', { conv, users }),
    banned: (conv: number, page: RestrictedPage = {}) => call<RestrictedReply>('group.banned', { conv, ...page }),
  }
}
