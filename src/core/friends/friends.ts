import type { Context } from '../context.ts'
import { openAdding } from './adding.ts'
import { openAnswering } from './answering.ts'
import { openBlocking } from './blocking.ts'
import { openFriendLists } from './lists.ts'
import { openReading } from './reading.ts'
import { openRemoving } from './removing.ts'
import { openUpdating } from './updating.ts'

export type { Befriended, BefriendOptions, FriendDraft } from './adding.ts'
export type { Answered, AnswerOptions, FriendAnswer } from './answering.ts'
export type { BlockDraft, BlockList, BlockOptions } from './blocking.ts'
export type { Known, PageOptions, Place, Sequences } from './reading.ts'
export type { UnfriendOptions } from './removing.ts'
export type { Limits as RelationLimits, Scope } from './rows.ts'
export type { FriendUpdate } from './updating.ts'

export type Friends = ReturnType<typeof openFriends>

/** What users are to each other: friends, requests to become friends, friend lists, and who does not want to hear from whom. */
export function openFriends(ctx: Context) {
  return {
    ...openReading(ctx),
    ...openAdding(ctx),
    ...openAnswering(ctx),
    ...openUpdating(ctx),
    ...openRemoving(ctx),
    lists: openFriendLists(ctx),
    blocks: openBlocking(ctx),
  }
}
