import { append, type Step } from '../../storage/store.ts'
import type { Call } from '../call.ts'
import type { Context } from '../context.ts'
import { soundChanged } from '../conversations/own-rows.ts'
import type { Group, Member } from '../model.ts'
import { changes } from '../tables.ts'
import { type Told, toldConversation, unnumbered } from '../telling.ts'
import type { Telling } from './leaving.ts'
import { tip } from './tips.ts'

/** What others see of a member that can change, in the order in which it is told. */
export const shown = ['role', 'mutedUntil', 'nick', 'level', 'ext', 'custom', 'text'] as const

/** One of these. */
export type Field = (typeof shown)[number]

/** Whether a field of a member is another one now. */
export function differs(field: Field, old: Member, next: Member): boolean {
  if (field === 'role') return old.rank !== next.rank
  return JSON.stringify(old[field]) !== JSON.stringify(next[field])
}

/** What became of one who was to be changed. */
export interface Done {
  user: string
  /** As they are now; undefined for whom is no member. */
  member: Member | undefined
  fields: Field[]
  /** Their own setting, when it was changed. */
  notify: Member['notify']
  written: boolean
}

/** One change in the log for all who are changed alike, one event each, and tips of roles and mutes. */
export async function tellChanged(
  ctx: Context,
  call: Call,
  group: Group,
  done: readonly Done[],
  steps: Step[],
  options: Telling,
): Promise<Told[]> {
  const tells: Told[] = []
  const alike = new Map<string, Done[]>()
  for (const each of done) {
    if (each.fields.length === 0) continue
    const detail = JSON.stringify(detailOf(each))
    const same = alike.get(detail)
    if (same) same.push(each)
    else alike.set(detail, [each])
  }
  const events: { each: Done; told: (tipped: boolean) => Told }[] = []
  for (const [detail, same] of alike) {
    const at = steps.length
    const record = {
      what: 'member' as const,
      by: call.operator ?? '',
      users: same.map(each => each.user),
      detail: JSON.parse(detail) as Record<string, unknown>,
    }
    steps.push(append(changes, [group.id], record))
    const change = unnumbered(group.id, record)
    for (const [i, each] of same.entries()) {
      const told = (tipped: boolean): Told => {
        const member = each.member as Member
        const event = { type: 'member.changed' as const, group, member, change, fields: each.fields, tipped }
        // Devices need the change once; webhooks are told of each member.
        return i === 0 ? toldConversation(call, group, event, at) : { call, subjects: [], event, at }
      }
      events.push({ each, told })
    }
  }
  const tips = options.quiet ? [] : await tipsOf(ctx, call, group, done, steps, options)
  for (const { each, told } of events)
    tells.push(told(tips.length > 0 && (each.fields.includes('role') || each.fields.includes('mutedUntil'))))
  tells.push(...tips)
  const sounding = done.flatMap(({ member, notify }) => (member && notify ? [member] : []))
  tells.push(...(await soundChanged(ctx, call, sounding, steps)))
  return tells
}

function detailOf({ member, fields }: Done): Record<string, unknown> {
  const values = fields.map(field => {
    if (field === 'role') return [field, member?.rank === 1 ? 'manager' : 'member']
    return [field, field === 'mutedUntil' ? (member?.mutedUntil ?? 0) : (member?.[field] ?? '')]
  })
  return { member: Object.fromEntries(values) }
}

async function tipsOf(
  ctx: Context,
  call: Call,
  group: Group,
  done: readonly Done[],
  steps: Step[],
  { text, ext }: Telling,
): Promise<Told[]> {
  const having = (field: 'role' | 'mutedUntil', fits: (member: Member) => boolean) =>
    done.filter(each => each.member && each.fields.includes(field) && fits(each.member)).map(each => each.user)
  const said = [
    { what: 'manager.set' as const, users: having('role', member => member.rank === 1) },
    { what: 'manager.unset' as const, users: having('role', member => member.rank !== 1) },
    { what: 'muted' as const, users: having('mutedUntil', member => member.mutedUntil !== undefined) },
    { what: 'unmuted' as const, users: having('mutedUntil', member => member.mutedUntil === undefined) },
  ]
  const tells: Told[] = []
  for (const { what, users } of said)
    if (users.length > 0)
      tells.push(...(await tip(ctx, call, group, { what, by: call.operator ?? '', users, text, ext }, steps)))
  return tells
}
