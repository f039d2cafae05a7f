import { Fault } from '../../../core/errors.ts'
import { parseJson } from '../../../lib/json.ts'
import type { Callbacks } from '../../callbacks.ts'
import { alert } from './alert.ts'
import { audit } from './audit.ts'
import { bot } from './bot.ts'
import { c2c } from './c2c.ts'
import { groups } from './group.ts'
import { groupMembers } from './group-member.ts'
import { groupMessages } from './group-message.ts'
import { officialAccounts } from './official-account.ts'
import { profile } from './profile.ts'
import { push } from './push.ts'
import { request } from './request.ts'
import { sns } from './sns.ts'
import { state } from './state.ts'
import { topics } from './topic.ts'

const areas = [
  state,
  profile,
  sns,
  c2c,
  groups,
  groupMembers,
  groupMessages,
  topics,
  alert,
  bot,
  audit,
  push,
  officialAccounts,
]

/** Tencent's webhooks (`webhooks.json`): one POST for each command, the command in the URL and in the body. */
export const callbacks: Callbacks = {
  kind: 'tencent',
  asked: areas.flatMap(each => each.asked),
  told: areas.flatMap(each => each.told),
  request,
  // What an event is answered with is ignored, as long as it is JSON.
  taken: ({ status, text }) => status === 200 && isJson(text),
  silent: () => new Fault('hook.refused', 'the webhook did not answer', { dialect: 'tencent', code: 80003 }),
}

function isJson(text: string): boolean {
  try {
    return parseJson(text) !== undefined
  } catch {
    return false
  }
}
