import { createHmac, timingSafeEqual } from 'node:crypto'
import { z } from 'zod'
import type { App } from '../../core/apps/model.ts'
import type { Core } from '../../core/core.ts'
import { Fault } from '../../core/errors.ts'
import { resource, type SignedIn } from '../dialect.ts'
import { cursor, demandTwin, shown, twin } from './shapes.ts'

const operation = resource()

/** The first part of every token; another form of token gets another number. */
const form = 'm1'

/** Spans up to this long (ms, ten years) are durations; larger values of ExpireTime are points in time. */
const longestSpan = 10 * 366 * 24 * 3600 * 1000

/** What a token says, all of it signed. */
const claims = z.object({
  app: z.int(),
  user: z.string().min(1),
  /** ms. */
  expires: z.int(),
  /** s, the unit of a user's `validFrom`. */
  issued: z.int(),
})

type Claims = z.output<typeof claims>

/** GetAppToken: a token with which one user signs in. ExpireTime is the end in unix ms, or a span in ms. */
export const getAppToken = operation({
  key: 'GetAppToken',
  request: z.object({ ExpireTime: cursor, ...twin('UserId') }),
  async run(core, call, r) {
    const user = demandTwin('UserId', r.UserId, r.UserIdStr)
    const now = core.clock()
    const expires = r.ExpireTime > longestSpan ? r.ExpireTime : now + r.ExpireTime
    if (expires <= now) throw new Fault('request.invalid', 'ExpireTime: lies in the past')
    const token = writeToken(call.app, { app: call.app.id, user, expires, issued: Math.floor(now / 1000) })
    return { AppId: call.app.id, Token: token, ...shown('UserId', user) }
  },
})

export const tokenOperations = [getAppToken]

/** What an end user shows the gateway. */
const credentials = z.object({ appId: z.int(), token: z.string().max(4096) })

/**
 * Checks a token that GetAppToken made. Fault: 'app.unknown', 'app.disabled', 'user.token' when it is not ours or its
 * time is over, 'user.kicked' when it is from before the user was signed out everywhere, 'user.banned'.
 */
export async function signIn(core: Core, given: unknown): Promise<SignedIn> {
  const parsed = credentials.safeParse(given)
  if (!parsed.success) throw new Fault('request.invalid', 'expected appId and token')
  const { appId, token } = parsed.data
  const app = core.apps.byId(appId)
  if (!app?.volcengine) throw new Fault('app.unknown')
  if (app.disabled) throw new Fault('app.disabled')
  const read = readToken(app, token)
  if (!read || read.app !== app.id || read.expires <= core.clock()) throw new Fault('user.token')
  const user = await core.users.find(app.id, read.user)
  if (user?.banned) throw new Fault('user.banned')
  if (user?.validFrom !== undefined && read.issued < user.validFrom) throw new Fault('user.kicked')
  const origin = { dialect: 'volcengine', via: 'client' } as const
  return { call: { app, operator: read.user, admin: false, origin }, user: read.user }
}

function writeToken(app: App, said: Claims): string {
  const body = Buffer.from(JSON.stringify(said)).toString('base64url')
  return `${form}.${body}.${seal(app, body).toString('base64url')}`
}

/** What a token of this app says; undefined when it was not made here with the app's key. */
function readToken(app: App, token: string): Claims | undefined {
  const [start, body = '', mac = '', ...rest] = token.split('.')
  const given = Buffer.from(mac, 'base64url')
  const expected = seal(app, body)
  if (start !== form || rest.length > 0 || given.length !== expected.length) return undefined
  if (!timingSafeEqual(given, expected)) return undefined
  return claims.parse(JSON.parse(Buffer.from(body, 'base64url').toString()))
}

// A key of its own, so that nothing else signed with the app's key passes for a token.
function seal(app: App, body: string): Buffer {
  const key = createHmac('sha256', app.volcengine?.rtcAppKey ?? '')
    .update(`app token ${form} ${app.id}`)
    .digest()
  return createHmac('sha256', key).update(body).digest()
}
