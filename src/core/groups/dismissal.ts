import { del, type Step } from '../../storage/store.ts'
import type { Context } from '../context.ts'
import type { Work } from '../jobs/jobs.ts'
import { endRoom } from '../rooms/ending.ts'
import { memberCount, members, memberships, sent } from '../tables.ts'
import { applications, invitations, restrictions } from './tables.ts'

/** Rows of one batch: small enough that other sends hardly wait behind it. */
const batch = 100

/** The job that cleans up after a dismissal: members, their memberships, and who wanted to come in or was kept from it, a few at a time; nobody sees them any more. */
export function dismissal(ctx: Context): Work {
  return async state => {
    const { id, app } = state as { id: number; app: number }
    const [rows, invited, applied, restricted] = await Promise.all([
      ctx.store.scan(members, { prefix: [id], limit: batch }),
      ctx.store.scan(invitations, { prefix: [app, id], limit: batch }),
      ctx.store.scan(applications, { prefix: [app, id], limit: batch }),
      ctx.store.scan(restrictions, { prefix: [id], limit: batch }),
    ])
    const steps: Step[] = [
      ...invited.map(row => del(invitations, [app, id, row.value.user])),
      ...applied.map(row => del(applications, [app, id, row.value.user])),
      ...restricted.map(row => del(restrictions, [id, row.value.what, row.value.user])),
    ]
    for (const row of rows)
      steps.push(
        del(members, [id, row.value.user]),
        del(memberships, [app, row.value.user, id]),
        del(sent, [id, row.value.user]),
      )
    if (rows.length < batch) steps.push(del(memberCount, [id]))
    if (steps.length > 0) await ctx.store.commit(steps)
    const ended = await endRoom(ctx, id, app)
    return ended && [rows, invited, applied, restricted].every(page => page.length < batch) ? 'done' : state
  }
}
