import type { News } from '../../../core/events.ts'
import { clientTypeOf } from './clients.ts'
import { copy } from './copy.ts'

/** Whose device it is, and from where. */
function deviceFields(user: string, news: News, at: number) {
  return {
    accid: user,
    clientIp: news.address,
    clientType: clientTypeOf({ ...news, origin: { ...news.origin, via: 'client' } }),
    code: '200',
    sdkVersion: news.device?.sdk,
    timestamp: String(at),
    deviceId: news.device?.id,
  }
}

const login = copy('2', 'session.opened', {
  fields: ({ user }, { news, at }) => ({ ...deviceFields(user, news, at), customTag: news.device?.tag }),
})

const logout = copy('3', 'session.closed', {
  fields: ({ user }, { news, at }) => deviceFields(user, news, at),
})

const heartbeat = copy('42', 'session.beat', {
  fields({ user, connection }, { news, at }) {
    const { accid, clientIp, clientType, timestamp, deviceId } = deviceFields(user, news, at)
    const { port, tag } = news.device ?? {}
    const clientPort = port === undefined ? undefined : String(port)
    return { accid, consid: connection, clientIp, clientPort, clientType, customTag: tag, deviceId, timestamp }
  },
})

/** Why a sign-in failed, by the code. */
const fails: Record<string, string> = {
  302: 'login.token.error',
  403: 'special.app.forbidden',
  404: 'account.not.exists',
  414: 'param.error',
  422: 'account.block',
  500: 'res.eunknown',
  13001: 'chatroom.imconnection.stats.err',
  13002: 'chatroom.room.stats.err',
  13003: 'chatroom.in.blacklist',
  13005: 'chatroom.antispam',
}

/** The others that have a word of their own but share a code. */
const words = new Set([
  ...Object.values(fails),
  'unknown.authType',
  'authType.forbidden',
  'login.ext.over.max.length',
  'bundleId.check.error',
  'chatroom.accid.not.match',
  'chatroom.not.exists',
])

/** A failed sign-in, to the app or to a chatroom; a code that is another vendor's is 500. */
const loginFailed = copy('84', 'session.refused', {
  fields({ user, code, text, room, automatic, connection }, { news, at }) {
    const { clientType, clientIp, sdkVersion, deviceId, timestamp } = deviceFields(user, news, at)
    const known = String(code) in fails ? String(code) : '500'
    return {
      event: room === undefined ? '1' : '0',
      chatRoomId: room === undefined ? undefined : String(room),
      accid: user,
      clientType,
      clientIp,
      appLogin: String(!automatic),
      customTag: news.device?.tag,
      sdkVersion,
      sdkHumanVersion: sdkVersion,
      sdkType: news.device?.platform,
      consid: connection,
      deviceId,
      code: known,
      fail: words.has(text) ? text : room !== undefined && known === '404' ? 'chatroom.not.exists' : fails[known],
      timestamp,
    }
  },
})

/** A callback that had no usable answer; told to Yunxin's back ends only where Yunxin's are asked. */
const callbackFailed = copy('83', 'hook.failed', {
  fields({ reason, body }, { core, news, at }) {
    if (core.apps.byId(news.app)?.home !== 'netease') return undefined
    return { reason, timestamp: String(at), callbackBody: body }
  },
})

/** The copies of sign-ins, connections and failed callbacks. */
export const sessionCopies = [login, logout, heartbeat, loginFailed, callbackFailed]
