import type { EventOf } from '../../../core/events.ts'
import { writeJson } from '../../../lib/json.ts'
import { clientIdOf } from '../history.ts'
import { clientTypeOf } from './clients.ts'
import { type Around, copy } from './copy.ts'
import { type Family, familyOf, targetOf } from './families.ts'

type Recalled = EventOf<'message.recalled'>

interface Detail {
  ext?: string
  native?: { netease?: { env?: string } }
}

const detailOf = ({ change }: Recalled) => (change.detail ?? {}) as Detail

/** A recall, of which server-side callers may say more than devices. */
function recalledFields(event: Recalled, { news }: Around) {
  const { message, change, conversation, original } = event
  return {
    clientId: original.client ?? clientIdOf(original.id),
    deleteTime: String(change.time),
    from: original.sender,
    fromClientType: clientTypeOf(news),
    msgId: String(original.id),
    selfMsg: message.recalled?.reason,
    sendTime: String(original.shown),
    to: targetOf(conversation, original.sender),
  }
}

function recalls(eventType: string, family: Family) {
  return copy(eventType, 'message.recalled', {
    fires: ({ conversation }) => familyOf(conversation) === family,
    fields: (event, around) => ({
      ...recalledFields(event, around),
      ...(family === 'superteam' ? {} : { attach: detailOf(event).ext }),
    }),
    route: event => detailOf(event).native?.netease?.env,
  })
}

/** The other side's message has been read; devices say so, for everything up to it. */
const receipt = copy('30', 'read', {
  fires: ({ conversation }, { origin }) => conversation.type === 'direct' && origin.via === 'client',
  async fields({ conv, seq, user, conversation, last }, { core, news, at }) {
    const [read] = last ? [last] : await core.history.bySeqs(conv, [seq])
    const receipt = {
      fromAccount: user,
      toAccount: targetOf(conversation, user),
      clientType: clientTypeOf(news),
      msgidClient: read && (read.client ?? clientIdOf(read.id)),
      timestamp: String(at),
    }
    return { objects: writeJson([receipt]) }
  },
})

/** The copies of what happens to messages afterwards. */
export const recallCopies = [recalls('7', 'person'), recalls('8', 'team'), recalls('25', 'superteam'), receipt]
