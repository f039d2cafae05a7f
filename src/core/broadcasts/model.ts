import type { DialectName, Origin } from '../call.ts'
import type { Part } from '../messages/content.ts'
import type { Push } from '../model.ts'
import type { Platform } from '../presence/platforms.ts'

/** Which users a broadcast is for: all conditions that are there must hold. */
export interface Condition {
  /** Whom the app made a user, not only a guest with a token. */
  known?: boolean
  /** With one of these tags; with all of these. */
  anyTag?: string[]
  allTags?: string[]
  /** With one of these attributes at this value; with all of them. */
  anyAttribute?: Record<string, string>
  allAttributes?: Record<string, string>
  /** On devices of these platforms. */
  platforms?: Platform[]
}

/** Something for all users of an app whom its condition fits: one row, however many they are. */
export interface Broadcast {
  app: number
  /** Its number in the app's log, which is also its id. */
  number: number
  time: number
  counters: Record<string, number>
  /** Who is shown as its sender; '' for the server itself. */
  from: string
  parts: Part[]
  /** The sender's own form by dialect. */
  native?: Partial<Record<DialectName, Record<string, unknown>>>
  origin: Origin
  inbox: number
  condition?: Condition
  /** 1 = also for devices that come until it ends; 0 = only for those that were connected. */
  kept: 0 | 1
  /** When it ends (ms); afterwards the row goes. */
  expires: number
  push?: Push
}
