import type { EventOf } from '../../../core/events.ts'
import { told } from '../../callbacks.ts'
import { keyOf, textOf } from '../handles.ts'
import { contentFields, otherOf } from './message-fields.ts'

const types = { text: 'Text', image: 'Image', audio: 'Audio', video: 'Video' }
const suggestions = { block: 'Block', review: 'Review', normal: 'Normal' }

/** A content check is done. */
const resultNotify = told({
  id: 'ContentCallback.ResultNotify',
  event: 'content.checked',
  body: (_core, _news, event) => ({
    Scene: event.scene,
    From_Account: event.from,
    ...contactField(event),
    ContentType: types[event.kind],
    ...(event.kind === 'text' ? { TextContent: event.texts } : { FileURL: event.url ?? '' }),
    ...messageFields(event),
    CtxcbResult: event.blocked ? 1 : 0,
    CtxcbRequestId: event.request,
    CtxcbKeywords: event.keywords,
    CtxcbSuggestion: suggestions[event.suggestion],
    CtxcbLabel: event.label,
  }),
})

/** Where the checked message went; profiles and the like went nowhere. */
function contactField({ conversation, from }: EventOf<'content.checked'>) {
  if (!conversation) return {}
  const item =
    conversation.type === 'direct'
      ? { Type: 1, To_Account: otherOf(conversation, from) }
      : { Type: 2, ToGroupId: conversation.alias }
  return { ContactItem: item }
}

function messageFields({ message, conversation }: EventOf<'content.checked'>) {
  if (!message) return {}
  const MsgID = conversation?.type === 'direct' ? textOf(keyOf(message)) : String(message.seq)
  return { MsgID, CloudCustomData: contentFields(message).CloudCustomData }
}

/** The command about content checks of `webhooks.json`. */
export const audit = { asked: [], told: [resultNotify] }
