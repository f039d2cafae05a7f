import { z } from 'zod'
import type { Group, Policy } from '../../../core/model.ts'
import { text } from '../shapes.ts'
import { type Modes, modesOf, policyOf } from '../teams.ts'
import { defined, given } from './replies.ts'

/** Shown fields of a group that Yunxin has words for. */
type Texts = Partial<Pick<Group, 'name' | 'notice' | 'description' | 'avatar' | 'clientText' | 'serverText'>>

/** The modes of Yunxin that say each part of a policy. */
const modeOf: Partial<Record<keyof Policy, keyof Modes>> = {
  join: 'joinmode',
  consent: 'beinvitemode',
  invite: 'invitemode',
  edit: 'uptinfomode',
  editText: 'upcustommode',
}

/** Those of the fields that are texts, in Yunxin's words. */
export function textFields(fields: Texts): Record<string, string | undefined> {
  const { name, notice, description, avatar, clientText, serverText } = fields
  return defined({
    tname: name,
    announcement: notice,
    intro: description,
    icon: avatar,
    custom: clientText,
    servercustom: serverText,
  })
}

/** Those of the fields that are parts of a policy, in Yunxin's words. */
export function modeFields(fields: Partial<Policy>, now: Policy): Record<string, number | undefined> {
  const shown = modesOf({ ...now, ...fields })
  const modes = Object.keys(fields).flatMap(name => {
    const mode = modeOf[name as keyof Policy]
    return mode ? [[mode, shown[mode]]] : []
  })
  return { ...Object.fromEntries(modes), ...(fields.maxMembers === undefined ? {} : { level: fields.maxMembers }) }
}

const bit = given(z.literal([0, 1]))

const changed = z.object({
  tname: given(text(64).min(1)),
  announcement: given(text(1024)),
  intro: given(text(512)),
  icon: given(text(1024)),
  custom: given(text(1024)),
  servercustom: given(text(1024)),
  joinmode: given(z.literal([0, 1, 2])),
  beinvitemode: bit,
  invitemode: bit,
  uptinfomode: bit,
  upcustommode: bit,
})

/** What an answer wants otherwise of a team; undefined when that cannot be read. Fields that it may not change are passed over. */
export function teamChange(modify: unknown, now: Policy): { texts: Texts; policy: Partial<Policy> } | undefined {
  const change = changed.safeParse(modify ?? {}).data
  if (!change) return undefined
  const { tname, announcement, intro, icon, custom, servercustom, ...modes } = change
  const texts = {
    name: tname,
    notice: announcement,
    description: intro,
    avatar: icon,
    clientText: custom,
    serverText: servercustom,
  }
  return { texts: defined(texts), policy: policyOf(modes, now) }
}
