import { Fault } from '../../core/errors.ts'
import type { Dialect } from '../dialect.ts'
import { claim, signIn } from './auth.ts'
import { blockOperations } from './blocks.ts'
import { conversationOperations } from './conversation.ts'
import { conversationSettingsOperations } from './conversation-settings.ts'
import { errors } from './errors.ts'
import { eventOperations, eventView } from './events.ts'
import { fileOperations } from './files.ts'
import { friendOperations } from './friends.ts'
import { groupMemberOperations } from './group-members.ts'
import { groupOperations } from './groups.ts'
import { messageOperations } from './message.ts'
import { messageActionOperations } from './message-actions.ts'
import { messageExtensionOperations } from './message-extensions.ts'
import { notificationOperations } from './notification.ts'
import { broadcastView, groupView, noteView, settingsView } from './own-views.ts'
import { peopleOperations } from './people.ts'
import { presenceOperations, presenceView } from './presence.ts'
import { roomThingOperations } from './room-things.ts'
import { roomOperations } from './rooms.ts'
import { blankChange, blankMessage, changeView, messageView } from './shapes.ts'
import { syncOperations } from './sync.ts'

/**
 * Magpie's own words, for the devices of end users. Its operations come as frames of a socket; it has no server API, so
 * no request over HTTP is addressed to it. Users sign in with a token of the app's own making, or with another dialect's.
 */
export const native: Dialect = {
  name: 'native',
  catalog: 'native',
  operations: new Map(
    [
      ...messageOperations,
      ...messageActionOperations,
      ...messageExtensionOperations,
      ...conversationOperations,
      ...conversationSettingsOperations,
      ...notificationOperations,
      ...syncOperations,
      ...peopleOperations,
      ...presenceOperations,
      ...eventOperations,
      ...friendOperations,
      ...blockOperations,
      ...groupOperations,
      ...groupMemberOperations,
      ...roomOperations,
      ...roomThingOperations,
      ...fileOperations,
    ].map(operation => [operation.key, operation]),
  ),
  errors,
  owns: () => false,
  open() {
    throw new Fault('operation.unsupported')
  },
  decode: () => undefined,
  identify() {
    throw new Fault('caller.unknown')
  },
  signIn,
  claim,
  encode: (_opened, answer) => ({ status: 200, headers, body: JSON.stringify(answer) }),
  refuse: (_request, _opened, code, text) => ({ status: 400, headers, body: JSON.stringify({ code, text }) }),
}

/** How sockets show what happened; the same forms that `sync` and `history.read` answer with. */
export const views = {
  message: messageView,
  blankMessage,
  change: changeView,
  blankChange,
  presence: presenceView,
  event: eventView,
  note: noteView,
  settings: settingsView,
  group: groupView,
  broadcast: broadcastView,
}

const headers = { 'content-type': 'application/json' }
