import type { EventOf } from '../core/events.ts'
import { type Frame, frame } from './frames.ts'

/**
 * What those inside a live room are told of it besides messages. Comings, goings, what somebody shows and numbers may be
 * left out for a slow device; what the room keeps, its queue and attributes, may not.
 */
export function roomFrame(
  event: EventOf<
    'room.entered' | 'room.left' | 'room.described' | 'room.counted' | 'queue.changed' | 'group.attributes'
  >,
): Frame {
  switch (event.type) {
    case 'room.entered': {
      const { room, user, role, anonymous, tags, ext } = event
      const told = { conv: room.id, user, role, anonymous: anonymous || undefined, tags, ext }
      return frame({ type: 'entered', ...told }, true)
    }
    case 'room.left':
      return frame({ type: 'left', conv: event.room.id, user: event.user, how: event.how }, true)
    case 'room.described': {
      const { conv, user, nick, avatar, ext, text, tags, marks } = event.member
      return frame({ type: 'described', conv, user, nick, avatar, ext, text, tags, marks }, true)
    }
    case 'room.counted':
      return frame({ type: 'online', conv: event.conv, online: event.online }, true)
    case 'queue.changed': {
      const { room, what, owner, elements, keys } = event
      return frame({ type: 'queue', conv: room.id, what, owner, elements, keys })
    }
    case 'group.attributes': {
      const { group, what, attributes, number } = event
      return frame({ type: 'attributes', conv: group.id, what, attributes, number })
    }
  }
}
