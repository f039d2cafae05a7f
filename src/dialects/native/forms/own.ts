import { z } from 'zod'
import { conversation, message, shownPart } from './messages.ts'
import { conv, id, ms, number, texts, user } from './plain.ts'

/** What a user set of a conversation for themselves. */
export const settings = z
  .strictObject({
    conv,
    since: ms.describe('when the membership began in which it was set (ms)'),
    number: number.describe('of the change, among all changes of the user’s settings'),
    pinned: ms.optional().describe('since when it stands above the others (ms)'),
    unlisted: number.optional().describe('not in the list until there is a message after this number'),
    notify: z.enum(['all', 'silent', 'none']).optional().describe('how it sounds'),
    marks: z.array(z.int()).optional().describe('from 0 to 63, rising'),
    favourite: ms.optional().describe('since when it has mark 1 (ms)'),
    label: z.string().optional(),
    draft: z
      .strictObject({
        text: z.string(),
        at: ms.describe('when it was written (ms)'),
        quote: z.strictObject({ id, hint: z.string() }).optional().describe('the message it answers'),
      })
      .optional()
      .describe('what the user began to write'),
    ext: texts.optional().describe('texts by name'),
    text: z.string().optional(),
    groups: z.array(z.int()).optional().describe('the user’s own groups of conversations in which it stands'),
  })
  .meta({ id: 'Settings', description: 'What a user set of a conversation for themselves; what is absent is not set.' })

/** A conversation as lists have it. */
export const listedConversation = conversation
  .extend({
    last: message.optional().describe('the newest message that the user sees'),
    settings: settings.optional(),
  })
  .meta({
    id: 'ListedConversation',
    description: 'A [Conversation](#conversation) as lists have it, with its newest message and the settings.',
  })

/** A group of conversations of a user's own. */
export const conversationGroup = z
  .strictObject({ id, name: z.string(), text: z.string().optional(), made: ms, updated: ms })
  .meta({ id: 'ConversationGroup', description: 'A group of conversations that the user made for themselves.' })

/** Something that concerns one user only. */
export const note = z
  .strictObject({
    number: number.describe('its number among the user’s notes; 0 = passing'),
    time: ms,
    kind: z.string().describe('what it is about'),
    from: user.describe('whose doing it is; empty for the server’s'),
    data: z.record(z.string(), z.unknown()).describe('by kind'),
  })
  .meta({ id: 'Note', description: 'Something that concerns this user only.' })

/** Something that was said to all users of the app. */
export const broadcast = z
  .strictObject({
    number: number.describe('its number among all that was said'),
    time: ms,
    from: user.describe('empty for the server'),
    parts: z.array(shownPart),
    expires: ms.optional().describe('until when devices that come later get it (ms); absent = only who is connected'),
  })
  .meta({ id: 'Broadcast', description: 'Something that was said to all users of the app.' })
