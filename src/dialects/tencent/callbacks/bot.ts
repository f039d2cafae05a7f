import type { Group } from '../../../core/model.ts'
import { told } from '../../callbacks.ts'
import { keyOf } from '../handles.ts'
import { isBot, operatorOf } from './accounts.ts'
import { sentFields } from './c2c.ts'
import { contentFields, groupFields, isDirect, otherOf, topicField } from './message-fields.ts'

/** Somebody wrote to a bot. */
const onC2CMessage = told({
  id: 'Bot.OnC2CMessage',
  event: 'message.sent',
  fires: (_news, { conversation, message, quiet }) =>
    !quiet && isDirect(conversation) && isBot(otherOf(conversation, message.sender)),
  body: sentFields,
})

/** Somebody mentioned bots in a group. */
const onGroupMessage = told({
  id: 'Bot.OnGroupMessage',
  event: 'message.sent',
  fires: (_news, { conversation, message, quiet }) =>
    !quiet && conversation.type === 'group' && message.mentions?.users.some(isBot) === true,
  body(_core, news, { message, conversation, topic }, { at }) {
    return {
      ...groupFields(conversation as Group, message, operatorOf(news)),
      MsgSeq: message.seq,
      MsgTime: keyOf(message).MsgTime,
      ...contentFields(message),
      AtRobotAccount: message.mentions?.users.filter(isBot),
      ...topicField(topic),
      EventTime: at,
    }
  },
})

/** The commands for bots of `webhooks.json`. */
export const bot = { asked: [], told: [onC2CMessage, onGroupMessage] }
