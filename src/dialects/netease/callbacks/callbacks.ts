import { Fault } from '../../../core/errors.ts'
import type { Callbacks } from '../../callbacks.ts'
import { messageQuestions } from './asked-messages.ts'
import { peopleQuestions } from './asked-people.ts'
import { teamQuestions } from './asked-teams.ts'
import { customCopies } from './copied-custom.ts'
import { messageCopies } from './copied-messages.ts'
import { recallCopies } from './copied-recalls.ts'
import { reportCopies } from './copied-reports.ts'
import { roomCopies } from './copied-rooms.ts'
import { sessionCopies } from './copied-sessions.ts'
import { teamCopies } from './copied-teams.ts'
import { posted } from './envelope.ts'

/** Yunxin's third-party callbacks (`callbacks.json`): devices ask, numbers are numbers, and there is no second attempt. */
export const callbacks: Callbacks = {
  kind: 'netease',
  asked: [...messageQuestions, ...peopleQuestions, ...teamQuestions],
  told: [],
  request: (app, webhook, outgoing) => posted(app, webhook, outgoing, 'application/json; charset=utf-8'),
  taken: ({ status }) => status === 200,
  silent: () => new Fault('hook.refused', 'the third-party callback did not answer'),
}

/** Yunxin's message copies (`callbacks.json`): told afterwards, and nearly every value is a text. */
export const copies: Callbacks = {
  kind: 'netease-copy',
  asked: [],
  told: [
    ...[messageCopies, teamCopies, customCopies, recallCopies].flat(),
    ...[sessionCopies, roomCopies, reportCopies].flat(),
  ],
  request: (app, webhook, outgoing) => posted(app, webhook, outgoing, 'application/json'),
  taken: ({ status }) => status === 200,
  silent: () => new Fault('hook.refused', 'copies are never asked'),
}
