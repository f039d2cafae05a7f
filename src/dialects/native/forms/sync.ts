import { z } from 'zod'
import { blankChange, blankMessage, change, conversation, message } from './messages.ts'
import { broadcast, conversationGroup, note, settings } from './own.ts'
import { conv, number } from './plain.ts'

const since = {
  reset: z.boolean().describe('the number was of another epoch or never given: this is everything'),
  number: number.describe('whoever takes this stands here'),
  more: z.boolean().describe('ask again from `number`'),
}

/** What became of one conversation since a device's position. */
const moved = z
  .strictObject({
    conversation,
    reset: z.boolean().describe('drop what you have of it: `messages` are its newest page'),
    messages: z.array(z.union([message, blankMessage])).describe('in order'),
    changes: z.array(z.union([change, blankChange])).describe('in order, to be taken after the messages'),
    erased: z.array(number).optional().describe('messages that the user erased since: drop them'),
    seq: number.describe('you then stand here'),
    rev: number.describe('and here'),
    more: z.boolean().describe('ask again with `only`'),
  })
  .meta({ id: 'Moved', description: 'What became of one conversation since the position.' })

/** What `sync` answers. */
export const synced = z.strictObject({
  epoch: z.string().describe('positions are good within one epoch'),
  conversations: z.array(moved).describe('those that moved'),
  gone: z.array(conv).describe('conversations to forget'),
  next: conv.optional().describe('ask again with `after: next`; with `only`, with the positions above it'),
  settings: z
    .strictObject({
      settings: z.array(settings).describe('as they are now, in the order of their changes'),
      groups: z.array(conversationGroup).optional().describe('all groups; absent when none of them changed'),
      ...since,
    })
    .optional()
    .describe('if it was asked for'),
  notes: z
    .strictObject({ notes: z.array(note), ...since })
    .optional()
    .describe('if it was asked for'),
  broadcasts: z
    .strictObject({ broadcasts: z.array(broadcast), ...since })
    .optional()
    .describe('if it was asked for'),
})
