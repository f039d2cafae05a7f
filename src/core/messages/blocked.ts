import type { Row } from '../../storage/store.ts'
import type { Call } from '../call.ts'
import type { Context } from '../context.ts'
import { blockKey } from '../friends/blocking.ts'
import type { Relation } from '../friends/model.ts'
import { relations } from '../friends/tables.ts'
import type { MessageDraft } from './draft.ts'

/** The row that says whether a receiver blocks a draft's sender; not read when that does not matter to the call. */
export async function readBlock(
  ctx: Context,
  call: Call,
  to: string,
  draft: MessageDraft,
  inbox: number,
): Promise<Row<Relation> | undefined> {
  // Server APIs pass over blocklists unless they say otherwise; devices never do.
  const matters = draft.checks?.blocks ?? call.origin.via === 'client'
  return matters ? ctx.store.get(relations, blockKey(call.app.id, inbox, to, draft.from)) : undefined
}
