import { z } from 'zod'
import type { Call } from '../../core/call.ts'
import type { Moved } from '../../core/conversations/resume.ts'
import type { Core } from '../../core/core.ts'
import * as form from './forms/forms.ts'
import { operation } from './operation.ts'
import { broadcastView, noteView, settingsSinceView } from './own-views.ts'
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

/** Of settings, notes and what was said to all, in one answer. */
const most = 100

const position = z.object({
  conv,
  seq: number.describe('the last message that the device has'),
  rev: number.describe('the last change that it has'),
  read: number.optional().describe('up to where it shows the conversation as read'),
  peerRead: number.optional().describe('up to where it shows that the other side of a pair has read'),
  hidden: number.optional().describe('up to where it shows nothing'),
  erased: number.optional().describe('how many of the messages that its user erased it knows of'),
  since: number.optional().describe('when the membership began, as it was told (ms)'),
})

const request = z
  .object({
    epoch: z.string().max(64).optional().describe('of the positions and numbers'),
    positions: z.array(position).max(200).describe('where the device stands, in the order of `conv`'),
    after: number.default(0).describe('the `next` of the answer before'),
    partial: z.boolean().default(false).describe('the device has more positions than these'),
    only: z.boolean().default(false).describe('only these conversations, no new ones'),
    limit: limit(100, 50).describe('messages of one conversation'),
    settings: number.optional().describe('the last number of the settings of conversations that the device has'),
    notes: number.optional().describe('the last note that it has'),
    broadcasts: number.optional().describe('the last of what was said to all users that it has'),
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
  reply: form.synced,
  async run(core, call, r) {
    const [{ moved, gone, next }, own] = await Promise.all([
      core.resume(call.app.id, self(call), r),
      ownSince(core, call, r),
    ])
    return { epoch: core.store.epoch, conversations: moved.map(movedView), gone, next, ...own }
  },
})

/** Answer with the server's time (ms): for devices that want to know whether anybody is there. */
const ping = operation({
  key: 'ping',
  request: z.object({}),
  reply: z.strictObject({ time: form.ms }),
  run: core => ({ time: core.clock() }),
})

/** What concerns the user besides conversations, as far as the device asks for it. Another epoch's numbers say nothing. */
async function ownSince(core: Core, call: Call, r: z.output<typeof request>) {
  const [app, user] = [call.app.id, self(call)]
  const other = r.epoch !== undefined && r.epoch !== core.store.epoch
  const after = (number: number) => (other ? 0 : number)
  const viewer = { user, platform: call.device?.platform ?? '' }
  const [settings, notes, broadcasts] = await Promise.all([
    r.settings === undefined ? undefined : core.conversationSettings.since(app, user, after(r.settings), most),
    r.notes === undefined ? undefined : core.notes.since(app, user, after(r.notes), most),
    r.broadcasts === undefined ? undefined : core.broadcasts.since(app, viewer, after(r.broadcasts), most),
  ])
  const begins = <T extends { reset: boolean }>(found: T) => ({ ...found, reset: found.reset || other })
  return {
    settings: settings && settingsSinceView(begins(settings)),
    notes: notes && { ...begins(notes), notes: notes.notes.map(noteView) },
    broadcasts: broadcasts && { ...begins(broadcasts), broadcasts: broadcasts.broadcasts.map(broadcastView) },
  }
}

export const syncOperations = [sync, ping]

function movedView({ standing, reset, messages, changes, erased, seq, rev, more }: Moved) {
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
    erased,
    seq,
    rev,
    more,
  }
}
