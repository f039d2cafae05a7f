import { z } from 'zod'
import { conv, id, ms, number, user } from './plain.ts'

const file = {
  url: z.string().optional(),
  uuid: z.string().optional().describe('a name of the bytes, usually their MD5'),
  name: z.string().optional(),
  format: z.string().optional().describe('extension or format, such as jpg'),
  size: z.number().optional().describe('bytes'),
}

const area = { width: z.number().optional().describe('pixels'), height: z.number().optional().describe('pixels') }

const duration = z.number().optional().describe('ms')

/** What a message shows, part by part. Users say all of them but notices, which are the server's own. */
export const shownPart = z
  .discriminatedUnion('type', [
    z.strictObject({ type: z.literal('text'), text: z.string() }),
    z.strictObject({
      type: z.literal('image'),
      ...file,
      ...area,
      variants: z
        .array(z.strictObject({ ...file, ...area, kind: z.enum(['large', 'thumb']) }))
        .optional()
        .describe('the same picture in other sizes'),
    }),
    z.strictObject({ type: z.literal('audio'), ...file, duration }),
    z.strictObject({
      type: z.literal('video'),
      ...file,
      ...area,
      duration,
      cover: z
        .strictObject({ ...file, ...area })
        .optional()
        .describe('a picture of it'),
    }),
    z.strictObject({ type: z.literal('file'), ...file }),
    z.strictObject({
      type: z.literal('location'),
      title: z.string(),
      latitude: z.number().describe('degrees'),
      longitude: z.number().describe('degrees'),
    }),
    z.strictObject({
      type: z.literal('face'),
      index: z.number().optional().describe('of a sticker in its set'),
      data: z.string().optional().describe('its name'),
    }),
    z.strictObject({
      type: z.literal('custom'),
      data: z.string().describe('the app’s own'),
      description: z.string().optional().describe('a line for people'),
      ext: z.string().optional(),
      sound: z.string().optional().describe('the file name of a sound'),
    }),
    z.strictObject({ type: z.literal('tip'), text: z.string().describe('a line between the messages') }),
    z.strictObject({
      type: z.literal('link'),
      url: z.string(),
      title: z.string().optional(),
      text: z.string().optional(),
    }),
    z.strictObject({
      type: z.literal('merged'),
      title: z.string(),
      summary: z.array(z.string()).describe('lines that tell what is inside'),
      fallback: z.string().optional().describe('for devices that do not know bundles'),
      messages: z
        .array(
          z.strictObject({
            sender: user,
            time: ms,
            get parts(): z.ZodArray<z.ZodType<unknown>> {
              return z.array(shownPart)
            },
          }),
        )
        .describe('messages forwarded together'),
    }),
    z.strictObject({
      type: z.literal('notice'),
      what: z
        .enum([
          ...['created', 'joined', 'invited', 'accepted', 'left', 'kicked', 'changed', 'owner'],
          ...['manager.set', 'manager.unset', 'muted', 'unmuted', 'dismissed'],
        ] as const)
        .describe('what happened to the group'),
      by: user.describe('whose doing it is; empty for the server’s'),
      users: z.array(user).optional().describe('to whom'),
      changes: z.record(z.string(), z.unknown()).optional().describe('the fields that are different now'),
      text: z.string().optional().describe('told with it'),
      ext: z.string().optional().describe('the app’s own data for devices'),
    }),
  ])
  .meta({ id: 'ShownPart', description: 'A part of a message as it is shown.' })

const byAndWhen = { by: user, at: ms }

const recalled = z
  .strictObject({ ...byAndWhen, reason: z.string().optional(), text: z.string().optional().describe('to be shown') })
  .optional()

const mentions = z
  .strictObject({ all: z.boolean().optional().describe('everybody in the group'), users: z.array(user) })
  .optional()
  .describe('whom it means')

const edited = z
  .strictObject({ ...byAndWhen, times: number.describe('how often') })
  .optional()
  .describe('by whom and when its content was changed last')

/** What readers put beside a message in one way. */
export const reaction = z
  .strictObject({
    kind: z.string().describe('an emoji, or a name of the app’s own'),
    count: number.describe('how many users'),
    users: z.array(user).describe('the first five'),
  })
  .meta({ id: 'Reaction', description: 'What readers put beside a message in one way.' })

const pinned = z.strictObject(byAndWhen).optional().describe('by whom and when it was pinned')

/** A message that a message answers. */
const quote = z
  .strictObject({ id: id.describe('of the message that it answers'), hint: z.string().describe('some words of it') })
  .optional()

/** A message as devices get it. */
export const message = z
  .strictObject({
    conv,
    seq: number.describe('its place in the conversation; 0 = passing: shown now or never'),
    id,
    sender: user.describe('empty for the server'),
    to: user.optional().describe('the other user, in a conversation of two'),
    time: ms,
    parts: z.array(shownPart).optional().describe('absent once it was recalled'),
    recalled: recalled.describe('by whom and when it was recalled'),
    client: z.string().optional().describe('the sender’s own id for it'),
    counted: z.boolean().describe('whether it raises the unread number'),
    mentions,
    receipt: z.boolean().optional().describe('it takes receipts'),
    quote,
    priority: z.enum(['high', 'normal', 'low', 'lowest']).optional().describe('in live rooms'),
    edited,
    reactions: z.array(reaction).optional(),
    pinned,
  })
  .meta({ id: 'Message', description: 'A message.' })

/** In place of a message that the user does not see. */
export const blankMessage = z
  .strictObject({ conv, seq: number.describe('its place in the conversation'), blank: z.literal(true) })
  .meta({ id: 'BlankMessage', description: 'In place of a message that this user does not see.' })

/** What happened to a conversation besides new messages. */
export const change = z
  .strictObject({
    conv,
    rev: number.describe('its place among the changes; 0 = passing'),
    time: ms,
    what: z
      .enum(['recall', 'withdraw', 'edit', 'reaction', 'pin', 'extend', 'member', 'settings', 'notice', 'dismiss'])
      .describe('`withdraw`: the message is shown no more'),
    seq: number.optional().describe('the message it concerns'),
    by: user.describe('whose doing it is; empty for the server’s'),
    users: z.array(user).optional().describe('the members it concerns'),
    recalled: recalled.describe('for `recall`, and for `edit` of a message that was recalled since'),
    parts: z.array(shownPart).optional().describe('for `edit`: what it says now'),
    mentions: mentions.describe('for `edit`: whom it means now'),
    edited: edited.describe('for `edit`: by whom and when'),
    reactions: z.array(reaction).optional().describe('for `reaction`: all of them; absent = none is left'),
    pinned: pinned.describe('for `pin`; absent = it is pinned no more'),
    detail: z.record(z.string(), z.unknown()).optional().describe('what else there is to know, by what it is'),
  })
  .meta({ id: 'Change', description: 'Something that happened to a conversation besides new messages.' })

/** In place of a change that the user does not see. */
export const blankChange = z
  .strictObject({ conv, rev: number.describe('its place among the changes'), blank: z.literal(true) })
  .meta({ id: 'BlankChange', description: 'In place of a change to something that this user does not see.' })

/** How many have read a message that asked for receipts. */
export const receipt = z
  .strictObject({
    seq: number.describe('the message'),
    read: number.describe('how many have read it'),
    unread: number.describe('how many of those in the conversation now have not, besides the sender'),
  })
  .meta({ id: 'Receipt', description: 'How many have read a message that asked for receipts.' })

/** What became of a message that was sent. */
export const sent = z
  .strictObject({
    conv,
    seq: number.describe('its place in the conversation; 0 = it was passing'),
    id,
    time: ms,
    repeated: z.boolean().describe('an earlier attempt had arrived'),
  })
  .meta({ id: 'Sent', description: 'What became of a message that was sent.' })

const role = z.enum(['owner', 'manager', 'member']).optional().describe('the user’s, in a group')

/** A conversation as its member sees it. */
export const conversation = z
  .strictObject({
    conv,
    type: z.enum(['direct', 'group']),
    peer: user.optional().describe('the other user of a direct conversation'),
    alias: z.string().optional().describe('a group’s public id'),
    kind: z.string().optional().describe('a group’s kind'),
    role,
    name: z.string().optional(),
    avatar: z.string().optional(),
    since: ms.describe('when the user came in (ms)'),
    seq: number.describe('the last message'),
    rev: number.describe('the last change'),
    read: number.describe('the last message that the user has read'),
    peerRead: number.optional().describe('how far the other user of two has read, unless the app hides it'),
    hidden: number.describe('nothing up to this message is shown any more'),
    erased: number.describe('how many messages the user erased for themselves'),
    unread: number,
    notify: z.enum(['all', 'silent', 'none']).optional().describe('how it sounds; absent = `all`'),
  })
  .meta({
    id: 'Conversation',
    description: 'A conversation of the user, with where it ends and how far they have read.',
  })
