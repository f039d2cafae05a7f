/** A user who wants to become a member and waits for an answer. */
export interface Application {
  app: number
  conv: number
  user: string
  /** When they asked (ms), in which words, and until when it can be answered (ms). */
  at: number
  text?: string
  expires: number
}

/** What can be laid on a user in a group: they may not speak, may not come in, or may speak while others may not. */
export type RestrictionKind = 'mute' | 'ban' | 'allow'

/** One of these, whether its user is in the group or not. */
export interface Restriction {
  conv: number
  what: RestrictionKind
  user: string
  app: number
  /** When it began, and when it ends (ms); `forever` for never. */
  since: number
  until: number
  /** Grows with each that is laid, on one node: a place in the list that nothing else has. */
  number: number
  /** Whose doing it is; '' for the app's. */
  by: string
  /** In which words. */
  text?: string
}

/** The end of what has none (ms). */
export const forever = Number.MAX_SAFE_INTEGER
