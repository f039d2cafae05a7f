import { z } from 'zod'
import { resource } from '../dialect.ts'
import { markAction, marks } from './live.ts'
import { ownId, twin, twinUser } from './shapes.ts'

const operation = resource()

/** GetConversationMarks: the marks of a live group itself, in the order in which they were given. */
export const getConversationMarks = operation({
  key: 'GetConversationMarks',
  request: z.object({ ConversationShortId: ownId }),
  async run(core, call, r) {
    return { MarkTypes: await core.rooms.marksOf(call, r.ConversationShortId) }
  },
})

/** MarkConversation: gives a live group marks, or takes them from it; what is so already stays so. */
export const markConversation = operation({
  key: 'MarkConversation',
  request: z.object({ ConversationShortId: ownId, MarkTypes: marks, MarkAction: markAction, ...twin('Operator') }),
  async run(core, call, r) {
    const operator = twinUser('Operator', r.Operator, r.OperatorStr)
    const name = r.MarkAction === 2 ? 'remove' : 'add'
    await core.rooms.mark({ ...call, operator }, r.ConversationShortId, { [name]: r.MarkTypes })
  },
})

export const markOperations = [getConversationMarks, markConversation]
