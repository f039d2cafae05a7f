import type { Call } from '../call.ts'
import type { Context } from '../context.ts'
import { Fault } from '../errors.ts'
import { askAbout } from './asking.ts'
import { type Changed, type ChangeOptions, changeMembers, type MemberChange } from './changing.ts'
import type { Telling } from './leaving.ts'
import { demandOperator } from './rows.ts'
import { demandBelow } from './silencing.ts'

/** What a member's card says, and their own setting. What is left out stays. */
export type MemberFields = Pick<MemberChange, 'nick' | 'level' | 'ext' | 'custom' | 'text' | 'notify'>

/** What members are in their groups. */
export function openMemberFields(ctx: Context) {
  /**
   * Changes the fields of one member. An operator changes all of their own but the level; of those below an owner or
   * manager changes all but `notify`. Fault('member.missing'), Fault('group.role').
   */
  async function update(
    call: Call,
    id: number,
    user: string,
    fields: MemberFields,
    options: Telling = {},
  ): Promise<void> {
    const own = call.operator === user
    if (!call.admin && (own ? fields.level !== undefined : fields.notify !== undefined)) throw new Fault('group.role')
    const asked = await askAbout(ctx, call, 'member.change', id, {
      by: call.operator ?? '',
      user,
      fields: { ...fields },
    })
    const wanted = { ...((asked?.fields as MemberFields | undefined) ?? fields), user }
    const { missing } = await changeMembers(ctx, call, id, [wanted], {
      ...options,
      async judge(group, targets) {
        const { by, checks } = await demandOperator(ctx, call, group, own ? 'everyone' : 'managers')
        if (by && !own) demandBelow(by, targets)
        return checks
      },
    })
    if (missing.length > 0) throw new Fault('member.missing')
  }

  /**
   * Changes many members at once in whatever is asked for each, roles and mutes among them; for the app itself, so nobody
   * is asked. Fault('caller.forbidden') for an operator.
   */
  async function updateMany(
    call: Call,
    id: number,
    asked: readonly MemberChange[],
    options: Omit<ChangeOptions, 'judge'> = {},
  ): Promise<Changed> {
    if (!call.admin) throw new Fault('caller.forbidden')
    return changeMembers(ctx, call, id, asked, options)
  }

  return { update, updateMany }
}
