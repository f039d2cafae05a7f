import { z } from 'zod'
import * as form from './forms/forms.ts'
import { operation } from './operation.ts'
import { conv, self, user } from './shapes.ts'

/** Notifications of one user in so many seconds. */
const rate = { calls: 20, seconds: 1 }

/**
 * Send a notification that means something to the app alone, in the caller's name: to a user, or to a group that the
 * caller is a member of.
 */
const send = operation({
  key: 'notification.send',
  request: z
    .object({
      to: user.optional().describe('a user'),
      conv: conv.optional().describe('a group, instead of a user'),
      body: z.string().min(1).max(4096).describe('what the app makes of it'),
      stored: z.boolean().default(true).describe('also for devices that are away'),
      ext: z.string().max(1024).optional().describe('any text of the app’s own'),
      sound: z.string().max(30).optional().describe('the file name of a sound'),
      push: z
        .object({
          title: z.string().max(128).optional(),
          text: z.string().max(500),
          payload: z.string().max(2048).optional().describe('for the app that is opened'),
        })
        .optional()
        .describe('what devices show that are away; without it nothing'),
    })
    .refine(r => (r.to === undefined) !== (r.conv === undefined), { error: 'either `to` or `conv`' })
    .describe('either `to` or `conv`'),
  reply: z.strictObject({ id: form.id }),
  async run(core, call, { to, conv, ...draft }) {
    const from = self(call)
    await core.limits.count('native', 'notification.send', `${call.app.id}/${from}`, rate)
    const { notifications } = core
    if (to !== undefined) return { id: await notifications.toUser(call, to, { from, ...draft }) }
    return { id: await notifications.toGroup(call, conv as number, { from, ...draft }) }
  },
})

export const notificationOperations = [send]
