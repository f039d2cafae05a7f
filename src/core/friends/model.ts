/** What all rows between two users have: `user` is whose row it is, `other` whom it is about. */
interface RelationCommon {
  app: number
  user: string
  inbox: number
  other: string
  /** When it began, as it is shown (ms): the order of lists. */
  at: number
  /** When it was really made (ms): a user who was deleted since has nothing of it. */
  since: number
  /** When it last changed (ms); never before `since`. */
  changed: number
}

/** What users keep about a friend, besides where the friendship comes from. */
export interface FriendFields {
  remark?: string
  /** Names of the user's friend lists in which this friend stands. */
  lists?: string[]
  /** Where they met, and the words of the request. */
  source?: string
  wording?: string
  /** Opaque texts: the user's own, and one that only the server writes. */
  text?: string
  serverText?: string
  /** Named texts. */
  custom?: Record<string, string>
  /** String map. */
  ext?: Record<string, string>
}

/** Somebody in a user's friend list: one direction of a friendship. */
export interface Friend extends RelationCommon, FriendFields {
  what: 'friend'
  /** When it was asked for, and when the remark was set (ms). */
  asked?: number
  remarked?: number
}

/** `other` wants to be a friend of `user`, who has not answered yet. */
export interface FriendRequest extends RelationCommon {
  what: 'request'
  text?: string
  source?: string
  /** What becomes of it on the asking side: a friend with this remark, in this list, in both directions or one. */
  remark?: string
  list?: string
  both: boolean
}

/** `user` does not want to hear from `other` ('block'), or wants no sound of them ('mute'). */
export interface Block extends RelationCommon {
  what: 'block' | 'mute'
  ext?: Record<string, string>
}

/** A remark that outlives its friendship, for when they become friends again. */
export interface KeptRemark extends RelationCommon {
  what: 'remark'
  remark: string
}

/** What one user is to another. */
export type Relation = Friend | FriendRequest | Block | KeptRemark

/** A friend list that a user made. */
export interface FriendList {
  app: number
  user: string
  inbox: number
  list: string
  since: number
}

/** A friend's place in such a list. */
export interface FriendInList extends FriendList {
  friend: string
}

/** That something changed in a user's relations, so that devices which were away read only what they lack. */
export interface RelationChange {
  app: number
  user: string
  inbox: number
  number: number
  time: number
  /** How often friends, their named texts, lists, blocks and mutes changed so far. */
  counters: Record<string, number>
  /** Friends that changed, came or went. */
  friends: string[]
  expires: number
}
