import { z } from 'zod'
import type { Call } from '../../core/call.ts'
import type { Core } from '../../core/core.ts'
import type { Session } from '../../core/model.ts'
import { coded, Refusal, resource } from '../dialect.ts'
import { failing } from './errors.ts'
import { entryOf, flag, lookedUp } from './shapes.ts'

const operation = resource({ invalid: 90001, errors: { ...failing(91000), 'request.malformed': 90001 } })

const most = 500

const request = z.object({
  To_Account: coded(90003, z.array(z.string()).min(1)),
  IsNeedDetail: flag.default(0),
})

/** Who is online, and with IsNeedDetail on which platforms. */
const queryOnlineStatus = operation({
  key: 'openim/query_online_status',
  request,
  async run(core, call, r) {
    const { found, missing } = await statuses(core, call, r)
    const QueryResult = found.map(({ user, Status, Detail }) => ({ To_Account: user, Status, ...Detail }))
    return { QueryResult, ...(missing.length > 0 ? { ErrorList: missing } : {}) }
  },
})

/** The same by its older name: State instead of Status. */
const queryState = operation({
  key: 'openim/querystate',
  request,
  async run(core, call, r) {
    const { found, missing } = await statuses(core, call, r)
    const QueryResult = found.map(({ user, Status, Detail }) => ({ To_Account: user, State: Status, ...Detail }))
    return { QueryResult, ErrorList: missing }
  },
})

/** The online status commands of openim (`account.json`). */
export const status = [queryOnlineStatus, queryState]

async function statuses(core: Core, call: Call, r: z.output<typeof request>) {
  if (r.To_Account.length > most) throw new Refusal(90011, `more than ${most} accounts`)
  const users = await core.users.findMany(call.app.id, r.To_Account.map(lookedUp))
  const here = r.To_Account.filter((_, i) => users[i])
  const sessions = await core.presence.of(call.app.id, here)
  return {
    found: here.map((user, i) => statusOf(user, sessions[i] ?? [], r.IsNeedDetail === 1)),
    missing: r.To_Account.filter((_, i) => !users[i]).map(To_Account => ({ To_Account, ErrorCode: 70107 })),
  }
}

function statusOf(user: string, sessions: Session[], detailed: boolean) {
  const Status = sessions.length > 0 ? 'Online' : 'Offline'
  const platforms = [...new Set(sessions.map(session => platformOf(session.platform)))]
  const Detail = detailed && platforms.length > 0 ? { Detail: platforms.map(Platform => ({ Platform, Status })) } : {}
  return { user, Status, Detail }
}

const platforms: Record<string, string> = {
  ios: 'iPhone',
  iphone: 'iPhone',
  ipad: 'iPad',
  android: 'Android',
  web: 'Web',
  mac: 'Mac',
  macos: 'Mac',
}

/** Whatever is no phone, tablet, browser or Mac counts as a PC. */
function platformOf(platform: string): string {
  return entryOf(platforms, platform.toLowerCase()) ?? 'PC'
}
