import { del, type Step } from '../../storage/store.ts'
import type { Context } from '../context.ts'
import type { Work } from '../jobs/jobs.ts'
import { invitations, memberCount, members, memberships, sent } from '../tables.ts'

/** Rows of one batch: small enough that other sends hardly wait behind it. */
const batch = 100

/** The job that cleans up after a dismissal: members, their memberships and invitations, a few at a time; nobody sees them any more. */
export function dismissal(ctx: Context): Work {
  return async state => {
    const { id, app } = state as { id: number; app: number }
    const [rows, invited] = await Promise.all([
      ctx.store.scan(members, { prefix: [id], limit: batch }),
      ctx.store.scan(invitations, { prefix: [id], limit: batch }),
    ])
    const steps: Step[] = invited.map(row => del(invitations, [id, row.value.user]))
    for (const row of rows)
      steps.push(
        del(members, [id, row.value.user]),
        del(memberships, [app, row.value.user, id]),
        del(sent, [id, row.value.user]),
      )
    if (rows.length < batch) steps.push(del(memberCount, [id]))
    if (steps.length > 0) await ctx.store.commit(steps)
    return rows.length < batch && invited.length < batch ? 'done' : state
  }
}
