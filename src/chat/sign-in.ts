import { createHmac } from 'node:crypto'
import type { App } from '../core/apps/model.ts'
import type { Core } from '../core/core.ts'
import { Fault } from '../core/errors.ts'
import { idOf } from './page/names.ts'

/** How long the token of somebody on the chat page holds, in seconds. */
const validity = 86_400

/** Sign-ins from one address. */
const rate = { calls: 120, seconds: 60 }

/** What a page gets for a name. */
export interface Ticket {
  app: number
  user: string
  /** A JSON Web Token for the native dialect. */
  token: string
  /** Until when it holds (ms). */
  expires: number
}

/**
 * Makes a token for whoever gives a name, and the user if need be. Fault: 'request.invalid' for a name without letters and
 * digits, 'rate.exceeded'.
 */
export async function ticketFor(core: Core, app: App, given: unknown, address: string): Promise<Ticket> {
  await core.limits.count('native', 'chat.sign-in', address, rate)
  const name = typeof given === 'string' ? given.trim().slice(0, 64) : ''
  const user = idOf(name)
  if (!user || !app.native) throw new Fault('request.invalid', 'A name has letters or digits.')
  const known = await core.users.find(app.id, user)
  if (!known?.profile.nick) {
    const call = { app, admin: true, origin: { dialect: 'native', via: 'console' }, address } as const
    await core.users.save(call, [{ id: user, profile: { nick: name } }], { existing: 'update' })
  }
  const now = Math.floor(core.clock() / 1000)
  const claims = { app: app.id, sub: user, iat: now, exp: now + validity }
  return { app: app.id, user, token: signed(claims, app.native.secret), expires: claims.exp * 1000 }
}

function signed(claims: object, secret: string): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const body = `${part({ alg: 'HS256', typ: 'JWT' })}.${part(claims)}`
  return `${body}.${createHmac('sha256', secret).update(body).digest('base64url')}`
}
