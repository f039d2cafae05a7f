import { z } from 'zod'

const conv = z.int().describe('the conversation')
const user = z.string()
const number = z.int().min(0)
const ms = z.int().describe('ms')
const texts = z.record(z.string(), z.string())
const frameId = z.union([z.number(), z.string()]).describe('the `id` of the frame that it answers')

/** Why something was refused. */
const refusal = z
  .strictObject({
    code: z.union([z.string(), z.number()]).describe('see [error codes](#error-codes)'),
    text: z.string().describe('for developers'),
    own: z
      .strictObject({ dialect: z.string(), code: z.union([z.string(), z.number()]) })
      .optional()
      .describe('the code that the app’s own back end gave, as that dialect’s webhooks have it'),
  })
  .meta({ id: 'Refusal', description: 'Why something was refused.' })

/** What the gateway tells in its own words, by the type of the frame. */
const plain = {
  welcome: z
    .strictObject({
      id: frameId,
      user,
      session: z.string().describe('this connection'),
      epoch: z.string().describe('positions are good within one epoch'),
      time: ms.describe('the server’s (ms)'),
      heartbeat: z.int().describe('how long the server waits before it asks for a sign of life (ms)'),
      notes: number.describe('the last number of the user’s notes'),
      settings: number.describe('the last number of the user’s settings'),
      broadcasts: number.describe('the last number of what was said to all'),
    })
    .describe('The device is signed in.'),
  reply: z
    .strictObject({
      id: frameId,
      ok: z.unknown().optional().describe('what the operation answers; absent when it was refused'),
      err: refusal.optional(),
    })
    .describe('The answer to an operation: either `ok` or `err`.'),
  membership: z
    .strictObject({ conv, here: z.boolean().describe('false: forget it') })
    .describe('A conversation came into the user’s list, or left it.'),
  read: z
    .strictObject({
      conv,
      user: user.describe('oneself on some device, or the other one of two'),
      seq: number.describe('up to here'),
    })
    .describe('A user read messages.'),
  receipts: z
    .strictObject({
      conv,
      receipts: z.array(
        z.strictObject({
          seq: number.describe('the message'),
          read: number.describe('how many have read it'),
          unread: number.describe('how many have not'),
          users: z.array(user).describe('who sent one just now'),
        }),
      ),
    })
    .describe('Others sent receipts for the user’s own messages.'),
  erased: z
    .strictObject({
      conv,
      seqs: z.array(number).describe('the messages'),
      erased: number.describe('how many the user erased in all so far'),
    })
    .describe('The user erased messages for themselves on some device.'),
  cleared: z
    .strictObject({ conv, seq: number.describe('up to here') })
    .describe('The user took everything up to a message out of their own view.'),
  typing: z
    .strictObject({ conv, user, on: z.boolean().describe('false: stopped') })
    .describe('Somebody writes something, or stopped; passing.'),
  profile: z
    .strictObject({ user, fields: z.array(z.string()).describe('those that were written') })
    .describe('The user’s own profile was written.'),
  room: z
    .strictObject({
      conv,
      here: z.boolean(),
      why: z.enum(['left', 'kicked', 'banned', 'dismissed']).optional().describe('how it ended'),
    })
    .describe('This device is in a live room, or not any more.'),
  entered: z
    .strictObject({
      conv,
      user,
      role: z.string().describe('`owner`, `manager`, `member`, `guest`, `anonymous`, or `limited`: may not speak'),
      anonymous: z.literal(true).optional().describe('the app does not know them'),
      tags: z.array(z.string()),
      ext: z.string().optional().describe('their words'),
    })
    .describe('Somebody came into a live room; passing.'),
  left: z
    .strictObject({
      conv,
      user,
      how: z
        .enum(['left', 'lost', 'kicked'])
        .describe('by their own wish, by the end of their connection, or sent out'),
    })
    .describe('Somebody left a live room; passing.'),
  described: z
    .strictObject({
      conv,
      user,
      nick: z.string().optional(),
      avatar: z.string().optional(),
      ext: texts.optional().describe('texts by name'),
      text: z.string().optional(),
      tags: z.array(z.string()),
      marks: z.array(z.string()).optional().describe('the app’s'),
    })
    .describe('What somebody in a live room shows of themselves, and their marks, all of it as it is now; passing.'),
  online: z
    .strictObject({ conv, online: number.describe('how many accounts') })
    .describe('How many are in a live room; passing.'),
  queue: z
    .strictObject({
      conv,
      what: z.enum(['init', 'add', 'update', 'delete', 'poll', 'drop', 'batch']),
      owner: user.optional().describe('whose elements they are'),
      elements: texts.describe('values by key'),
      keys: z.array(z.string()).describe('those that are gone'),
    })
    .describe('The queue of a live room changed.'),
  attributes: z
    .strictObject({
      conv,
      what: z.enum(['set', 'modify', 'delete', 'clear']),
      attributes: texts.describe('values by name'),
      number: number.optional().describe('of the change; after a gap read them again'),
    })
    .describe('The attributes of a group or live room changed.'),
  kicked: z
    .strictObject({
      why: z.enum(['kicked', 'banned', 'removed', 'replaced']),
      by: z.string().optional().describe('the platform that took the place'),
      text: z.string().optional().describe('for the user'),
    })
    .describe('This device has to go; the socket closes next.'),
}

/** The forms in which a dialect shows what happened. */
export interface ShownForms {
  message: z.ZodType
  change: z.ZodType
  note: z.ZodType
  settings: z.ZodType
  group: z.ZodType
  broadcast: z.ZodType
  presence: z.ZodType
  event: z.ZodType
}

/**
 * The forms of all frames to devices by their type, without the type itself. Frames are made to fit them by their types, and
 * are never checked on their way out.
 */
export function frameForms(shown: ShownForms) {
  const blank = z
    .strictObject({ number: number.describe('its number among all that was said'), blank: z.literal(true) })
    .meta({ id: 'BlankBroadcast', description: 'In place of a broadcast that is not for this user.' })
  return {
    ...plain,
    message: shown.message,
    change: shown.change,
    note: shown.note,
    conversation: shown.settings,
    conversationGroups: z
      .strictObject({ number: number.describe('of the change'), groups: z.array(shown.group).describe('all of them') })
      .describe('The user’s groups of conversations, as they are now.'),
    broadcast: z.union([shown.broadcast, blank]),
    presence: shown.presence,
    event: shown.event,
  }
}

type Plain = typeof plain
type Shown = Exclude<keyof ReturnType<typeof frameForms>, keyof Plain>

/** A frame to a device. What a dialect shows is typed where it is made. */
export type Told =
  | { [T in keyof Plain]: { type: T } & z.input<Plain[T]> }[keyof Plain]
  | { type: Shown; [field: string]: unknown }
