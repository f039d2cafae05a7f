/** Special wishes for pushes by provider (`apns`, `fcm`, `web`, or a name that only a back end knows), in its own words. */
export type PushOptions = Record<string, Record<string, unknown>>

/** What only a dialect can say of a push, translated by the dialect in which the message was sent. */
export interface Wishes {
  title?: string
  subtitle?: string
  /** For those whom the message mentions, instead of its usual text. */
  mentioned?: string
  /** A sound's name, '' = none. */
  sound?: string
  image?: string
  /** Leaves the badge as it is. */
  uncounted?: boolean
  /** Whether the sender's name is said; by default where the text is not the sender's own words for the push. */
  nick?: boolean
  /** Instead of the message's own. */
  payload?: string
  options?: PushOptions
  /** Who is told though they wanted no push of the conversation: everybody, or those whom the message mentions. */
  overMute?: 'all' | 'mentioned'
}
