import { createHmac, timingSafeEqual } from 'node:crypto'
import { z } from 'zod'
import type { App } from '../../core/apps/model.ts'
import type { Core } from '../../core/core.ts'
import { Fault } from '../../core/errors.ts'
import type { SignedIn } from '../dialect.ts'
import { user } from './shapes.ts'

/** How far the clock of whoever makes tokens may be off, in seconds. */
const skew = 60

/** A user's id that a token may name: what makes a user at the first sign-in has to be clean. */
const subject = user.refine(id => id.isWellFormed() && !/\p{Cc}/u.test(id), 'is no user id')

const time = z.number().min(0).max(Number.MAX_SAFE_INTEGER)

const header = z.object({ alg: z.literal('HS256') })
const claims = z.object({ app: z.int(), sub: subject, exp: time, iat: time.optional(), nbf: time.optional() })

/** What an end user shows the gateway. */
const credentials = z.object({ app: z.int(), token: z.string().max(4096) })

/**
 * Checks a JSON Web Token that the app's own back end signed with the app's `native.secret` (HS256): `app` and `sub` say who
 * it is, `exp` until when it holds. An unknown user is made. Fault: 'app.unknown', 'app.disabled', 'user.token' for a token
 * that is not the app's, 'caller.expired', 'user.banned', 'user.kicked' when `iat` is from before the user was signed out
 * everywhere, or missing since.
 */
export async function signIn(core: Core, given: unknown, address: string): Promise<SignedIn> {
  const parsed = credentials.safeParse(given)
  if (!parsed.success) throw new Fault('request.invalid', 'expected app and token')
  const app = core.apps.byId(parsed.data.app)
  if (!app?.native) throw new Fault('app.unknown')
  if (app.disabled) throw new Fault('app.disabled')
  const said = readToken(app.native.secret, parsed.data.token)
  if (!said || said.app !== app.id) throw new Fault('user.token')
  const now = core.clock() / 1000
  if (said.exp + skew <= now) throw new Fault('caller.expired', 'the token has expired')
  if (Math.max(said.nbf ?? 0, said.iat ?? 0) - skew > now) throw new Fault('caller.expired', 'the token holds later')
  const known = await core.users.find(app.id, said.sub)
  if (known?.banned) throw new Fault('user.banned')
  if (known?.validFrom !== undefined && (said.iat ?? 0) < known.validFrom) throw new Fault('user.kicked')
  const call = { app, operator: said.sub, admin: false, origin: { dialect: 'native', via: 'client' }, address } as const
  if (!known) await core.users.save({ ...call, admin: true }, [{ id: said.sub }], { existing: 'update' })
  return { call, user: said.sub }
}

/** Of whom a token says it is, whoever signed it. */
export function claim(core: Core, given: unknown): { app: App; user: string } | undefined {
  const parsed = credentials.safeParse(given)
  const app = parsed.success ? core.apps.byId(parsed.data.app) : undefined
  const body = parsed.data?.token.split('.')[1]
  const said = body === undefined ? undefined : claims.safeParse(partOf(body))
  return app && said?.success ? { app, user: said.data.sub } : undefined
}

/** What a token says; undefined when it was not signed with the secret, or is no such token. */
function readToken(secret: string, token: string): z.output<typeof claims> | undefined {
  const [head = '', body = '', seal = '', ...rest] = token.split('.')
  const expected = createHmac('sha256', secret).update(`${head}.${body}`).digest()
  const sealed = Buffer.from(seal, 'base64url')
  if (rest.length > 0 || sealed.length !== expected.length || !timingSafeEqual(sealed, expected)) return undefined
  if (!header.safeParse(partOf(head)).success) return undefined
  return claims.safeParse(partOf(body)).data
}

function partOf(text: string): unknown {
  try {
    return JSON.parse(Buffer.from(text, 'base64url').toString())
  } catch {
    return undefined
  }
}
