import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { check, put } from '../../storage/store.ts'
import type { Apps } from '../apps/apps.ts'
import type { App } from '../apps/model.ts'
import type { Context } from '../context.ts'
import { Fault } from '../errors.ts'
import type { Limits } from '../limits.ts'
import type { User } from '../model.ts'
import type { StoredFile } from './model.ts'
import { files, secrets } from './tables.ts'

/** How long a token for uploads holds (ms). */
const validity = 3_600_000

/** Uploads of one user on one node. */
const uploadRate = { calls: 60, seconds: 60 }

interface Claims {
  app: number
  user: string
  /** When it ends (ms). */
  expires: number
}

type FindUser = (app: number, id: string) => Promise<User | undefined>

export type Files = ReturnType<typeof openFiles>

/** Which files there are and who may hand in more; the bytes themselves are kept elsewhere. */
export function openFiles(ctx: Context, apps: Apps, limits: Limits, findUser: FindUser) {
  let secret: Promise<string> | undefined

  /** Made by whichever node is first, and the same for all of them and after every restart. */
  function ownSecret(): Promise<string> {
    secret ??= findSecret().catch(error => {
      secret = undefined
      throw error
    })
    return secret
  }

  async function findSecret(): Promise<string> {
    const key = ['file tokens']
    const kept = await ctx.store.get(secrets, key)
    if (kept) return kept.value.value
    const made = { name: 'file tokens', value: randomBytes(32).toString('hex') }
    const { ok } = await ctx.store.commit([check(secrets, key, undefined), put(secrets, made)])
    return ok ? made.value : findSecret()
  }

  async function seal(body: string): Promise<Buffer> {
    return createHmac('sha256', await ownSecret())
      .update(body)
      .digest()
  }

  /** Makes a token with which a user may upload for an hour; `expires` in ms. */
  async function token(app: number, user: string): Promise<{ token: string; expires: number }> {
    const claims: Claims = { app, user, expires: ctx.clock() + validity }
    const body = Buffer.from(JSON.stringify(claims)).toString('base64url')
    return { token: `${body}.${(await seal(body)).toString('base64url')}`, expires: claims.expires }
  }

  /**
   * Whose token it is. Fault: 'caller.signature' for one that this server did not make, 'caller.expired', 'app.unknown',
   * 'app.disabled', 'user.missing', 'user.banned', and 'user.kicked' when the user was signed out everywhere since.
   */
  async function bearer(given: string): Promise<{ app: App; user: string }> {
    const [body = '', mark = '', ...rest] = given.split('.')
    const [expected, said] = [await seal(body), Buffer.from(mark, 'base64url')]
    if (rest.length > 0 || said.length !== expected.length || !timingSafeEqual(said, expected))
      throw new Fault('caller.signature', 'this is no file token of this server')
    const claims = JSON.parse(Buffer.from(body, 'base64url').toString()) as Claims
    if (claims.expires <= ctx.clock()) throw new Fault('caller.expired', 'the file token has expired')
    const app = apps.byId(claims.app)
    if (!app) throw new Fault('app.unknown')
    if (app.disabled) throw new Fault('app.disabled')
    const user = await findUser(app.id, claims.user)
    if (!user) throw new Fault('user.missing')
    if (user.banned) throw new Fault('user.banned')
    const made = Math.floor((claims.expires - validity) / 1000)
    if (user.validFrom !== undefined && made < user.validFrom) throw new Fault('user.kicked')
    return { app, user: claims.user }
  }

  /** Counts an upload of a user; Fault('rate.exceeded') for more than 60 a minute. */
  function admit(app: number, user: string): Promise<void> {
    return limits.count('native', 'file.upload', `${app}/${user}`, uploadRate)
  }

  /** Keeps what is known of a file whose bytes are kept. */
  async function keep(file: Omit<StoredFile, 'at'>): Promise<StoredFile> {
    const kept = { ...file, at: ctx.clock() }
    const { ok } = await ctx.store.commit([check(files, [file.id], undefined), put(files, kept)])
    if (!ok) throw new Fault('store.conflict')
    return kept
  }

  /** A file by its id. */
  async function find(id: string): Promise<StoredFile | undefined> {
    return (await ctx.store.get(files, [id]))?.value
  }

  return { token, bearer, admit, keep, find }
}
