import { createHash, timingSafeEqual } from 'node:crypto'
import { z } from 'zod'
import { demandOpen } from '../../core/apps/door.ts'
import type { App } from '../../core/apps/model.ts'
import type { Core } from '../../core/core.ts'
import { Fault } from '../../core/errors.ts'
import type { SignedIn, WireRequest } from '../dialect.ts'
import { accid } from './shapes.ts'

/** How far a caller's clock may be from ours, in seconds, both ways. */
const clockWindow = 300

/** `lower_hex(SHA1(AppSecret + Nonce + CurTime))`, plainly joined, as UTF-8. */
export function checkSum(appSecret: string, nonce: string, curTime: string): string {
  return createHash('sha1').update(`${appSecret}${nonce}${curTime}`).digest('hex')
}

/** The app whose secret made the CheckSum; Fault otherwise, also for a disabled app and an address that may not call. */
export function authenticate(request: WireRequest, core: Core): App {
  const appKey = header(request, 'appkey')
  const nonce = header(request, 'nonce')
  const curTime = header(request, 'curtime')
  const given = header(request, 'checksum')
  if (!appKey || !nonce || !curTime || !given) throw new Fault('caller.unknown', 'bad http header')
  if (nonce.length > 128) throw new Fault('caller.unknown', 'Nonce is longer than 128 characters')
  const app = core.apps.byAppKey(appKey)
  if (!app?.netease) throw new Fault('app.unknown', 'bad AppKey')
  if (!same(checkSum(app.netease.appSecret, nonce, curTime), given))
    throw new Fault('caller.signature', 'CheckSum does not fit')
  if (!/^\d{1,12}$/.test(curTime) || Math.abs(core.clock() / 1000 - Number(curTime)) > clockWindow)
    throw new Fault('caller.expired', 'CurTime is more than 5 minutes from the server time')
  demandOpen(app, request.address)
  return app
}

/** A header that stands exactly once, or undefined. Names are lower case here whatever the caller wrote. */
export function header(request: WireRequest, name: string): string | undefined {
  const value = request.headers[name]
  return typeof value === 'string' ? value : undefined
}

const credentialsForm = z.object({ appKey: z.string(), accid, token: z.string() })

/**
 * Signs an end user in by accid and static token. 'user.token' for a wrong one and for an unknown accid alike,
 * 'user.banned' for a banned account.
 */
export async function signIn(core: Core, credentials: unknown): Promise<SignedIn> {
  const read = credentialsForm.safeParse(credentials)
  if (!read.success) throw new Fault('request.invalid', 'credentials are appKey, accid and token')
  const { appKey, token } = read.data
  const app = core.apps.byAppKey(appKey)
  if (!app) throw new Fault('app.unknown', 'bad AppKey')
  if (app.disabled) throw new Fault('app.disabled')
  const user = await core.users.findFolded(app.id, read.data.accid)
  const fits = same(user?.token ?? '', token)
  if (!user?.token || !fits) throw new Fault('user.token')
  if (user.banned) throw new Fault('user.banned')
  const call = { app, operator: user.id, admin: false, origin: { dialect: 'netease', via: 'client' } } as const
  return { call, user: user.id }
}

/** Of whom credentials say they are, whatever their token. */
export function claim(core: Core, credentials: unknown): { app: App; user: string } | undefined {
  const { data } = z.object({ appKey: z.string(), accid }).safeParse(credentials)
  const app = data && core.apps.byAppKey(data.appKey)
  return app && data ? { app, user: data.accid } : undefined
}

/** Digests have one length, so the comparison tells nothing about either text. */
function same(expected: string, given: string): boolean {
  return timingSafeEqual(digest(expected), digest(given))
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
