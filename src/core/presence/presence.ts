import { check, del, put } from '../../storage/store.ts'
import { type Context, change } from '../context.ts'
import type { Session } from '../model.ts'
import { sessions } from '../tables.ts'

/** Who is connected. Session rows are volatile: they go with the process. */
export type Presence = ReturnType<typeof openPresence>

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
    const pages = await Promise.all(users.map(user => ctx.store.scan(sessions, { prefix: [app, user], limit: 100 })))
    return pages.map(page => page.map(row => row.value))
  }

  return { enter, leave, of }
}
