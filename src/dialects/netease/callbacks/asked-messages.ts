import type { MessageAsked } from '../../../core/hooks.ts'
import { clientIdOf } from '../history.ts'
import { deviceFields } from './clients.ts'
import { convTypes, familyOf, targetOf } from './families.ts'
import { groupQuestions, question } from './question.ts'
import { decideMessage } from './replies.ts'
import { kept, saidIn, saidInRoom } from './said.ts'

const route = (draft: MessageAsked) => kept(draft).env

/** What callbacks show of a message that goes to a user or a team. */
function messageFields(draft: MessageAsked, to: string) {
  return { fromAccount: draft.from, to, ...saidIn(draft), ...handles(draft) }
}

function handles(draft: MessageAsked) {
  return { msgidClient: draft.client ?? clientIdOf(draft.id), ext: kept(draft).ext }
}

/** Before a message to a user. */
const p2p = question(1, 'message.direct', {
  documented: true,
  fields: draft => messageFields(draft, draft.to),
  decide: (reply, draft) => decideMessage(reply, draft),
  route,
})

/** Before a message into a team or super team. */
const team = groupQuestions({ team: 2, superteam: 22 }, 'message.group', {
  fields: draft => messageFields(draft, String(draft.group.id)),
  decide: (reply, draft) => decideMessage(reply, draft),
  route,
})

/** Before a message into a chatroom. */
const chatroom = groupQuestions({ chatroom: 6 }, 'message.group', {
  fields: draft => ({
    roomId: String(draft.group.id),
    fromAccount: draft.from,
    ...saidInRoom(draft),
    ...handles(draft),
  }),
  decide: (reply, draft) => decideMessage(reply, draft, true),
  route,
})

/** Before a recall; messages of chatrooms are taken back without it. */
const recall = question(35, 'message.recall', {
  fires: ({ conversation }) => familyOf(conversation) !== 'chatroom',
  fields: ({ conversation, message, by }, call, core) => ({
    fromAccount: by,
    to: targetOf(conversation, message.sender),
    convType: convTypes[familyOf(conversation)],
    msgidClient: message.client ?? clientIdOf(message.id),
    msgidServer: String(message.id),
    msgTimestamp: String(message.shown),
    ...deviceFields(call, core.clock()),
  }),
  route: ({ message }) => kept(message).env,
})

/** The callbacks about messages. */
export const messageQuestions = [p2p, ...team, ...chatroom, recall]
