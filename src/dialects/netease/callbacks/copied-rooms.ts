import type { EventOf } from '../../../core/events.ts'
import { writeJson } from '../../../lib/json.ts'
import { clientTypeOf } from './clients.ts'
import { type Around, copy } from './copy.ts'

const roles: Record<string, string> = {
  member: '0',
  owner: '1',
  manager: '2',
  guest: '3',
  anonymous: '4',
  limited: '-1',
}

/** A user in a chatroom, and from where. */
function presenceFields(event: EventOf<'room.entered' | 'room.left'>, what: string, { news, at }: Around) {
  return {
    roomId: String(event.room.id),
    event: what,
    accid: event.user,
    clientIp: news.address,
    clientType: clientTypeOf({ ...news, origin: { ...news.origin, via: 'client' } }),
    code: '200',
    sdkVersion: news.device?.sdk,
    timestamp: String(at),
    roleType: roles[event.role] ?? roles.guest,
  }
}

const entered = copy('9', 'room.entered', {
  fields: (event, around) => ({
    ...presenceFields(event, 'IN', around),
    ...(event.anonymous ? { anonymous: 'true', roleType: roles.anonymous } : {}),
    tags: event.tags.length > 0 ? writeJson(event.tags) : undefined,
    notifyTargetTags: event.notify,
    ext: event.ext,
  }),
})

const reasons = { left: 'EXIT', lost: 'OFFLINE', kicked: 'KICK' } as const

const left = copy('9', 'room.left', {
  // Who is put on the blacklist goes without a copy.
  fires: ({ banned }) => !banned,
  fields: (event, around) => ({
    ...presenceFields(event, event.how === 'kicked' ? 'KICK' : 'OUT', around),
    logOutReason: reasons[event.how],
  }),
})

const queueEvents = { init: '1', add: '2', update: '3', delete: '4', poll: '5', drop: '8', batch: '9' } as const

const queue = copy('14', 'queue.changed', {
  fields: ({ room, what, owner, elements, keys, passing }, { news, at }) => ({
    roomid: String(room.id),
    qEvent: queueEvents[what],
    fromWebApi: news.origin.via === 'client' ? undefined : 'true',
    operator: news.operator,
    belongTo: owner,
    elements: Object.keys(elements).length > 0 ? writeJson(elements) : undefined,
    keys: keys.length > 0 ? writeJson(keys) : undefined,
    transient: passing ? 'true' : undefined,
    operationTime: at,
  }),
})

/** The copies of what happens in chatrooms besides messages. */
export const roomCopies = [entered, left, queue]
