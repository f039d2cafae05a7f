import type { Row } from '../../storage/store.ts'
import type { Context } from '../context.ts'
import { type Place, type Reading, readingsAt } from '../messages/reading.ts'
import type { Group, Member, User } from '../model.ts'
import { members, users } from '../tables.ts'
import { holds } from '../users/rows.ts'
import { inForce } from './restricting.ts'
import type { Beginning, MemberDraft } from './rows.ts'
import { restrictions } from './tables.ts'

/** Somebody who is to be added, with what was read of them. */
export interface Candidate {
  draft: MemberDraft
  row: Row<Member> | undefined
  account: Row<User> | undefined
  /** Is a member already, and was not deleted since. */
  here: boolean
  /** May not come in now. */
  banned: boolean
  begin: Beginning
}

/**
 * What is known of those who are to be added, in order, and the number of the last message. With `barrier` they see
 * nothing that was said before, whatever the group's policy.
 */
export async function candidatesOf(
  ctx: Context,
  group: Group,
  drafts: readonly MemberDraft[],
  barrier?: boolean,
): Promise<{ candidates: Candidate[]; end: number }> {
  const given = drafts.filter(draft => draft.fields?.readSeq !== undefined)
  const places = [...drafts.map(({ user }) => ({ user })), ...given.map(seqOf)]
  const [old, known, bans, readings] = await Promise.all([
    ctx.store.getMany(
      members,
      drafts.map(draft => [group.id, draft.user]),
    ),
    ctx.store.getMany(
      users,
      drafts.map(draft => [group.app, draft.user]),
    ),
    ctx.store.getMany(
      restrictions,
      drafts.map(draft => [group.id, 'ban', draft.user]),
    ),
    readingsAt(ctx, group, places),
  ])
  const now = ctx.clock()
  const end = readings[0]?.readSeq ?? 0
  const hidden = barrier || !group.policy.earlier ? end : 0
  // For drafts that bring a read position: what had been counted by then.
  const read = new Map(given.map((draft, i) => [draft, readings[drafts.length + i]]))
  const candidates = drafts.map((draft, i): Candidate => {
    const [row, account] = [old[i], known[i]]
    return {
      draft: { ...draft, fields: { ...draft.fields, ...read.get(draft) } },
      row,
      account,
      here: row !== undefined && holds(account, row.value.joined),
      banned: inForce(bans[i], account, now) !== undefined,
      begin: { hidden, ...(readings[i] as Reading) },
    }
  })
  return { candidates, end }
}

const seqOf = ({ user, fields }: MemberDraft): Place => ({ user, seq: fields?.readSeq })
