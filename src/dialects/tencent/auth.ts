import { z } from 'zod'
import { demandOpen } from '../../core/apps/door.ts'
import type { App } from '../../core/apps/model.ts'
import type { Call } from '../../core/call.ts'
import type { Core } from '../../core/core.ts'
import { Fault } from '../../core/errors.ts'
import type { Rate } from '../../core/limits.ts'
import { Refusal, type SignedIn, type WireRequest } from '../dialect.ts'
import { adminNeeded } from './errors.ts'
import { isAccount } from './shapes.ts'
import { forget, recall, remember } from './tickets.ts'
import { verifyUserSig } from './usersig.ts'

/** Wrong UserSigs for one account from one address; then 70050 until the minute is over. */
const tries: Rate = { calls: 20, seconds: 60 }

/** The administrator who calls a server API; Refusal or Fault with the vendor's code otherwise. */
export async function authenticate(request: WireRequest, core: Core, service: string): Promise<Call> {
  const query = readQuery(request.query)
  const app = appOf(core, query.get('sdkappid'))
  demandOpen(app, request.address)
  if (!isUint32(query.get('random'))) throw new Refusal(60002, 'random must be an unsigned 32-bit integer')
  if (query.get('contenttype') !== 'json') throw new Refusal(60002, 'contenttype must be json')
  const identifier = query.get('identifier')
  if (!identifier) throw new Fault('caller.unknown', 'identifier is missing')
  const known = await demandUserSig(core, app, identifier, query.get('usersig') ?? '', request.address)
  if (!app.tencent?.admins.includes(identifier))
    throw new Refusal(adminNeeded(service), `${identifier} is not an administrator of the app`)
  const origin = { dialect: 'tencent', via: 'rest' } as const
  const call: Call = { app, operator: identifier, admin: true, origin, address: request.address }
  if (!known) await importAccount(core, call, identifier)
  return call
}

const credentialsForm = z.object({
  sdkappid: z.union([z.int(), z.string().regex(/^\d{1,16}$/)]).transform(Number),
  userid: z.string(),
  usersig: z.string(),
})

/**
 * Signs an end user in by UserSig, and imports the account at its first sign-in as the vendor does. Refusal with the
 * vendor's 70xxx codes; Fault('app.disabled').
 */
export async function signIn(core: Core, credentials: unknown, address: string): Promise<SignedIn> {
  const read = credentialsForm.safeParse(credentials)
  if (!read.success) throw new Fault('request.invalid', 'credentials are sdkappid, userid and usersig')
  const { sdkappid, userid, usersig } = read.data
  const app = core.apps.byId(sdkappid)
  if (!app) throw new Refusal(70020, `there is no SDKAppID ${sdkappid}`)
  if (app.disabled) throw new Fault('app.disabled')
  if (!isAccount(userid)) throw new Refusal(70402, 'userid is not an account')
  const known = await demandUserSig(core, app, userid, usersig, address)
  const call: Call = { app, operator: userid, admin: false, origin: { dialect: 'tencent', via: 'client' } }
  if (!known) await importAccount(core, call, userid)
  return { call, user: userid }
}

/** Of whom credentials say they are, whatever their UserSig. */
export function claim(core: Core, credentials: unknown): { app: App; user: string } | undefined {
  const { data } = credentialsForm.safeParse(credentials)
  const app = data && core.apps.byId(data.sdkappid)
  return app && data && isAccount(data.userid) ? { app, user: data.userid } : undefined
}

/** Whether the user exists; a Refusal unless the UserSig is theirs, still good, and they are not banned. */
async function demandUserSig(core: Core, app: App, userId: string, text: string, address: string): Promise<boolean> {
  if (text === '') throw new Refusal(70002, 'usersig is empty')
  const ticket = recall(app, userId, text) ?? (await verify(core, app, userId, text, address))
  if ((ticket.time + ticket.expire) * 1000 <= core.clock()) {
    forget(app, text)
    throw new Fault('caller.expired', 'the UserSig has expired')
  }
  const user = await core.users.find(app.id, userId)
  if (user?.validFrom !== undefined && ticket.time < user.validFrom) throw new Fault('user.kicked')
  if (user?.banned) throw new Fault('user.banned')
  return user !== undefined
}

async function verify(core: Core, app: App, userId: string, text: string, address: string) {
  const who = `${app.id}/${userId}/${address}`
  if (await core.limits.spent('tencent', 'usersig', who, tries))
    throw new Refusal(70050, 'too many wrong UserSigs for this account; try again in a minute', true)
  try {
    const ticket = verifyUserSig(app, userId, text)
    remember(app, text, ticket)
    return ticket
  } catch (error) {
    // Several at once may be counted over the rate; each still answers why it was wrong itself.
    await core.limits.count('tencent', 'usersig', who, tries).catch(() => undefined)
    throw error
  }
}

async function importAccount(core: Core, call: Call, id: string): Promise<void> {
  await core.users.save(call, [{ id }], { existing: 'update' })
}

function appOf(core: Core, sdkappid: string | null): App {
  if (!sdkappid) throw new Refusal(60012, 'sdkappid is missing')
  const app = /^\d{1,10}$/.test(sdkappid) ? core.apps.byId(Number(sdkappid)) : undefined
  if (!app) throw new Fault('app.unknown', `there is no SDKAppID ${sdkappid}`)
  return app
}

function readQuery(query: string): URLSearchParams {
  try {
    decodeURIComponent(query)
  } catch {
    throw new Refusal(60002, 'the query is not properly encoded')
  }
  return new URLSearchParams(query)
}

function isUint32(text: string | null): boolean {
  return text !== null && /^\d{1,10}$/.test(text) && Number(text) <= 0xffffffff
}
