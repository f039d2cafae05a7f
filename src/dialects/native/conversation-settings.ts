import { z } from 'zod'
import type { Fault } from '../../core/errors.ts'
import * as form from './forms/forms.ts'
import { operation } from './operation.ts'
import { groupView, settingsView } from './own-views.ts'
import { conv, self } from './shapes.ts'

const mark = z
  .number()
  .int()
  .min(0)
  .max(63)
  .describe('1 = favourite, 2 = unread, 3 = folded, 4 = hidden; from 32 on the app’s own')
const marks = z.array(mark).max(64).default([])
const id = z.number().int().positive().describe('a group of conversations of the caller')
const name = z.string().min(1).max(64).describe('no two groups of the caller’s have the same')
const text = z.string().max(1024).optional().describe('any text of the caller’s own; an empty one clears it')

/** Keep a conversation above the others in the list, or not. At most 100 are. */
const pin = operation({
  key: 'conversation.pin',
  request: z.object({ conv, on: z.boolean().default(true).describe('false: not any more') }),
  reply: form.settings,
  async run(core, call, { conv, on: pinned }) {
    return settingsView(await core.conversationSettings.setOne(call, self(call), conv, { pinned }))
  },
})

/** Choose how a conversation sounds: `all`, `silent` (its messages come without a sound), or `none` (no push at all). */
const notify = operation({
  key: 'conversation.notify',
  request: z.object({ conv, notify: z.enum(['all', 'silent', 'none']) }),
  reply: form.settings,
  async run(core, call, { conv, notify }) {
    return settingsView(await core.conversationSettings.setOne(call, self(call), conv, { notify }))
  },
})

/** Take a conversation out of the list until there is another message in it, or back into it. */
const hide = operation({
  key: 'conversation.hide',
  request: z.object({
    conv,
    on: z.boolean().default(true).describe('false: back into the list'),
    clear: z.boolean().default(false).describe('the caller sees nothing any more of what was said so far'),
  }),
  reply: form.settings,
  async run(core, call, { conv, on, clear }) {
    const settings = on
      ? await core.conversationSettings.unlist(call, self(call), conv, clear)
      : await core.conversationSettings.setOne(call, self(call), conv, { listed: true })
    return settingsView(settings)
  },
})

/** Put marks on a conversation and take others off it; what is left out stays. */
const markWith = operation({
  key: 'conversation.mark',
  request: z.object({
    conv,
    set: marks.describe('marks to put on it'),
    clear: marks.describe('marks to take off it'),
    label: z.string().max(256).optional().describe('any short text; an empty one clears it'),
  }),
  reply: form.settings,
  async run(core, call, { conv, ...draft }) {
    return settingsView(await core.conversationSettings.setOne(call, self(call), conv, draft))
  },
})

/** Keep what the caller began to write, for their other devices; an empty text forgets it. */
const draft = operation({
  key: 'conversation.draft',
  request: z.object({
    conv,
    text: z.string().max(4000).describe('an empty one forgets it'),
    quote: z
      .object({ id: z.number().int().positive(), hint: z.string().max(200) })
      .optional()
      .describe('the message that it answers'),
  }),
  reply: form.settings,
  async run(core, call, { conv, ...unsent }) {
    return settingsView(await core.conversationSettings.setOne(call, self(call), conv, { unsent }))
  },
})

/** Keep data of the app's own with a conversation, for the caller alone; what is left out stays. */
const keep = operation({
  key: 'conversation.keep',
  request: z.object({
    conv,
    text,
    ext: z
      .record(z.string().min(1).max(64), z.string().max(1024))
      .refine(texts => Object.keys(texts).length <= 20, { error: 'at most 20 texts' })
      .optional()
      .describe('at most 20 texts by name, replaced as a whole'),
  }),
  reply: form.settings,
  async run(core, call, { conv, ...draft }) {
    return settingsView(await core.conversationSettings.setOne(call, self(call), conv, draft))
  },
})

/** List the caller's own groups of conversations, in the order in which they were made. */
const listGroups = operation({
  key: 'conversation.groups.list',
  request: z.object({}),
  reply: z.strictObject({ groups: z.array(form.conversationGroup) }),
  async run(core, call) {
    const groups = await core.conversationGroups.list(call.app.id, self(call))
    return { groups: groups.map(groupView) }
  },
})

/** Make a group of conversations for the caller alone; at most 20. */
const createGroup = operation({
  key: 'conversation.groups.create',
  request: z.object({ name, text }),
  reply: z.strictObject({ group: form.conversationGroup }),
  async run(core, call, r) {
    return { group: groupView(await core.conversationGroups.create(call, self(call), r)) }
  },
})

/** Give a group of conversations another name or text; what is left out stays. */
const renameGroup = operation({
  key: 'conversation.groups.rename',
  request: z.object({ id, name: name.optional(), text }),
  reply: z.strictObject({ group: form.conversationGroup }),
  async run(core, call, { id, ...fields }) {
    return { group: groupView(await core.conversationGroups.update(call, self(call), id, fields)) }
  },
})

/** Remove a group of conversations; the conversations stay. */
const deleteGroup = operation({
  key: 'conversation.groups.delete',
  request: z.object({ id }),
  reply: form.nothing,
  async run(core, call, r) {
    await core.conversationGroups.remove(call, self(call), r.id)
    return {}
  },
})

const failed = z.strictObject({
  failed: z
    .array(z.strictObject({ conv: form.conv, code: z.string().describe('see [error codes](#error-codes)') }))
    .describe('those that could not be'),
})

const placed = z.object({ id, convs: z.array(conv).min(1).max(100) })

/** Put conversations into a group of the caller's; tells which could not be. A group holds 1,000. */
const addToGroup = operation({
  key: 'conversation.groups.add',
  request: placed,
  reply: failed,
  async run(core, call, { id, convs }) {
    return { failed: failures(convs, await core.conversationGroups.place(call, self(call), id, convs, true)) }
  },
})

/** Take conversations out of a group of the caller's; tells which could not be. */
const removeFromGroup = operation({
  key: 'conversation.groups.remove',
  request: placed,
  reply: failed,
  async run(core, call, { id, convs }) {
    return { failed: failures(convs, await core.conversationGroups.place(call, self(call), id, convs, false)) }
  },
})

export const conversationSettingsOperations = [
  ...[pin, notify, hide, markWith, draft, keep],
  ...[listGroups, createGroup, renameGroup, deleteGroup, addToGroup, removeFromGroup],
]

function failures(convs: readonly number[], results: readonly (Fault | undefined)[]) {
  return convs.flatMap((conv, i) => {
    const fault = results[i]
    return fault ? [{ conv, code: fault.reason }] : []
  })
}
