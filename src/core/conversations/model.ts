/** Which sound a conversation makes: as any, none while its messages still arrive, or nothing at all on devices that are away. */
export type Notify = 'all' | 'silent' | 'none'

/** What a user began to write and did not send. */
export interface Unsent {
  text: string
  /** When it was written (ms). */
  at: number
  /** The message it answers. */
  quote?: { id: number; hint: string }
}

/**
 * A user's own side of one of their conversations, as far as they set something. What was set in an earlier membership
 * is void.
 */
export interface OwnSettings {
  app: number
  user: string
  conv: number
  /** When the membership began in which it was set (ms). */
  since: number
  /** The number of its last change among all changes of the user's settings. */
  changed: number
  /** When that was (ms). */
  updated: number
  /** Since when it stands above the others (ms). */
  pinned?: number
  /** Not in the list until there is a message after this number. */
  unlisted?: number
  /** Numbers from 0 to 63, rising. */
  marks?: number[]
  /** Since when it has the mark of favourites (ms). */
  favourite?: number
  /** Any short text that marks it. */
  label?: string
  unsent?: Unsent
  /** String map and opaque text. */
  ext?: Record<string, string>
  text?: string
  /** The user's own groups in which it stands; ids of groups that are no more may be among them. */
  groups?: number[]
}

/** A user's own settings, with the sound that it makes, which is kept with their membership. */
export interface ShownSettings extends OwnSettings {
  notify?: Notify
}

/** A group of conversations that a user made for themselves. */
export interface OwnGroup {
  /** Never given again to another group of this user. */
  id: number
  name: string
  text?: string
  /** ms. */
  made: number
  updated: number
  /** How many conversations stand in it; at most so many, for some may have ended since. */
  size: number
}

/** All groups of a user, in the order in which they were made. */
export interface OwnGroups {
  app: number
  user: string
  /** When the first was made (ms): a user who was deleted since has none. */
  since: number
  /** The number of the last change of a name or text among all changes of the user's settings. */
  changed: number
  /** The last id that was given. */
  last: number
  groups: OwnGroup[]
}
