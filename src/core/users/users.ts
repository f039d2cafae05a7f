import { partsOf } from '../../lib/parts.ts'
import { check, put, type Row, type Step } from '../../storage/store.ts'
import type { Call } from '../call.ts'
import { type Context, change } from '../context.ts'
import { Fault } from '../errors.ts'
import type { EventOf } from '../events.ts'
import { lastRelations } from '../friends/ending.ts'
import { startJob } from '../jobs/jobs.ts'
import type { Profile, User } from '../model.ts'
import type { Presence } from '../presence/presence.ts'
import { memberships, type Name, names, users } from '../tables.ts'
import { type Told, toldUser } from '../telling.ts'
import { gets, merge, present, tagsRefused, type UserDraft } from './rows.ts'

export type { UserDraft } from './rows.ts'

/** What became of one user of a batch. */
export type Made = { id: string; made: boolean; user: User } | { id: string; refused: Fault }

/** What happens with those who are there already, and with those who are not (made by default). */
export interface SaveOptions {
  existing: 'update' | 'refuse'
  missing?: 'make' | 'refuse'
  /** Taken over from elsewhere, which is told as such. */
  imported?: boolean
}

/** Users of an app. Ids are as the caller gives them; dialects check their form. */
export type Users = ReturnType<typeof openUsers>

/** Most users in one call; a dialect's own limit is never above it. */
const most = 300
/** Users written in one batch: four rows each at most, and their profiles, kept ones too, below the batch's bytes. */
const [chunk, keptChunk] = [60, 12]

/** `nudge` is called when there is a new job; `sendAway` ends the sessions of users. */
export function openUsers(ctx: Context, nudge: () => void, sendAway: Presence['sendAway']) {
  async function find(app: number, id: string): Promise<User | undefined> {
    return present(await ctx.store.get(users, [app, id]))
  }

  async function findMany(app: number, ids: readonly string[]): Promise<(User | undefined)[]> {
    const rows = await ctx.store.getMany(
      users,
      ids.map(id => [app, id]),
    )
    return rows.map(present)
  }

  /** The user; Fault('user.missing') when there is none. */
  async function get(app: number, id: string): Promise<User> {
    const user = await find(app, id)
    if (!user) throw new Fault('user.missing', `there is no user ${id}`)
    return user
  }

  /**
   * The user whom a dialect that ignores case means: the exact lower-case id, else the first made of all that fold to it.
   * Of ids that differ only in case the later ones are unknown there.
   */
  async function findFolded(app: number, id: string): Promise<User | undefined> {
    const folded = id.toLowerCase()
    const exact = await find(app, folded)
    if (exact) return exact
    const name = await ctx.store.get(names, [app, 'folded', folded])
    return name?.value.user === undefined ? undefined : find(app, name.value.user)
  }

  /** `findFolded` for many, in two round trips. */
  async function findManyFolded(app: number, ids: readonly string[]): Promise<(User | undefined)[]> {
    const folded = ids.map(id => id.toLowerCase())
    const exact = await findMany(app, folded)
    if (exact.every(Boolean)) return exact
    const owners = await ctx.store.getMany(
      names,
      folded.map(id => [app, 'folded', id]),
    )
    const others = await findMany(
      app,
      owners.map((row, i) => row?.value.user ?? (folded[i] as string)),
    )
    return exact.map((user, i) => user ?? others[i])
  }

  /**
   * Makes users, or with `existing: 'update'` writes the given fields of those that exist. One result per draft, in order;
   * 'refuse' answers Fault('user.exists') for them. Repeats inside one call count as existing.
   */
  async function save(call: Call, drafts: readonly UserDraft[], options: SaveOptions): Promise<Made[]> {
    if (drafts.length > most) throw new Fault('request.batch')
    const asked = await Promise.all(drafts.map(draft => askProfile(call, draft)))
    const parts = partsOf(asked, drafts.some(draft => draft.tags) ? keptChunk : chunk)
    const app = call.app.id
    const made: Made[] = []
    await alone(
      app,
      asked.map(draft => draft.id),
      async () => {
        for (const part of parts) made.push(...(await change(ctx, () => planSave(call, part, options))))
      },
    )
    return made
  }

  async function planSave(call: Call, drafts: readonly UserDraft[], options: SaveOptions) {
    const app = call.app.id
    const tells: Told[] = []
    const [rows, folds] = await Promise.all([
      ctx.store.getMany(
        users,
        drafts.map(draft => [app, draft.id]),
      ),
      ctx.store.getMany(
        names,
        drafts.map(draft => [app, 'folded', draft.id.toLowerCase()]),
      ),
    ])
    const free = await freeFolds(app, drafts, rows, folds)
    const now = ctx.clock()
    const steps: Step[] = []
    const results: Made[] = []
    const seen = new Map<string, User>()
    const foldsTaken = new Set<string>()
    drafts.forEach((draft, i) => {
      const { id } = draft
      const row = rows[i]
      const old = seen.get(id) ?? present(row)
      const user = merge(old, app, draft, now)
      const refused = refusal(id, old, options) ?? tagsRefused(user, draft)
      if (refused) {
        results.push({ id, refused })
        return
      }
      if (!old && row) user.since = row.value.since
      if (!seen.has(id)) steps.push(check(users, [app, id], row))
      steps.push(put(users, user))
      const folded = id.toLowerCase()
      if (!old && free[i] && !foldsTaken.has(folded)) {
        const name: Name = { app, space: 'folded', name: folded, id: 0, user: id }
        steps.push(check(names, [app, 'folded', folded], folds[i]), put(names, name))
        foldsTaken.add(folded)
      }
      seen.set(id, user)
      results.push({ id, made: !old, user })
      tells.push(toldChanged(call, user, { made: !old, ...written(draft.profile), imported: options.imported }))
    })
    return { steps, tells, done: () => results }
  }

  /** Whether each draft's folded id is nobody's, or only that of somebody who was deleted. */
  async function freeFolds(
    app: number,
    drafts: readonly UserDraft[],
    rows: readonly (Row<User> | undefined)[],
    folds: readonly (Row<Name> | undefined)[],
  ): Promise<boolean[]> {
    if (rows.every(present)) return rows.map(() => false)
    const owners = await ctx.store.getMany(
      users,
      drafts.map((draft, i) => [app, folds[i]?.value.user ?? draft.id]),
    )
    return drafts.map((draft, i) => !folds[i] || (folds[i].value.user !== draft.id && !present(owners[i])))
  }

  /** Writes fields of one user; Fault('user.missing') when there is none. */
  async function update(call: Call, id: string, fields: Omit<UserDraft, 'id'>): Promise<User> {
    const [result] = await save(call, [{ id, ...fields }], { existing: 'update', missing: 'refuse' })
    if (!result || 'refused' in result) throw result?.refused ?? new Fault('internal')
    return result.user
  }

  /** Bans or unbans. Open connections stay unless `kick`; signing in is refused while banned. */
  async function ban(call: Call, id: string, banned: boolean, kick: { now: boolean; text?: string }): Promise<void> {
    await rewrite(call.app.id, id, user => ({ ...user, banned: banned || undefined }))
    if (banned && kick.now) await sendAway(call, [id], 'banned', kick.text)
  }

  /** Voids every signature made until now and ends the user's connections. */
  async function signOut(call: Call, id: string): Promise<void> {
    await rewrite(call.app.id, id, user => ({ ...user, validFrom: Math.floor(ctx.clock() / 1000) + 1 }))
    await sendAway(call, [id], 'kicked')
  }

  /**
   * Deletes users: from now on every read says they do not exist, a job takes them out of their groups.
   * One result per id: undefined, or the Fault('user.missing').
   */
  async function remove(call: Call, ids: readonly string[]): Promise<(Fault | undefined)[]> {
    if (ids.length > most) throw new Fault('request.batch')
    const app = call.app.id
    const results = await alone(app, ids, async () => {
      const results = await change(ctx, () => planRemove(app, ids))
      await change(ctx, () => planSince(app, [...new Set(ids)]))
      return results
    })
    const gone = ids.filter((_, i) => !results[i])
    await sendAway(call, gone, 'removed')
    nudge()
    return results
  }

  async function planRemove(app: number, ids: readonly string[]) {
    const rows = await ctx.store.getMany(
      users,
      ids.map(id => [app, id]),
    )
    const now = ctx.clock()
    const steps: Step[] = []
    const results: (Fault | undefined)[] = []
    const gone = new Set<string>()
    for (const [i, id] of ids.entries()) {
      const user = gone.has(id) ? undefined : present(rows[i])
      results.push(user ? undefined : new Fault('user.missing', `there is no user ${id}`))
      if (!user) continue
      gone.add(id)
      const since = gets(now, rows[i]) + 1
      const tombstone: User = { app, id, profile: {}, created: user.created, updated: now, since, removed: true }
      steps.push(check(users, [app, id], rows[i]), put(users, tombstone))
      steps.push(...(await startJob(ctx, 'user.removal', { app, user: id })))
    }
    return { steps, done: () => results }
  }

  /**
   * What the deleted have is from before their deletion, though its time may be later: the clock was set back, or they got
   * it at the very moment. From now on they get nothing.
   */
  async function planSince(app: number, ids: readonly string[]) {
    const [rows, latest, related] = await Promise.all([
      ctx.store.getMany(
        users,
        ids.map(id => [app, id]),
      ),
      ctx.store.scanMany(
        memberships,
        ids.map(user => ({ prefix: [app, user], limit: 1, reverse: true })),
        'joined',
      ),
      lastRelations(ctx, app, ids),
    ])
    const steps = ids.flatMap((id, i): Step[] => {
      const row = rows[i]
      const since = Math.max(latest[i]?.[0]?.value.joined ?? 0, related[i] ?? 0) + 1
      if (!row?.value.removed || since <= (row.value.since ?? 0)) return []
      return [check(users, [app, id], row), put(users, { ...row.value, since })]
    })
    return { steps, done: () => undefined }
  }

  async function rewrite(app: number, id: string, edit: (user: User) => User): Promise<User> {
    const plan = async () => {
      const row = await ctx.store.get(users, [app, id])
      const user = present(row)
      if (!user) throw new Fault('user.missing', `there is no user ${id}`)
      const next = { ...edit(user), updated: ctx.clock() }
      return { steps: [check(users, [app, id], row), put(users, next)], done: () => next }
    }
    return alone(app, [id], () => change(ctx, plan))
  }

  /** One change at a time per user; ids that fold to the same count as one, for they meet at that name. */
  function alone<T>(app: number, ids: readonly string[], work: () => Promise<T>): Promise<T> {
    return ctx.queue([...new Set(ids.map(id => `user.${app}.${id.toLowerCase()}`))], work)
  }

  async function askProfile(call: Call, draft: UserDraft): Promise<UserDraft> {
    if (!draft.profile) return draft
    const asked = await ctx.hooks.ask('profile.change', call, { user: draft.id, profile: draft.profile })
    return { ...draft, profile: asked.profile }
  }

  return { find, findMany, findFolded, findManyFolded, get, save, update, ban, signOut, remove }
}

function refusal(id: string, old: User | undefined, options: SaveOptions): Fault | undefined {
  if (old && options.existing === 'refuse') return new Fault('user.exists', `user ${id} exists already`)
  if (!old && options.missing === 'refuse') return new Fault('user.missing', `there is no user ${id}`)
  return undefined
}

/** Which fields of a profile are written, and which of its named texts. */
function written(profile: Profile = {}): Pick<Changed, 'fields' | 'custom'> {
  const fields = Object.entries(profile).flatMap(([name, value]) => (value === undefined ? [] : name))
  return { fields, custom: profile.custom && Object.keys(profile.custom) }
}

type Changed = EventOf<'user.changed'>

function toldChanged(
  call: Call,
  { id: user, profile }: User,
  what: Pick<Changed, 'made' | 'fields' | 'custom' | 'imported'>,
): Told {
  return toldUser(call, user, { type: 'user.changed', user, profile, ...what })
}
