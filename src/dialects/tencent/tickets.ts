import type { App } from '../../core/apps/model.ts'
import type { Ticket } from './usersig.ts'

/** Verified UserSigs kept per app: as many as back ends and devices are likely to use at once. */
const most = 10_000

// By the app itself, so that a new key, which comes with a new App, forgets what the old one verified.
const verified = new WeakMap<App, Map<string, Ticket>>()

/** The ticket of a UserSig that was verified before for this very user; undefined for everything else. */
export function recall(app: App, userId: string, text: string): Ticket | undefined {
  const kept = verified.get(app)
  const ticket = kept?.get(text)
  if (!kept || ticket?.identifier !== userId) return undefined
  // A map keeps the order of writing, so the first key is the one that was not used for longest.
  kept.delete(text)
  kept.set(text, ticket)
  return ticket
}

/** Keeps a verified ticket, in the place of the one that was not used for longest if there are too many. */
export function remember(app: App, text: string, ticket: Ticket): void {
  const kept = verified.get(app) ?? new Map<string, Ticket>()
  verified.set(app, kept)
  kept.set(text, ticket)
  if (kept.size > most) kept.delete(kept.keys().next().value as string)
}

/** Drops a ticket that is of no use any more. */
export function forget(app: App, text: string): void {
  verified.get(app)?.delete(text)
}
