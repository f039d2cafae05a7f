import type { Link } from './link.ts'
import type { Friend, FriendRequest, Oneself, Person, UserPlace } from './protocol.ts'

/** What the user keeps about a friend. */
export interface FriendFields {
  remark?: string
  text?: string
  custom?: Record<string, string>
}

/** A friend to be. */
export interface FriendDraft extends FriendFields {
  /** For the other, who reads them with the request. */
  words?: string
  /** Where they met. */
  source?: string
  /** The other gets the user as a friend too; true if left out. */
  both?: boolean
  /** Ask even those who let anybody be their friend. */
  ask?: boolean
  /** A friend list; it is made if need be. */
  list?: string
}

/** What of the user's friends changed since a number. */
export interface FriendChanges {
  friends: Friend[]
  gone: string[]
  number: number
  more: boolean
  /** It was too long ago: the whole list is to be read again. */
  reset: boolean
}

interface UserPage {
  after?: UserPlace
  limit?: number
}

/** Friends, friend requests, and those from whom the user wants to hear nothing. */
export function openFriends({ call }: Pick<Link, 'call'>) {
  return {
    /** Adds a friend, or asks them: their own setting says which. */
    add: (user: string, draft: FriendDraft = {}) =>
      call<{ became: 'added' | 'asked' | 'present' }>('friend.add', { user, ...draft }),
    /** Answers a request. */
    answer: (user: string, accept: boolean, draft: Pick<FriendDraft, 'both' | 'words' | 'list'> & FriendFields = {}) =>
      call<{ became: 'accepted' | 'rejected' }>('friend.answer', { user, accept, ...draft }),
    remove: (user: string, options: { both?: boolean; keepRemark?: boolean } = {}) =>
      call<object>('friend.remove', { user, ...options }),
    /** What is left out stays; `lists` are exactly those in which the friend then stands. */
    update: (user: string, fields: FriendFields & { lists?: string[] }) =>
      call<{ friend: Friend }>('friend.update', { user, ...fields }),
    /** In the order of adding. Keep the `number` of the first page for `since`. */
    list: (page: UserPage = {}) => call<{ friends: Friend[]; number: number; next?: UserPlace }>('friend.list', page),
    /** What became of them after a number. */
    since: (number: number) => call<FriendChanges>('friend.list', { since: number }),
    /** Requests to the user, or with `sent` theirs. */
    requests: (page: UserPage & { sent?: boolean } = {}) =>
      call<{ requests: FriendRequest[]; next?: UserPlace }>('friend.requests', page),
    /** Blocked users reach the user no more. */
    blocks: {
      ...listOf(call, 'block'),
      /** With `unfriend` they are friends no more, in either direction. */
      add: (user: string, unfriend = false) => call<object>('block.add', { user, unfriend }),
    },
    /** What muted users write comes without a sound. */
    mutes: { ...listOf(call, 'mute'), add: (user: string) => call<object>('mute.add', { user }) },
  }
}

function listOf(call: Link['call'], what: 'block' | 'mute') {
  return {
    remove: (user: string) => call<object>(`${what}.remove`, { user }),
    /** The newest first. `number` grows whenever the list changes. */
    list: (page: UserPage = {}) =>
      call<{ users: { user: string; since: number }[]; number: number; next?: UserPlace }>(`${what}.list`, page),
  }
}

/** Profiles. */
export function openUsers({ call }: Pick<Link, 'call'>) {
  return {
    /** What everybody may know of users, and all of oneself; unknown ones are left out. */
    get: (users: string[]) => call<{ users: (Person | Oneself)[] }>('user.get', { users }),
    /** Writes the user's own profile: what is left out stays, an empty text clears. */
    update: (profile: Partial<Omit<Oneself, 'user' | 'robot' | 'noRequests'>>) =>
      call<{ user: Oneself }>('user.update', profile),
  }
}
