import { createHash } from 'node:crypto'
import { Fault } from '../../../core/errors.ts'
import { parseJson, writeJson } from '../../../lib/json.ts'
import type { Callbacks, Outgoing } from '../../callbacks.ts'
import { alert } from './alert.ts'
import { audit } from './audit.ts'
import { bot } from './bot.ts'
import { c2c } from './c2c.ts'
import { groups } from './group.ts'
import { groupMembers } from './group-member.ts'
import { groupMessages } from './group-message.ts'
import { officialAccounts } from './official-account.ts'
import { optPlatform } from './platforms.ts'
import { profile } from './profile.ts'
import { push } from './push.ts'
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
  request(app, webhook, outgoing) {
    const url = new URL(webhook.url)
    const query = {
      SdkAppid: String(app.id),
      CallbackCommand: outgoing.id,
      contenttype: 'json',
      ClientIP: outgoing.address ?? '',
      OptPlatform: platformOf(outgoing),
      ...proofOf(webhook.secret),
    }
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value)
    const body = { CallbackCommand: outgoing.id, ...(outgoing.body as object) }
    return { url: url.href, headers: { 'content-type': 'application/json' }, body: writeJson(body) }
  },
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

/** Authentication: lower-case hex SHA-256 of the token followed by the time in seconds; nothing of the body is signed. */
function proofOf(token: string | undefined): Record<string, string> {
  if (!token) return {}
  const RequestTime = String(Math.floor(Date.now() / 1000))
  return {
    Sign: createHash('sha256')
      .update(token + RequestTime)
      .digest('hex'),
    RequestTime,
  }
}

/** What the caller runs on, in the vendor's spelling, which differs for State.StateChange. */
function platformOf({ origin, device, id }: Outgoing): string {
  if (origin.via !== 'client') return 'RESTAPI'
  const name = optPlatform(device?.platform)
  return name === 'iOS' && id === 'State.StateChange' ? 'IOS' : name
}
