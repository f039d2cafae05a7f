/** What one socket may take of the server, and the gateway's times (ms). */
export interface GatewayLimits {
  /** Bytes of one frame from a device. */
  frame: number
  /** From the connection to the sign-in, and for the sign-in itself. */
  signIn: number
  /** Frames per second that a device may send for long, and how many at once. */
  rate: number
  burst: number
  /** Operations of one socket under way at the same time; what it asks beyond waits. */
  underWay: number
  /** Sockets that have not signed in yet: as many as are let in within that time. */
  unsigned: number
  /** Bytes waiting for a device from which passing frames are dropped, and from which the socket is closed. */
  dropFrom: number
  closeFrom: number
  /** A socket from which nothing came for so long is asked for a sign of life; after twice that it is gone. */
  heartbeat: number
  /** How often sockets are held against the sessions that the store knows, and back ends may hear that one is still there. */
  audit: number
  /** How long a closing socket may take before it is cut. */
  grace: number
}

export const usualLimits: GatewayLimits = {
  frame: 64 * 1024,
  signIn: 10_000,
  rate: 50,
  burst: 200,
  underWay: 32,
  unsigned: 8000,
  dropFrom: 256 * 1024,
  closeFrom: 4 * 1024 * 1024,
  heartbeat: 25_000,
  audit: 60_000,
  grace: 3000,
}

/** Whether one more fits: 'yes', 'no', or 'enough' for somebody who goes on long after having been told no. */
export type Allowed = 'yes' | 'no' | 'enough'

/** What is left of an allowance, and when that was (ms). */
export interface Bucket {
  tokens: number
  at: number
}

/** Takes one from a bucket of `burst` that is filled again at `rate` per second. */
export function take(bucket: Bucket, { rate, burst }: Pick<GatewayLimits, 'rate' | 'burst'>, now: number): Allowed {
  const tokens = Math.min(burst, bucket.tokens + ((now - bucket.at) / 1000) * rate) - 1
  bucket.tokens = tokens
  bucket.at = now
  if (tokens >= 0) return 'yes'
  return tokens > -burst ? 'no' : 'enough'
}
