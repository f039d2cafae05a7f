import { z } from 'zod'
import { Fault } from '../../core/errors.ts'
import type { Dialect } from '../dialect.ts'
import { claim, signIn } from './auth.ts'
import { blockOperations } from './blocks.ts'
import { conversationOperations } from './conversation.ts'
import { conversationSettingsOperations } from './conversation-settings.ts'
import { errors } from './errors.ts'
import { eventOperations, eventView } from './events.ts'
import { fileOperations } from './files.ts'
import * as form from './forms/forms.ts'
import { friendOperations } from './friends.ts'
import { groupMemberOperations } from './group-members.ts'
import { groupOperations } from './groups.ts'
import { messageOperations } from './message.ts'
import { messageActionOperations } from './message-actions.ts'
import { messageExtensionOperations } from './message-extensions.ts'
import { notificationOperations } from './notification.ts'
import type { NativeOperation } from './operation.ts'
import { broadcastView, groupView, noteView, settingsView } from './own-views.ts'
import { peopleOperations } from './people.ts'
import { presenceOperations } from './presence.ts'
import { presenceView } from './presence-views.ts'
import { roomThingOperations } from './room-things.ts'
import { roomOperations } from './rooms.ts'
import { blankChange, blankMessage, changeView, messageView } from './shapes.ts'
import { syncOperations } from './sync.ts'

/** What devices may ask. */
export const nativeOperations: ReadonlyMap<string, NativeOperation> = new Map(
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
)

/**
 * Magpie's own words, for the devices of end users. Its operations come as frames of a socket; it has no server API, so
 * no request over HTTP is addressed to it. Users sign in with a token of the app's own making, or with another dialect's.
 */
export const native: Dialect = {
  name: 'native',
  catalog: 'native',
  operations: nativeOperations,
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

/** The forms of what `views` show, those in place of what somebody does not see included. */
export const shownForms = {
  message: z.union([form.message, form.blankMessage]),
  change: z.union([form.change, form.blankChange]),
  presence: form.presence,
  event: form.event,
  note: form.note,
  settings: form.settings,
  group: form.conversationGroup,
  broadcast: form.broadcast,
}
