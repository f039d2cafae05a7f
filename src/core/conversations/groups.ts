import { check, put, type Row, type Step } from '../../storage/store.ts'
import type { Call } from '../call.ts'
import { type Context, change, type Plan } from '../context.ts'
import { Fault } from '../errors.ts'
import type { Told } from '../telling.ts'
import { gets } from '../users/rows.ts'
import type { OwnGroup, OwnGroups } from './model.ts'
import { type Place, placesOf } from './own-places.ts'
import { demandOwn, groupsOf, ownKey, writeGroups, writeSettings } from './own-rows.ts'
import type { Positions } from './positions.ts'
import type { SettingsReading } from './settings-reading.ts'
import { ownGroups } from './tables.ts'

/** How many a user may have, and how many conversations one may hold. */
export interface OwnGroupLimits {
  groups: number
  conversations: number
}

/** Limits where the caller brings none. */
const usual: OwnGroupLimits = { groups: 20, conversations: 1000 }

/** Conversations put in or taken out in one batch: with the longest texts they fit it. */
const chunk = 40

/** Groups of conversations that users make for themselves. */
export function openConversationGroups(ctx: Context, positions: Positions, reading: SettingsReading) {
  /** All groups of a user, in the order in which they were made. */
  async function list(app: number, user: string): Promise<OwnGroup[]> {
    return (await groupsOf(ctx, app, user)).held?.groups ?? []
  }

  /** Makes a group. Fault: 'conversation.group.taken' for a name the user has, 'conversation.group.limit'. */
  async function create(
    call: Call,
    user: string,
    draft: Pick<OwnGroup, 'name' | 'text'>,
    limits: Partial<OwnGroupLimits> = {},
  ): Promise<OwnGroup> {
    const most = limits.groups ?? usual.groups
    return write(call, user, (groups, last, now) => {
      if (groups.length >= most) throw new Fault('conversation.group.limit')
      demandFree(groups, draft.name)
      const made: OwnGroup = { id: last + 1, name: draft.name, ...textOf(draft.text), made: now, updated: now, size: 0 }
      return { groups: [...groups, made], result: made }
    })
  }

  /** Gives a group another name or text. Fault: 'conversation.group.missing', 'conversation.group.taken'. */
  async function update(
    call: Call,
    user: string,
    id: number,
    { name, text }: Partial<Pick<OwnGroup, 'name' | 'text'>>,
  ): Promise<OwnGroup> {
    return write(call, user, (groups, _last, now) => {
      const old = demandGroup(groups, id)
      const { text: oldText, ...rest } = old
      const next = { ...rest, name: name ?? old.name, ...textOf(text ?? oldText) }
      if (next.name === old.name && (next.text ?? '') === (oldText ?? '')) return { groups, result: old }
      if (next.name !== old.name) demandFree(groups, next.name)
      const result = { ...next, updated: now }
      return { groups: groups.map(group => (group.id === id ? result : group)), result }
    })
  }

  /** Removes a group; its conversations stay. Fault 'conversation.group.missing'. */
  async function remove(call: Call, user: string, id: number): Promise<OwnGroup> {
    return write(call, user, groups => {
      const result = demandGroup(groups, id)
      return { groups: groups.filter(group => group.id !== id), result }
    })
  }

  /** Writes all groups of a user, and tells their devices. What `plan` gives back untouched is not written. */
  async function write<T>(
    call: Call,
    user: string,
    plan: (groups: readonly OwnGroup[], last: number, now: number) => { groups: readonly OwnGroup[]; result: T },
  ): Promise<T> {
    demandOwn(call, user)
    const app = call.app.id
    return ctx.queue(ownKey(app, user), () =>
      change(ctx, async () => {
        const { row, known, held } = await groupsOf(ctx, app, user)
        if (known?.value.removed) throw new Fault('user.missing')
        const now = gets(ctx.clock(), known)
        const old = held ?? { app, user, since: now, changed: 0, last: row?.value.last ?? 0, groups: [] }
        const { groups, result } = plan(old.groups, old.last, now)
        if (groups === old.groups) return { steps: [], done: () => result }
        const last = Math.max(old.last, ...groups.map(group => group.id))
        const steps: Step[] = []
        const told = writeGroups(call, row, { ...old, last, groups: [...groups] }, steps)
        return { steps, tells: [told], done: () => result }
      }),
    )
  }

  /**
   * Puts conversations of the user into a group or takes them out, one result each, in order: undefined when it is so
   * now. Fault as a result: 'conversation.missing', 'conversation.group.full'. Throws 'conversation.group.missing'.
   */
  async function place(
    call: Call,
    user: string,
    id: number,
    convs: readonly number[],
    inside: boolean,
    limits: Partial<OwnGroupLimits> = {},
  ): Promise<(Fault | undefined)[]> {
    demandOwn(call, user)
    const app = call.app.id
    demandGroup(await list(app, user), id)
    const most = limits.conversations ?? usual.conversations
    const results: (Fault | undefined)[] = []
    for (let at = 0; at < convs.length; at += chunk) {
      const part = convs.slice(at, at + chunk)
      const plan = () => planPlace(call, user, id, part, inside ? most : undefined)
      results.push(...(await ctx.queue(ownKey(app, user), () => change(ctx, plan))))
    }
    return results
  }

  async function planPlace(
    call: Call,
    user: string,
    id: number,
    convs: readonly number[],
    most: number | undefined,
  ): Promise<Plan<(Fault | undefined)[]>> {
    const app = call.app.id
    const [{ row, held }, places] = await Promise.all([groupsOf(ctx, app, user), placesOf(ctx, app, user, convs)])
    const living = held?.groups ?? []
    const group = demandGroup(living, id)
    const moving = [...places].filter(([, { held }]) => (held.groups ?? []).includes(id) !== (most !== undefined))
    // Conversations that ended since are still in the size: only a group that seems full is counted.
    const full = most !== undefined && group.size + moving.length > most
    const size = full ? ((await conversationsIn(app, user)).get(id)?.length ?? 0) : group.size
    const fit = most === undefined ? moving : moving.slice(0, Math.max(0, most - size))
    const delta = most === undefined ? -fit.length : fit.length
    const steps = fit.length > 0 ? sizeSteps(row, held, { ...group, size: Math.max(0, size + delta) }) : []
    const now = ctx.clock()
    const tells = fit.map(([, placed]) => moved(call, placed, id, most !== undefined, living, now, steps))
    const left = new Set(moving.slice(fit.length).map(([conv]) => conv))
    const result = convs.map(conv => {
      if (!places.has(conv)) return new Fault('conversation.missing')
      return left.has(conv) ? new Fault('conversation.group.full') : undefined
    })
    return { steps, tells, done: () => result }
  }

  /** The conversations in each of a user's groups, by the group's id. */
  async function conversationsIn(app: number, user: string): Promise<Map<number, number[]>> {
    const all = await positions.all(app, user)
    const settings = await reading.all(app, user, new Map(all.map(({ conv, joined }) => [conv, joined])))
    const found = new Map<number, number[]>()
    for (const { conv, groups = [] } of settings.values())
      for (const id of groups) found.set(id, [...(found.get(id) ?? []), conv])
    return found
  }

  return { list, create, update, remove, place, conversationsIn }
}

function demandGroup(groups: readonly OwnGroup[], id: number): OwnGroup {
  const found = groups.find(group => group.id === id)
  if (!found) throw new Fault('conversation.group.missing')
  return found
}

function demandFree(groups: readonly OwnGroup[], name: string): void {
  if (groups.some(group => group.name === name)) throw new Fault('conversation.group.taken')
}

/** Also keeps the group from being removed meanwhile. Devices know its conversations, so nobody is told of the size. */
function sizeSteps(row: Row<OwnGroups> | undefined, held: OwnGroups | undefined, group: OwnGroup): Step[] {
  if (!held) return []
  const groups = held.groups.map(each => (each.id === group.id ? group : each))
  return [check(ownGroups, [held.app, held.user], row), put(ownGroups, { ...held, groups })]
}

function textOf(text: string | undefined): Pick<OwnGroup, 'text'> {
  return text ? { text } : {}
}

/** Writes in which groups a conversation stands; those that are no more go on this occasion. */
function moved(
  call: Call,
  { member, row, held }: Place,
  id: number,
  inside: boolean,
  living: readonly OwnGroup[],
  now: number,
  steps: Step[],
): Told {
  const { groups = [], ...rest } = held
  const others = groups.filter(other => other !== id && living.some(group => group.id === other))
  const next = inside ? [...others, id].sort((one, other) => one - other) : others
  const settings = { ...rest, ...(next.length > 0 ? { groups: next } : {}), updated: now }
  return writeSettings(call, row, settings, member.value.notify, steps)
}
