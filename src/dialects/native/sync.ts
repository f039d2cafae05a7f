import { z } from 'zod'
import type { Moved } from '../../core/conversations/resume.ts'
import { resource } from '../dialect.ts'
import {
  blankChange,
  blankMessage,
  changeView,
  conv,
  conversationView,
  limit,
  messageView,
  number,
  self,
} from './shapes.ts'

const operation = resource()

const position = z.object({ conv, seq: number, rev: number, read: number.optional(), since: number.optional() })

const request = z
  .object({
    epoch: z.string().max(64).optional(),
    positions: z.array(position).max(200),
    after: number.default(0),
    partial: z.boolean().default(false),
    only: z.boolean().default(false),
    limit: limit(100, 50),
  })
  .refine(r => r.positions.every((each, i) => each.conv > (r.positions[i - 1]?.conv ?? r.after)), {
    error: 'positions stand in the order of their conversations, after `after`',
    path: ['positions'],
  })

/**
 * Tell what a device missed since its positions: messages and changes of the conversations that moved, the whole newest
 * page of those it must begin anew, and which are gone. `next`, if there, is where to go on from.
 */
const sync = operation({
  key: 'sync',
  request,
  async run(core, call, r) {
    const { moved, gone, next } = await core.resume(call.app.id, self(call), r)
    return { epoch: core.store.epoch, conversations: moved.map(movedView), gone, next }
  },
})

/** Answer with the server's time (ms): for devices that want to know whether anybody is there. */
const ping = operation({
  key: 'ping',
  request: z.object({}),
  run: core => ({ time: core.clock() }),
})

export const syncOperations = [sync, ping]

function movedView({ standing, reset, messages, changes, seq, rev, more }: Moved) {
  const { conversation } = standing
  return {
    conversation: conversationView(standing),
    reset,
    messages: messages.map(seen =>
      seen.blank ? blankMessage(conversation.id, seen.number) : messageView(seen.row, conversation),
    ),
    changes: changes.map(seen =>
      seen.blank ? blankChange({ conv: conversation.id, rev: seen.number }) : changeView(seen.row),
    ),
    seq,
    rev,
    more,
  }
}
