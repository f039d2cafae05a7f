/** A user sent a receipt for a message that asked for one. */
export interface Read {
  conv: number
  seq: number
  user: string
  /** ms. */
  at: number
}

/** One user's reaction of one kind to a message. */
export interface Reaction {
  conv: number
  seq: number
  /** What it is: an emoji, a name or a number of the app's own. */
  kind: string
  user: string
  /** ms. */
  at: number
  /** The caller's own data. */
  ext?: string
}

/** The reactions of one kind, as the message itself carries them. */
export interface ReactionSummary {
  kind: string
  count: number
  /** Those who were first, a few. */
  users: string[]
}

/** A message that its conversation keeps at hand. */
export interface Pin {
  conv: number
  seq: number
  by: string
  /** ms. */
  at: number
}

/** A pair kept beside a message. One that was deleted stays with an empty value, so that its number is seen. */
export interface Extension {
  conv: number
  seq: number
  name: string
  value: string
  /** The number of the change that wrote it last; numbers begin at 1 for each message. */
  number: number
  deleted?: boolean
}

/** What is known of all pairs of a message. */
export interface ExtensionState {
  conv: number
  seq: number
  /** The newest number. */
  number: number
  /** The number of the change that cleared them last; 0 = never. */
  cleared: number
  /** Pairs with a value, and all rows. */
  pairs: number
  rows: number
}
