import { Fault } from '../../core/errors.ts'
import type { Dialect } from '../dialect.ts'
import { conversationOperations } from './conversation.ts'
import { errors } from './errors.ts'
import { messageOperations } from './message.ts'
import { peopleOperations } from './people.ts'
import { blankChange, blankMessage, changeView, messageView } from './shapes.ts'
import { syncOperations } from './sync.ts'

/**
 * Magpie's own words, for the devices of end users. Its operations come as frames of a socket; it has no server API, so
 * no request over HTTP is addressed to it. Users sign in with the credentials of the other dialects.
 */
export const native: Dialect = {
  name: 'native',
  catalog: 'native',
  operations: new Map(
    [...messageOperations, ...conversationOperations, ...syncOperations, ...peopleOperations].map(operation => [
      operation.key,
      operation,
    ]),
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
  encode: (_opened, answer) => ({ status: 200, headers, body: JSON.stringify(answer) }),
  refuse: (_request, _opened, code, text) => ({ status: 400, headers, body: JSON.stringify({ code, text }) }),
}

/** How sockets show what happened; the same forms that `sync` and `history.read` answer with. */
export const views = { message: messageView, blankMessage, change: changeView, blankChange }

const headers = { 'content-type': 'application/json' }
