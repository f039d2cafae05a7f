import { createHmac } from 'node:crypto'
import type { App } from '../../src/core/apps/model.ts'

const encoded = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')

/** Makes a token as an app's back end does; `claims` go over the usual ones, `secret` stands in for the app's. */
export function nativeToken(
  app: App,
  user: string,
  claims: object = {},
  { secret = app.native?.secret ?? '', alg = 'HS256' }: { secret?: string; alg?: string } = {},
): string {
  const now = Math.floor(Date.now() / 1000)
  const body = `${encoded({ alg, typ: 'JWT' })}.${encoded({ app: app.id, sub: user, iat: now, exp: now + 3600, ...claims })}`
  return `${body}.${createHmac('sha256', secret).update(body).digest('base64url')}`
}
