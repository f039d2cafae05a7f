import type { App } from './apps/model.ts'

/** The APIs through which something can come in. */
export type DialectName = 'tencent' | 'netease' | 'volcengine' | 'native'

/** Where a call comes from. Vendors differ in what fires which callback, so the origin decides, not the code path. */
export interface Origin {
  dialect: DialectName
  via: 'rest' | 'client' | 'console'
}

/** The device from which an end user calls. */
export interface CallDevice {
  /** What it says it runs on: Android, iOS, Web … */
  platform: string
  /** Its own id. */
  id: string
  /** Version of its SDK, if it says one. */
  sdk?: string
  /** Anything it wants told with its sign-in. */
  tag?: string
  /** The port from which it is connected. */
  port?: number
}

/** Who calls: the app it concerns, the operator in whose name, and how it came in. */
export interface Call {
  app: App
  /** The signed-in user, or the administrator that the dialect names; absent for keys that stand for the app itself. */
  operator?: string
  /** Server-side callers have all rights; end users have those of their roles. */
  admin: boolean
  origin: Origin
  /** Address of the caller, for records. */
  address?: string
  /** Of an end user. */
  device?: CallDevice
  /** The connection through which an end user calls. */
  session?: string
  /** The call's place among those of one device. */
  turn?: Turn
}

/**
 * Keeps what one device says in the order in which it was said, without one message waiting for the other's sync:
 * only handing the batch to the store happens in turn.
 */
export interface Turn {
  /** Everything said before has been handed over, or was refused. */
  come(): Promise<void>
  /** The next one may come; calling it again does nothing. */
  pass(): void
}
