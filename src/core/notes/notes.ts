import { append, type Step } from '../../storage/store.ts'
import type { Call } from '../call.ts'
import type { Context } from '../context.ts'
import type { Note } from '../model.ts'
import { notes, users } from '../tables.ts'
import { type Told, toldUser } from '../telling.ts'
import { holds } from '../users/rows.ts'

/** What a user is to be told that concerns only them. */
export interface NoteDraft {
  /** What it is about: 'friend.request', 'group.application', 'notification' …; docs/protocol.md names them all. */
  kind: string
  /** Whose doing it is; '' for the server's. */
  from: string
  data: Record<string, unknown>
  /** How long it is kept for devices that are away (ms). */
  keep: number
}

export type Notes = ReturnType<typeof openNotes>

/** What a user was told after a number. */
export interface NotesSince {
  /** The number was never given: whoever has it begins anew with these. */
  reset: boolean
  notes: Note[]
  /** Whoever takes this stands at this number. */
  number: number
  /** There are more: ask again from there. */
  more: boolean
}

/** The log of what concerns one user only: kept until it ends, and told at once to who is connected. */
export function openNotes(ctx: Context) {
  /** A user's notes after a number, oldest first; those that have ended are left out. */
  async function read(app: number, user: string, after: number, limit: number): Promise<Note[]> {
    return (await since(app, user, after, limit)).notes
  }

  /** The same, with where it ends. Notes for somebody of the same id who was deleted are left out too. */
  async function since(app: number, user: string, after: number, limit: number): Promise<NotesSince> {
    const [end, known] = await Promise.all([last(app, user), ctx.store.get(users, [app, user])])
    const reset = after > end
    const from = reset ? 0 : after
    const rows = await ctx.store.scan(notes, { prefix: [app, user], from: [from + 1], limit })
    const now = ctx.clock()
    const found = rows.map(row => row.value).filter(note => note.expires > now && holds(known, note.time))
    const more = rows.length === limit
    const reached = rows.at(-1)?.value.number ?? from
    return { reset, notes: found, number: more ? reached : Math.max(reached, end), more }
  }

  /** The number of a user's last note. */
  async function last(app: number, user: string): Promise<number> {
    const [head] = await ctx.store.heads(notes, [[app, user]])
    return head?.number ?? 0
  }

  return { read, since, last }
}

/** Puts a note for a user into a batch, as its next step, and gives what is to be told of it. */
export function note(ctx: Context, call: Call, user: string, draft: NoteDraft, steps: Step[]): Told {
  const app = call.app.id
  const { keep, ...said } = draft
  const value = { ...said, expires: ctx.clock() + keep }
  const at = steps.length
  steps.push(append(notes, [app, user], value))
  const unnumbered: Note = { app, user, number: 0, time: 0, counters: {}, ...value }
  return { ...toldUser(call, user, { type: 'note', user, note: unnumbered }), at }
}
