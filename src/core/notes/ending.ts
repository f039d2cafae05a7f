import { check, del, put, type Row, type Step } from '../../storage/store.ts'
import type { Context } from '../context.ts'
import type { Note } from '../model.ts'
import { notes } from '../tables.ts'

/** Rows removed in one batch. */
const chunk = 200

/** Removes a batch of the notes that a user who was deleted got before a time (ms); says whether there may be more. */
export async function endNotes(ctx: Context, app: number, user: string, before: number): Promise<boolean> {
  const [rows, [head]] = await Promise.all([
    ctx.store.scan(notes, { prefix: [app, user], limit: chunk }),
    ctx.store.heads(notes, [[app, user]]),
  ])
  const old = rows.filter(row => row.value.time < before && row.value.expires > 0)
  if (old.length === 0) return false
  await ctx.store.commit(old.flatMap(row => ending(row, head?.number ?? 0)))
  return true
}

/** The last one stays, ended and empty: without it the numbers would be given again. */
function ending(row: Row<Note>, last: number): Step[] {
  const { app, user, number } = row.value
  const key = [app, user, number]
  if (number < last) return [del(notes, key)]
  return [check(notes, key, row), put(notes, { ...row.value, from: '', data: {}, expires: 0 })]
}
