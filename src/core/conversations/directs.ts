import { partsOf } from '../../lib/parts.ts'
import { check, put, type Row, type Step } from '../../storage/store.ts'
import type { Call } from '../call.ts'
import { type Context, change } from '../context.ts'
import { Fault } from '../errors.ts'
import type { Conversation, Direct, Group, User } from '../model.ts'
import { conversations, memberships, type Name, names, users } from '../tables.ts'
import { type Told, toldUser } from '../telling.ts'
import { demandUsers, gets, holds, present } from '../users/rows.ts'
import { conversationsHere } from './here.ts'
import { openSteps, pairHeld, pairName, pairOf } from './pairs.ts'

export { pairOf, sideOf } from './pairs.ts'

/** What callers may keep with a direct conversation. */
export type DirectFields = Partial<Pick<Direct, 'name' | 'avatar' | 'description' | 'notice' | 'ext'>>

/** Conversations made in one batch: nine steps each. */
const pairChunk = 100

export type Directs = ReturnType<typeof openDirects>

/** Conversations of two users, and reading conversations of both types. */
export function openDirects(ctx: Context) {
  /** The conversation's id of two users; undefined before their first message. */
  async function find(app: number, one: string, other: string, inbox = 0): Promise<number | undefined> {
    const [name, pair] = await Promise.all([named(app, one, other, inbox), rowsOf(app, [one, other])])
    return pairHeld(name, pair)
  }

  /** The row of a pair's name, which may stand for a conversation that ended with the deletion of a user: see `pairHeld`. */
  async function named(app: number, one: string, other: string, inbox = 0): Promise<Row<Name> | undefined> {
    return ctx.store.get(names, [app, 'pair', pairName(one, other, inbox)])
  }

  async function rowsOf(app: number, ids: readonly string[]): Promise<(Row<User> | undefined)[]> {
    return ctx.store.getMany(
      users,
      ids.map(id => [app, id]),
    )
  }

  /**
   * The conversation of two users, made when there is none yet. `key` keeps several apart for one pair. With
   * `strangers: false` both must be users of the app: Fault('user.missing').
   */
  async function open(
    call: Call,
    one: string,
    other: string,
    options: { inbox?: number; key?: string; fields?: DirectFields; strangers?: boolean } = {},
  ): Promise<Opened> {
    const inbox = options.inbox ?? 0
    const name = options.key === undefined ? pairName(one, other, inbox) : `${inbox}/${options.key}`
    const space = options.key === undefined ? 'pair' : 'idempotent'
    const id = await ctx.ids()
    return ctx.queue(`${space}.${call.app.id}.${name}`, () =>
      change<Opened>(ctx, async () => {
        const [row, pair] = await Promise.all([
          ctx.store.get(names, [call.app.id, space, name]),
          rowsOf(call.app.id, [one, other]),
        ])
        const old = row && (await getMany(call.app.id, [row.value.id]))[0]
        if (old && old.type !== 'direct') throw new Fault('conversation.kind')
        if (old) return { steps: [], done: () => ({ direct: old, exists: true }) }
        if (options.strangers === false) demandUsers(pair, [one, other])
        const direct = newDirect(call, id, one, other, inbox, options.fields, gets(ctx.clock(), ...pair))
        const steps = openSteps(direct, { space, name }, row, pair)
        return { steps, tells: toldOpened(call, direct), done: () => ({ direct, exists: false }) }
      }),
    )
  }

  /**
   * The ids of one user's conversations with others, in order; those that are missing are made, many in one batch.
   * Undefined for who is no user of the app, Fault('user.missing') when the one is none; with `strangers` nobody has to be.
   */
  async function openMany(
    call: Call,
    one: string,
    others: readonly string[],
    options: { inbox?: number; strangers?: boolean } = {},
  ): Promise<(number | undefined)[]> {
    const wanted = [...new Set(others)]
    const parts = partsOf(wanted, pairChunk)
    const opened = await Promise.all(parts.map(part => openChunk(call, one, part, options)))
    const ids = new Map(opened.flat())
    return others.map(other => ids.get(other))
  }

  async function openChunk(
    call: Call,
    one: string,
    others: string[],
    { inbox = 0, strangers = false }: { inbox?: number; strangers?: boolean },
  ) {
    const fresh = await Promise.all(others.map(() => ctx.ids()))
    return change(ctx, async () => {
      const keys = others.map(other => [call.app.id, 'pair', pairName(one, other, inbox)])
      const [rows, [mine, ...theirs]] = await Promise.all([
        ctx.store.getMany(names, keys),
        rowsOf(call.app.id, [one, ...others]),
      ])
      if (!strangers) demandUsers([mine], [one])
      const now = ctx.clock()
      const tells: Told[] = []
      const steps: Step[] = []
      const ids = others.map((other, i): [string, number | undefined] => {
        if (!strangers && !present(theirs[i])) return [other, undefined]
        const old = pairHeld(rows[i], [mine, theirs[i]])
        if (old !== undefined) return [other, old]
        const direct = newDirect(call, fresh[i] as number, one, other, inbox, undefined, gets(now, mine, theirs[i]))
        tells.push(...toldOpened(call, direct))
        const name = pairName(one, other, inbox)
        steps.push(...openSteps(direct, { space: 'pair', name }, rows[i], [mine, theirs[i]]))
        return [other, direct.id]
      })
      return { steps, tells, done: () => ids }
    })
  }

  /** A conversation of either type; Fault('conversation.missing'), also for a dismissed group. */
  async function get(app: number, id: number): Promise<Direct | Group> {
    const [found] = await getMany(app, [id])
    if (!found) throw new Fault('conversation.missing', `there is no conversation ${id}`)
    return found
  }

  /** Conversations of either type, in order; undefined for those that are not there. */
  async function getMany(app: number, ids: readonly number[]): Promise<(Conversation | undefined)[]> {
    return conversationsHere(ctx, app, ids)
  }

  /** What an idempotency key has made: a conversation of either type that is still there. */
  async function keyed(app: number, key: string, inbox = 0): Promise<Conversation | undefined> {
    const name = await ctx.store.get(names, [app, 'idempotent', `${inbox}/${key}`])
    return name && (await getMany(app, [name.value.id]))[0]
  }

  /** Writes fields of a direct conversation. */
  async function update(app: number, id: number, fields: DirectFields): Promise<Direct> {
    const plan = async () => {
      const row = await ctx.store.get(conversations, [id])
      const old = row?.value
      if (old?.type !== 'direct' || old.app !== app) throw new Fault('conversation.missing')
      const next: Direct = { ...old, ...fields, updated: ctx.clock(), revision: old.revision + 1 }
      return { steps: [check(conversations, [id], row), put(conversations, next)], done: () => next }
    }
    return ctx.queue(`direct.${id}`, () => change(ctx, plan))
  }

  /**
   * A user's conversations of both types by the time they came into the list, oldest first; groups that are gone are
   * left out, so a page can be shorter than its limit. `after` is the last of the page before.
   */
  async function list(
    app: number,
    user: string,
    options: { after?: { joined: number; conv: number }; limit: number },
  ): Promise<{ conversations: Conversation[]; next?: { joined: number; conv: number } }> {
    const from = options.after && [options.after.joined, options.after.conv + 1]
    const [page, [mine]] = await Promise.all([
      ctx.store.scan(memberships, { prefix: [app, user], from, limit: options.limit }, 'joined'),
      rowsOf(app, [user]),
    ])
    const found = await getMany(
      app,
      page.filter(row => holds(mine, row.value.joined)).map(row => row.value.conv),
    )
    const last = page.at(-1)?.value
    return {
      conversations: found.filter(conversation => conversation !== undefined),
      next: page.length === options.limit && last ? { joined: last.joined, conv: last.conv } : undefined,
    }
  }

  return { find, named, open, openMany, get, getMany, keyed, update, list }
}

function newDirect(
  call: Call,
  id: number,
  one: string,
  other: string,
  inbox: number,
  fields: DirectFields | undefined,
  now: number,
): Direct {
  return {
    type: 'direct',
    id,
    app: call.app.id,
    ...pairOf(one, other),
    ...fields,
    creator: one,
    created: now,
    updated: now,
    revision: 1,
    inbox,
  }
}

interface Opened {
  direct: Direct
  exists: boolean
}

/** A conversation of two appeared in both lists. */
function toldOpened(call: Call, { a, b, id: conv }: Direct): Told[] {
  return [...new Set([a, b])].map(user =>
    toldUser(call, user, { type: 'membership', user, conv, here: true, kind: 'direct' }),
  )
}
