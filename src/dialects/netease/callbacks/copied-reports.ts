import type { EventOf } from '../../../core/events.ts'
import type { Conversation, Message } from '../../../core/model.ts'
import { writeJson } from '../../../lib/json.ts'
import { clientIdOf } from '../history.ts'
import { yidunRes } from './copied-messages.ts'
import { copy } from './copy.ts'
import { familyOf, targetOf } from './families.ts'

/** Copies of services outside of messaging, by the name of their report. `assumed`: the catalogue has no fields. */
const services: { eventType: string; of: string; assumed?: boolean; fields(reported: Reported): object }[] = [
  { eventType: '5', of: 'call.duration', assumed: true, fields: asTexts },
  { eventType: '6', of: 'call.recording', assumed: true, fields: each => ({ fileinfo: writeJson([each]) }) },
  { eventType: '10', of: 'phone.ended', fields: each => ({ callback: writeJson(each) }) },
  { eventType: '11', of: 'sms.delivered', fields: each => ({ objects: each.objects ?? [each] }) },
  { eventType: '12', of: 'sms.received', fields: each => ({ objects: writeJson(each.objects ?? [each]) }) },
  { eventType: '13', of: 'call.presence', assumed: true, fields: asTexts },
  { eventType: '36', of: 'upload', fields: ({ type = '1', ...uploadInfo }) => ({ type: String(type), uploadInfo }) },
]

type Reported = Record<string, unknown>

/** Every value a text, lists and objects as JSON. */
function asTexts(fields: Reported): object {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [name, typeof value === 'string' ? value : writeJson(value)]),
  )
}

const reports = services.map(({ eventType, of, assumed, fields }) =>
  copy(eventType, 'report', {
    assumed,
    fires: event => event.of === of,
    fields: event => fields(event.fields),
  }),
)

const families = { person: 'P2P', team: 'TEAM', superteam: 'SUPERTEAM', chatroom: 'CHATROOM' } as const
const media = { image: 'PICTURE', audio: 'AUDIO', video: 'VIDEO', text: 'TEXT' } as const

type Checked = EventOf<'content.checked'>

/** What a check of a picture, a recording or a film found, which comes after the message. */
const checked = copy('20', 'content.checked', {
  fires: ({ kind, message, conversation }) => kind !== 'text' && message !== undefined && conversation !== undefined,
  fields: event => ({ objects: writeJson([checkFields(event, event.message as Message)]) }),
})

function checkFields({ conversation, kind, url, blocked, ...check }: Checked, message: Message) {
  const where = conversation as Conversation
  return {
    audioUrl: url,
    serverMsgId: String(message.id),
    clientMsgId: message.client ?? clientIdOf(message.id),
    antispam: String(blocked),
    yidunRes: writeJson(yidunRes(check)),
    type: `${families[familyOf(where)]}_MSG_${media[kind]}`,
    from: message.sender,
    to: targetOf(where, message.sender),
  }
}

const signals: Record<EventOf<'signal'>['what'], string> = {
  created: 'CREATE_ROOM',
  closed: 'CLOSE_ROOM',
  left: 'LEAVE_ROOM',
  joined: 'JOIN_ROOM',
  invited: 'INVITE',
  cancelled: 'CANCEL_INVITE',
  accepted: 'ACCEPT',
  rejected: 'REJECT',
  control: 'CTRL',
}

const signal = copy('31', 'signal', {
  fields: ({ what, channel, name, created, creator, from, to, ext, attach, stored, uid, request, push }, { at }) => ({
    type: signals[what],
    channelId: channel,
    channelName: name,
    createTime: String(created),
    creator,
    ext,
    from,
    to,
    timestamp: String(at),
    attachExt: attach,
    isSave: String(stored),
    uid: uid === undefined ? undefined : String(uid),
    requestId: request,
    needPush: String(push !== undefined),
    pushTitle: push?.title,
    pushContent: push?.text,
    pushPayload: push?.payload,
    needBadge: push && String(push.badge),
  }),
})

/** The copies of checks, signalling and the services outside of messaging. */
export const reportCopies = [...reports, checked, signal]
