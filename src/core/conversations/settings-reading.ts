import type { Context } from '../context.ts'
import { Fault } from '../errors.ts'
import { memberOf } from '../groups/rows.ts'
import type { Conversation, Member } from '../model.ts'
import { members, memberships } from '../tables.ts'
import { conversationsHere } from './here.ts'
import type { OwnGroup, OwnSettings, ShownSettings } from './model.ts'
import { groupsOf, lastNumber, settingsHeld, settingsRows } from './own-rows.ts'
import { ownSettings } from './tables.ts'

/** What of a user's settings changed after a number. */
export interface SettingsSince {
  /** The number was never given: whoever has it drops all settings and begins with these. */
  reset: boolean
  settings: ShownSettings[]
  /** All groups of the user, when one was made, named otherwise or removed since, or when there are none. */
  groups?: OwnGroup[]
  /** Whoever takes this stands at this number. */
  number: number
  /** There are more: ask again from there. */
  more: boolean
}

/** One conversation as its user sees it. */
export interface OwnSide {
  conversation: Conversation
  member: Member
  /** Undefined where nothing was ever set. */
  settings: ShownSettings | undefined
}

export type SettingsReading = ReturnType<typeof openSettingsReading>

/** Reading what users set of their conversations. Ids of groups that are no more never show. */
export function openSettingsReading(ctx: Context) {
  /** The last number among the changes of a user's settings; 0 before the first. */
  async function last(app: number, user: string): Promise<number> {
    return lastNumber(ctx, app, user)
  }

  /** What a user set of conversations that they are in, in order; undefined where nothing was ever set. */
  async function of(app: number, user: string, sides: readonly Pick<Member, 'conv' | 'joined' | 'notify'>[]) {
    const [rows, { held: own }] = await Promise.all([
      settingsRows(
        ctx,
        app,
        user,
        sides.map(side => side.conv),
      ),
      groupsOf(ctx, app, user),
    ])
    const living = idsOf(own?.groups)
    return sides.map(({ joined, notify }, i): ShownSettings | undefined => {
      const held = settingsHeld(rows[i], joined)
      return held && { ...shown(held, living), notify }
    })
  }

  /**
   * One conversation of a user, their side of it, and what they set. Fault: 'conversation.missing'; 'member.missing' for
   * who is not in it.
   */
  async function one(app: number, user: string, conv: number): Promise<OwnSide> {
    const [conversation] = await conversationsHere(ctx, app, [conv])
    if (!conversation) throw new Fault('conversation.missing', `there is no conversation ${conv}`)
    const member = await memberOf(ctx, conversation, user)
    if (!member) throw new Fault('member.missing')
    const [settings] = await of(app, user, [member])
    return { conversation, member, settings }
  }

  /** All that a user set in memberships that go on, by conversation. */
  async function all(
    app: number,
    user: string,
    joined: ReadonlyMap<number, number>,
  ): Promise<Map<number, OwnSettings>> {
    const living = idsOf((await groupsOf(ctx, app, user)).held?.groups)
    const found = new Map<number, OwnSettings>()
    for (let from = 0, more = true; more; ) {
      const rows = await ctx.store.scan(ownSettings, { prefix: [app, user], from: [from], limit: 1000 })
      for (const { value } of rows)
        if (value.since === joined.get(value.conv)) found.set(value.conv, shown(value, living))
      more = rows.length === 1000
      from = (rows.at(-1)?.value.conv ?? 0) + 1
    }
    return found
  }

  /**
   * What changed after a number, in the order of the changes, each conversation once and as it is now: a device that
   * takes it shows what one that heard of every change shows. At most `limit` conversations.
   */
  async function since(app: number, user: string, after: number, limit: number): Promise<SettingsSince> {
    // The number first: what happens meanwhile is told again, and never missed.
    const end = await last(app, user)
    const reset = after > end
    const from = reset ? 0 : after
    const [rows, { held: own }] = await Promise.all([
      ctx.store.scan(ownSettings, { prefix: [app, user], from: [from + 1], limit }, 'changed'),
      groupsOf(ctx, app, user),
    ])
    const convs = rows.map(row => row.value.conv)
    const [mine, sides] = await Promise.all([
      ctx.store.getMany(
        memberships,
        convs.map(conv => [app, user, conv]),
      ),
      ctx.store.getMany(
        members,
        convs.map(conv => [conv, user]),
      ),
    ])
    const living = idsOf(own?.groups)
    const settings = rows.flatMap((row, i): ShownSettings[] => {
      const held = settingsHeld(row, mine[i]?.value.joined ?? -1)
      return held ? [{ ...shown(held, living), notify: sides[i]?.value.notify }] : []
    })
    const more = rows.length === limit
    const reached = rows.at(-1)?.value.changed ?? from
    const number = more ? reached : Math.max(reached, end)
    // Who has no groups may have had some under the same id before.
    const groups = own && own.changed <= from ? undefined : (own?.groups ?? [])
    return { reset, settings, groups, number, more }
  }

  return { last, of, one, all, since }
}

function idsOf(groups: readonly OwnGroup[] = []): Set<number> {
  return new Set(groups.map(group => group.id))
}

function shown(settings: OwnSettings, living: ReadonlySet<number>): OwnSettings {
  if (!settings.groups) return settings
  const { groups, ...rest } = settings
  const left = groups.filter(id => living.has(id))
  return left.length > 0 ? { ...rest, groups: left } : rest
}
