import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { Session } from '../../core/model.ts'
import { resource } from '../dialect.ts'
import { errors } from './errors.ts'
import { platformName } from './platforms.ts'
import { type Int64, idOf, list, maybe, userId } from './shapes.ts'
import { type Failed, failure } from './user.ts'

const operation = resource()

/** QueryOnlineStatus: the connections of those of the users who have any. */
export const queryOnlineStatus = operation({
  key: 'QueryOnlineStatus',
  request: z.object({ UserIds: list(userId, 100) }),
  async run(core, call, r) {
    const ids = [...new Set(r.UserIds)]
    const found = await core.presence.of(call.app.id, ids)
    const online = found.flatMap((devices, i) =>
      devices.length > 0 ? [[ids[i] as string, devices.map(connection)] as const] : [],
    )
    return { AppId: call.app.id, QueryOnlineResults: Object.fromEntries(online) }
  },
})

/** BatchUpdateUserTags: puts tags on registered users, or with Op 1 takes them off; other tags stay. */
export const batchUpdateUserTags = operation({
  key: 'BatchUpdateUserTags',
  request: z.object({ Op: maybe(z.int().min(0).max(1)), Tags: list(z.string()), UserIds: list(userId) }),
  async run(core, call, r) {
    const tags = r.Op === 1 ? { remove: r.Tags } : { add: r.Tags }
    const drafts = [...new Set(r.UserIds)].map(id => ({ id, tags }))
    const saved = await core.users.save(call, drafts, { existing: 'update', missing: 'refuse' })
    const failed = saved.flatMap((one): Failed[] =>
      'refused' in one ? [failure(one.id, errors[one.refused.reason], one.refused.message)] : [],
    )
    return { FailedInfos: failed }
  },
})

/** UnRegisterUsers: deletes users, with all that is theirs. */
export const unRegisterUsers = operation({
  key: 'UnRegisterUsers',
  request: z.object({ UserIds: list(userId, 10) }),
  async run(core, call, r) {
    const results = await core.users.remove(call, r.UserIds)
    const failed = r.UserIds.flatMap((user, i): Failed[] => {
      const refused = results[i]
      return refused ? [failure(user, errors[refused.reason], refused.message)] : []
    })
    return { FailedInfos: failed }
  },
})

export const userStatusOperations = [queryOnlineStatus, batchUpdateUserTags, unRegisterUsers]

function connection({ id, user, device, sdk = '', platform }: Session) {
  return {
    ConnId: id,
    UserId: idOf(user),
    DeviceId: deviceNumber(device),
    ClientVersion: versionNumber(sdk),
    Platform: platformName(platform),
  }
}

/** A device's id as a number: its own if it is one, else one that is always the same for it; 0 when it has none. */
function deviceNumber(device: string): Int64 {
  if (device === '') return 0
  return idOf(device) || createHash('sha256').update(device).digest().readUIntBE(0, 6)
}

/** A version as a number: 1.2.3 is 1002003, a number is itself, anything else 0. */
function versionNumber(said: string): number {
  if (!/^\d{1,9}(\.\d{1,3}){0,2}$/.test(said)) return 0
  const [first = 0, ...rest] = said.split('.').map(Number)
  if (rest.length === 0) return first
  return (first * 1000 + (rest[0] ?? 0)) * 1000 + (rest[1] ?? 0)
}
