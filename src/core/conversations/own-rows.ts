import { add, check, put, type Row, ref, type Step } from '../../storage/store.ts'
import type { Call } from '../call.ts'
import type { Context } from '../context.ts'
import { Fault } from '../errors.ts'
import type { Member } from '../model.ts'
import { users } from '../tables.ts'
import { type Told, toldUser } from '../telling.ts'
import { holds } from '../users/rows.ts'
import type { Notify, OwnGroups, OwnSettings } from './model.ts'
import { ownGroups, ownSettings, settingsNumber } from './tables.ts'

/** In the keyed queue: changes of one user's settings wait for each other. */
export function ownKey(app: number, user: string): string {
  return `own.${app}.${user}`
}

/** End users set only what is theirs: Fault('caller.forbidden'). */
export function demandOwn(call: Call, user: string): void {
  if (!call.admin && call.operator !== user) throw new Fault('caller.forbidden')
}

/** The rows of settings as they are stored, of whatever membership, in order. */
export function settingsRows(ctx: Context, app: number, user: string, convs: readonly number[]) {
  return ctx.store.getMany(
    ownSettings,
    convs.map(conv => [app, user, conv]),
  )
}

/** What holds of a stored row in the membership that began at a time (ms). */
export function settingsHeld(row: Row<OwnSettings> | undefined, joined: number): OwnSettings | undefined {
  return row?.value.since === joined ? row.value : undefined
}

/** The last number among the changes of a user's settings. */
export async function lastNumber(ctx: Context, app: number, user: string): Promise<number> {
  return (await ctx.store.get(settingsNumber, [app, user]))?.value.n ?? 0
}

/** The row of a user's groups, and what holds of it: those of somebody who was deleted since are void. */
export async function groupsOf(ctx: Context, app: number, user: string) {
  const [row, known] = await Promise.all([ctx.store.get(ownGroups, [app, user]), ctx.store.get(users, [app, user])])
  const held: OwnGroups | undefined = row && holds(known, row.value.since) ? row.value : undefined
  return { row, known, held }
}

/** Writes settings over the row as it was read, with the next number, and tells the user's devices. */
export function writeSettings(
  call: Call,
  row: Row<OwnSettings> | undefined,
  next: OwnSettings,
  notify: Notify | undefined,
  steps: Step[],
): Told {
  const { app, user, conv } = next
  steps.push(check(ownSettings, [app, user, conv], row))
  const at = steps.length
  steps.push(add(settingsNumber, [app, user], 1), put(ownSettings, { ...next, changed: ref(at).sum }))
  return { ...toldUser(call, user, { type: 'conversation.settings', user, settings: { ...next, notify } }), at }
}

/** Where nothing is set, in the membership that began at a time (ms). */
export function nothingSet(app: number, user: string, conv: number, since: number): OwnSettings {
  return { app, user, conv, since, changed: 0, updated: 0 }
}

/** Tells the devices of members whose sound a batch changes, also those that are away. */
export async function soundChanged(
  ctx: Context,
  call: Call,
  changed: readonly Member[],
  steps: Step[],
): Promise<Told[]> {
  const rows = await ctx.store.getMany(
    ownSettings,
    changed.map(({ app, user, conv }) => [app, user, conv]),
  )
  return changed.map(({ app, user, conv, joined, notify }, i) => {
    const held = settingsHeld(rows[i], joined) ?? nothingSet(app, user, conv, joined)
    return writeSettings(call, rows[i], { ...held, updated: ctx.clock() }, notify, steps)
  })
}

/** The same for a user's groups. */
export function writeGroups(call: Call, row: Row<OwnGroups> | undefined, next: OwnGroups, steps: Step[]): Told {
  const { app, user } = next
  steps.push(check(ownGroups, [app, user], row))
  const at = steps.length
  steps.push(add(settingsNumber, [app, user], 1), put(ownGroups, { ...next, changed: ref(at).sum }))
  return { ...toldUser(call, user, { type: 'conversation.groups', user, groups: next }), at }
}
