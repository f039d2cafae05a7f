import { createHash } from 'node:crypto'
import { partsOf } from '../../lib/parts.ts'
import { check, del, put, type Row, type Step } from '../../storage/store.ts'
import type { Apps } from '../apps/apps.ts'
import type { Call } from '../call.ts'
import { type Context, change } from '../context.ts'
import { Fault } from '../errors.ts'
import { queueKey, toldPresence } from './ending.ts'
import type { PushToken, Quiet } from './model.ts'
import { platformOf } from './platforms.ts'
import { mostTokens } from './seen.ts'
import { pushOwners, pushTokens } from './tables.ts'

/** What a device says of itself when it brings a token. */
export interface TokenDraft {
  /** The device's own id. */
  device: string
  platform: string
  engine: string
  token: string
}

/** Where devices that are away can be reached. One token per device, and a device is one user's at a time. */
export type PushTokens = ReturnType<typeof openPushTokens>

export function openPushTokens(ctx: Context, apps: Apps) {
  /** Keeps a device's token, instead of its earlier one. Whoever had the same token before has it no longer. */
  async function register(call: Call, user: string, draft: TokenDraft): Promise<void> {
    if (draft.device === '') throw new Fault('request.invalid', 'only a device that names itself can be reached')
    const app = call.app.id
    const { device, engine, token } = draft
    const name = nameOf(engine, token)
    await ctx.queue(queueKey(app, user), () =>
      change(ctx, async () => {
        const [rows, owner] = await Promise.all([
          ctx.store.scan(pushTokens, { prefix: [app, user], limit: mostTokens + 1 }),
          ctx.store.get(pushOwners, [app, name]),
        ])
        const row = rows.find(each => each.value.device === device)
        const { badge = 0, quiet } = row?.value ?? {}
        const value: PushToken = {
          ...{ app, user, device, platform: platformOf(draft.platform), engine, token, badge, quiet, at: ctx.clock() },
        }
        const before = owner?.value
        const other = before && (before.user !== user || before.device !== device) ? before : undefined
        const stay = rows.filter(each => each !== row && !(other?.user === user && each.value.device === other.device))
        const steps: Step[] = [
          check(pushTokens, [app, user, device], row),
          check(pushOwners, [app, name], owner),
          ...(other ? [del(pushTokens, [app, other.user, other.device])] : []),
          ...(row && nameOf(row.value.engine, row.value.token) !== name ? goneOwner(row.value) : []),
          ...oldestBeyond(stay, mostTokens - 1).flatMap(forgetToken),
          put(pushTokens, value),
          put(pushOwners, { app, name, user, device }),
        ]
        const others = other && other.user !== user ? toldPresence(apps, app, other.user) : []
        return { steps, tells: [...toldPresence(apps, app, user), ...others], done: () => undefined }
      }),
    )
  }

  /** Forgets a device's token. */
  async function unregister(app: number, user: string, device: string): Promise<void> {
    await forget(app, user, row => row.value.device === device)
  }

  /** Forgets all of a user's tokens that were brought before a time (ms). */
  async function unregisterAll(app: number, user: string, before = Number.MAX_SAFE_INTEGER): Promise<void> {
    await forget(app, user, row => row.value.at < before)
  }

  /** The provider says that a token is no longer valid; one that the device brought again since (ms) stays. */
  async function invalid({ app, user, device, token }: PushToken, since = Number.MAX_SAFE_INTEGER): Promise<void> {
    await forget(app, user, ({ value }) => value.device === device && value.token === token && value.at <= since)
  }

  async function forget(app: number, user: string, fits: (row: Row<PushToken>) => boolean): Promise<void> {
    await ctx.queue(queueKey(app, user), () =>
      change(ctx, async () => {
        const rows = await ctx.store.scan(pushTokens, { prefix: [app, user], limit: mostTokens + 1 })
        const steps = rows.filter(fits).flatMap(forgetToken)
        const tells = steps.length > 0 ? toldPresence(apps, app, user) : []
        return { steps, tells, done: () => undefined }
      }),
    )
  }

  /** Keeps the number at a device's icon; nothing happens for a device without a token. */
  async function setBadge(call: Call, user: string, device: string, badge: number): Promise<void> {
    await write(call, user, device, { badge })
  }

  /** Keeps at which hours a device wants no pushes, undefined for none; nothing happens for a device without a token. */
  async function setQuiet(call: Call, user: string, device: string, quiet: Quiet | undefined): Promise<void> {
    await write(call, user, device, { quiet })
  }

  async function write(call: Call, user: string, device: string, fields: Partial<PushToken>): Promise<void> {
    const key = [call.app.id, user, device]
    await change(ctx, async () => {
      const row = await ctx.store.get(pushTokens, key)
      const steps = row ? [check(pushTokens, key, row), put(pushTokens, { ...row.value, ...fields })] : []
      return { steps, done: () => undefined }
    })
  }

  /** The push tokens of users, in their order. */
  async function of(app: number, users: readonly string[]): Promise<PushToken[][]> {
    const parts = partsOf(users, together)
    const range = (user: string) => ({ prefix: [app, user], limit: mostTokens })
    const pages = await Promise.all(parts.map(part => ctx.store.scanMany(pushTokens, part.map(range))))
    return pages.flat().map(rows => rows.map(row => row.value))
  }

  return { register, unregister, unregisterAll, invalid, setBadge, setQuiet, of }
}

/** Users looked at in one round trip. */
const together = 500

function oldestBeyond(rows: readonly Row<PushToken>[], room: number): Row<PushToken>[] {
  const oldest = [...rows].sort((a, b) => a.value.at - b.value.at)
  return oldest.slice(0, Math.max(0, oldest.length - room))
}

/** The steps that forget a token. */
export function forgetToken(row: Row<PushToken>): Step[] {
  const key = [row.value.app, row.value.user, row.value.device]
  return [check(pushTokens, key, row), del(pushTokens, key), ...goneOwner(row.value)]
}

function goneOwner({ app, engine, token }: PushToken): Step[] {
  return [del(pushOwners, [app, nameOf(engine, token)])]
}

/** Tokens can be longer than keys should be. */
function nameOf(engine: string, token: string): string {
  return createHash('sha256').update(`${engine}\n${token}`).digest('base64url')
}
