import { z } from 'zod'
import type { Call } from '../../core/call.ts'
import type { Core } from '../../core/core.ts'
import type { Profile, User } from '../../core/model.ts'
import type { UserDraft } from '../../core/users/users.ts'
import { resource } from '../dialect.ts'
import { errors } from './errors.ts'
import { ext, idOf, list, maybe, userId } from './shapes.ts'

const operation = resource()

const person = z.object({
  UserId: userId,
  Ext: maybe(ext),
  NickName: maybe(z.string()),
  Portrait: maybe(z.string()),
  Tags: maybe(list(z.string())),
})

type Person = z.output<typeof person> & { IsRobot?: boolean }

/** `FailedInfos[]`: a user who was left out, and why. */
export interface Failed {
  Code: string
  Message: string
  UserId: number | bigint
}

/** RegisterUsers: stores profiles; a user who is there already gets the fields that are named. */
export const registerUsers = operation({
  key: 'RegisterUsers',
  request: z.object({ Users: list(person.extend({ IsRobot: maybe(z.boolean()) }), 20) }),
  run: (core, call, r) => save(core, call, r.Users, 'make'),
})

/** BatchUpdateUser: writes profiles of registered users; what is left out stays. */
export const batchUpdateUser = operation({
  key: 'BatchUpdateUser',
  request: z.object({ Users: list(person, 10) }),
  run: (core, call, r) => save(core, call, r.Users, 'refuse'),
})

/** BatchGetUser: profiles, and the ids that nobody registered. Times are milliseconds. */
export const batchGetUser = operation({
  key: 'BatchGetUser',
  request: z.object({ UserIds: list(userId, 50) }),
  async run(core, call, r) {
    const ids = [...new Set(r.UserIds)]
    const found = await core.users.findMany(call.app.id, ids)
    return {
      NotFoundUsers: ids.filter((_, i) => !found[i]).map(idOf),
      Users: found.filter(user => user !== undefined).map(userInfo),
    }
  },
})

export const userOperations = [registerUsers, batchUpdateUser, batchGetUser]

async function save(core: Core, call: Call, people: Person[], missing: 'make' | 'refuse') {
  const failed: Failed[] = []
  const drafts: UserDraft[] = []
  for (const each of people) {
    const wrong = breach(each)
    if (wrong) failed.push(failure(each.UserId, `InvalidParameter.${wrong.field}`, wrong.text))
    else drafts.push({ id: each.UserId, profile: profileOf(each), robot: each.IsRobot })
  }
  const saved = await core.users.save(call, drafts, { existing: 'update', missing })
  for (const one of saved)
    if ('refused' in one) failed.push(failure(one.id, errors[one.refused.reason], one.refused.message))
  return { FailedInfos: failed }
}

/** An entry of `FailedInfos`. */
export function failure(user: string, Code: string, Message: string): Failed {
  return { Code, Message, UserId: idOf(user) }
}

function profileOf(each: Person): Profile {
  return { nick: each.NickName, avatar: each.Portrait, ext: each.Ext, tags: each.Tags }
}

/** The first limit of RegisterUsers that a user's fields break. */
function breach(each: Person): { field: string; text: string } | undefined {
  const keys = Object.keys(each.Ext ?? {})
  if (bytes(each.NickName) > 100) return { field: 'NickName', text: 'NickName has more than 100 bytes' }
  if (bytes(each.Portrait) > 500) return { field: 'Portrait', text: 'Portrait has more than 500 bytes' }
  if (keys.length > 20) return { field: 'Ext', text: 'Ext has more than 20 keys' }
  if (keys.some(key => key.startsWith('s:'))) return { field: 'Ext', text: 'keys of Ext must not start with s:' }
  if (keys.some(key => bytes(key) > 50)) return { field: 'Ext', text: 'a key of Ext has more than 50 bytes' }
  if (keys.some(key => bytes(each.Ext?.[key]) > 500))
    return { field: 'Ext', text: 'a value of Ext has more than 500 bytes' }
  return undefined
}

function bytes(text = ''): number {
  return Buffer.byteLength(text)
}

function userInfo(user: User) {
  const { nick = '', avatar = '', ext = {}, tags = [] } = user.profile
  return {
    AppId: user.app,
    CreateTime: user.created,
    Ext: ext,
    ModifyTime: user.updated,
    NickName: nick,
    Portrait: avatar,
    UserId: idOf(user.id),
    Tags: tags,
    IsRobot: user.robot ?? false,
  }
}
