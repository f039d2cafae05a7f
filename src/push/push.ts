import type { LookupFunction } from 'node:net'
import type { PushOptions } from '../core/messages/wishes.ts'

/**
 * The push port: how a device that is not connected is told that there is news. Engines speak to one provider each and
 * know no users, no messages and no store; who is told, what is shown and how often it is tried again is the caller's.
 * `contract.test.ts` holds the rules in code, `[PU1]` and so on; every engine passes it.
 */

/** What a push shows, in plain words. */
export interface Shown {
  /** Without title and text nothing is shown: the device's app is only woken. */
  title?: string
  subtitle?: string
  text?: string
  /** The number at the app's icon; left out = as it was, 0 = none. */
  badge?: number
  /** A sound's name in the app, or 'default'; left out = silent. */
  sound?: string
  /** URL of a picture to show beside the text. */
  image?: string
  /** The app's own data, as text. */
  payload?: string
  /**
   * Special wishes by provider (`apns`, `fcm`, `web`, or a name that only a back end knows), in the provider's own words:
   * laid over what the engine writes, field by field; null takes a field away. An engine passes over what is not its own.
   */
  options?: PushOptions
}

/** One push to one device. */
export interface Outgoing extends Shown {
  /** The same on every try; providers and back ends that can know a repeat by it. */
  id: string
  /** Names the device: what the provider gave the app; for Web Push the subscription as JSON text. */
  token: string
  /** A push that is still on its way is replaced by a later one with the same word. */
  collapse?: string
  /** What it takes the place of was taken back: an app, or a back end, that can take it away may do that instead. */
  recalled?: true
  /** How long the provider keeps it for a device that it cannot reach (ms); 0 = one try. */
  ttl: number
  /** high = at once, also to a sleeping device; normal = when that costs the device little. */
  priority: 'high' | 'normal'
}

/** What became of one push. */
export type Outcome =
  /** The provider has it; `id` is the provider's name for it, where it has one. */
  | { result: 'sent'; id?: string }
  /** The token is no longer valid and must be forgotten, unless the device brought it again after `since` (ms). */
  | { result: 'gone'; why: string; since?: number }
  /** Not now: worth another try after so long (ms), not earlier. It may have arrived. */
  | { result: 'later'; after: number; why: string }
  /** The provider does not want this push, whenever it comes; the token stays. */
  | { result: 'refused'; why: string }

/** Hands pushes to one provider. */
export interface PushEngine {
  /** As in the settings. */
  readonly name: string
  /** As many pushes as one call may bring; more is refused with RangeError before anything is sent. */
  readonly largest: number
  /**
   * Hands them over and says what became of each, in their order. Never rejects for what a provider does. Answers within
   * twice the engine's timeout: what was not answered by then is 'later'. Calls may overlap.
   */
  send(pushes: readonly Outgoing[]): Promise<Outcome[]>
  /** Ends the connections. What is under way, and whatever comes afterwards, is 'later'. May be called again. */
  close(): Promise<void>
}

/** Which addresses may be reached; for URLs that an app or a device brings. */
export interface Reach {
  /** Resolves names as `dns.lookup` does, and fails for addresses that must not be reached. */
  lookup: LookupFunction
  /** Throws for a host that is itself an address that must not be reached. */
  demandAllowed(hostname: string): void
}
