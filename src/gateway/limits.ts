import { z } from 'zod'

const count = (usual: number) => z.number().default(usual)

/** What one socket may take of the server, and the gateway's times, each with what is usual. */
export const gatewayLimits = z.object({
  frame: count(64 * 1024).describe('bytes of one frame from a device; the socket is closed with 1009'),
  signIn: count(10_000).describe('ms from the connection to the sign-in, and for the sign-in itself; 4102'),
  rate: count(50).describe('frames per second that a device may send for long; `rate.exceeded`'),
  burst: count(200).describe('and at once; whoever goes on for as many more is closed with 4101'),
  underWay: count(32).describe('operations of one socket under way at the same time; what it asks beyond waits'),
  unsigned: count(8000).describe('sockets of all that have not signed in yet; HTTP 503 instead of the upgrade'),
  dropFrom: count(256 * 1024).describe('bytes waiting for a device from which passing frames are left out'),
  closeFrom: count(4 * 1024 * 1024).describe('and from which the socket is closed with 4000'),
  heartbeat: count(25_000).describe('ms without a sign of life until the server asks for one; after twice that 4002'),
  audit: count(60_000).describe('ms between two looks whether the session of a socket still holds; 4001 if not'),
  grace: count(3000).describe('ms that a closing socket may take before it is cut'),
})

export type GatewayLimits = z.output<typeof gatewayLimits>

export const usualLimits: GatewayLimits = gatewayLimits.parse({})

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
