import { Fault } from '../../../core/errors.ts'
import type { Callbacks } from '../../callbacks.ts'
import { envelope } from './envelope.ts'
import { messages } from './messages.ts'

/** Volcengine IM's callbacks (`callbacks.json`): each event in a signed envelope; any answer with 200 is one. */
export const callbacks: Callbacks = {
  kind: 'volcengine',
  ...messages,
  request: envelope,
  taken: ({ status }) => status === 200,
  silent: () => new Fault('hook.refused', 'the callback did not answer'),
}
