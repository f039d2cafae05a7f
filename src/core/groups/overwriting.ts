import { check, put, type Row, type Step } from '../../storage/store.ts'
import type { Call } from '../call.ts'
import { toldRead } from '../messages/unread.ts'
import type { Group, Member } from '../model.ts'
import { members } from '../tables.ts'
import type { Told } from '../telling.ts'
import { type Done, differs, shown } from './changed.ts'
import { rankOf } from './rights.ts'
import type { MemberDraft } from './rows.ts'

/** What is to be done and told when somebody who is in already is added again; nothing where all is as it was. */
export interface Overwriting {
  steps: Step[]
  done: Done
  tells: Told[]
  /** Becomes a manager. */
  raised: boolean
}

/** Writes a draft over a member: role, fields and read position. The owner stays it, and nobody else becomes it. */
export function overwriteMember(call: Call, group: Group, row: Row<Member>, draft: MemberDraft): Overwriting {
  const old = row.value
  const next = overwritten(group, old, draft)
  const fields = shown.filter(field => differs(field, old, next))
  const reads = next.readSeq > old.readSeq
  const written = fields.length > 0 || reads
  const { user } = old
  return {
    steps: written ? [check(members, [group.id, user], row), put(members, next)] : [],
    done: { user, member: next, fields, notify: undefined, written },
    raised: next.rank === 1 && old.rank !== 1,
    tells: reads ? [toldRead(call, group, next)] : [],
  }
}

function overwritten(group: Group, old: Member, draft: MemberDraft): Member {
  const role = draft.role === 'owner' && draft.user !== group.owner ? 'member' : draft.role
  const rank = draft.user === group.owner ? 0 : role ? rankOf(role) : old.rank
  // Read positions only move forward.
  const { readSeq, readCounted, readSent } = old
  const kept = (draft.fields?.readSeq ?? 0) < readSeq ? { readSeq, readCounted, readSent } : {}
  return { ...old, ...draft.fields, ...kept, rank }
}
