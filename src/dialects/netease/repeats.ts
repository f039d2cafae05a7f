import { createHash } from 'node:crypto'
import type { Core } from '../../core/core.ts'
import { Refusal } from '../dialect.ts'

/** How long a request id must not come again (ms). */
const window = 5 * 60 * 1000

/** Ids remembered on one node; the oldest give way, so that nobody fills the memory with them. */
const most = 200_000

// Oldest first: a Map keeps the order in which its keys came.
const seen = new WeakMap<Core, Map<string, number>>()

/**
 * Remembers an app's request id on this node; Refusal(431) when it came within the last 5 minutes. The returned function
 * forgets it again, for a call that failed through no fault of its own and may be repeated as it is.
 */
export function demandFresh(core: Core, app: number, requestId: string): () => void {
  const ids = seen.get(core) ?? new Map<string, number>()
  seen.set(core, ids)
  const now = core.clock()
  forget(ids, now)
  const key = createHash('sha1').update(`${app}/${requestId}`).digest('base64')
  if (ids.has(key)) throw new Refusal(431, 'duplicate request')
  ids.set(key, now + window)
  return () => ids.delete(key)
}

function forget(ids: Map<string, number>, now: number): void {
  for (const [key, end] of ids) {
    if (end > now && ids.size < most) return
    ids.delete(key)
  }
}
