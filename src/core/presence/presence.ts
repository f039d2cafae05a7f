import { check, del, put } from '../../storage/store.ts'
import { type Context, change } from '../context.ts'
import type { Session } from '../model.ts'
import { sessions } from '../tables.ts'

/** Who is connected. Session rows are volatile: they go with the process. */
export type Presence = ReturnType<typeof openPresence>

/** Presence over the store's sessions. */
/** Devices of one user that are looked at, and users looked at in one round trip. */
const [mostDevices, together] = [100, 100]

export function openPresence(ctx: Context) {
  /** A device is here. */
  async function enter(session: Omit<Session, 'node' | 'since'>): Promise<Session> {
    const value: Session = { ...session, node: ctx.node, since: ctx.clock() }
    await ctx.store.commit([put(sessions, value)])
    return value
  }

  /** A device is gone; nothing happens if it had gone before. */
  async function leave(session: Pick<Session, 'app' | 'user' | 'id'>): Promise<void> {
    const key = [session.app, session.user, session.id]
    await change(ctx, async () => {
      const row = await ctx.store.get(sessions, key)
      return { steps: row ? [check(sessions, key, row), del(sessions, key)] : [], done: () => undefined }
    })
  }

  /** The connected devices of users, in the order of the users. */
  async function of(app: number, users: readonly string[]): Promise<Session[][]> {
    const parts = Array.from({ length: Math.ceil(users.length / together) }, (_, i) =>
      users.slice(i * together, (i + 1) * together),
    )
    const pages = await Promise.all(
      parts.map(part =>
        ctx.store.scanMany(
          sessions,
          part.map(user => ({ prefix: [app, user], limit: mostDevices })),
        ),
      ),
    )
    return pages.flat().map(page => page.map(row => row.value))
  }

  return { enter, leave, of }
}
