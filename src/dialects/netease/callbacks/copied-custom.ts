import type { Group } from '../../../core/model.ts'
import { writeJson } from '../../../lib/json.ts'
import { senderFields, tMembersOf } from './copied-messages.ts'
import { type Around, copy, numberFor } from './copy.ts'
import { familyOf } from './families.ts'
import { tinfoOf } from './infos.ts'
import { defined } from './replies.ts'

/** What stands behind a system notification. */
interface Custom {
  from: string
  body?: string
  attach?: string
  /** Kept for who is away. */
  stored?: boolean
  pushText?: string
  ext?: string
  /** Its number, or the name that it is made of. */
  id: number | string
}

async function customFields(custom: Custom, around: Around) {
  const { from, body, attach, stored = true, pushText, ext, id } = custom
  const sender = await around.core.users.find(around.news.app, from)
  return {
    ...senderFields(around, from, sender?.profile.nick),
    msgTimestamp: String(around.at),
    body,
    attach,
    msgidServer: String(typeof id === 'number' ? id : numberFor(`${id}/${around.at}`)),
    customSafeFlag: stored ? '1' : '0',
    customApnsText: pushText,
    ext,
  }
}

/** To one user. */
async function personFields(to: string, msgType: string, custom: Custom, around: Around) {
  return { convType: 'CUSTOM_PERSON', to, msgType, ...(await customFields(custom, around)) }
}

/** To a team or super team; the one word of the type tells which. */
async function teamFields(group: Group, what: (team: string) => string, custom: Custom, around: Around) {
  const [fields, tMembers] = await Promise.all([customFields(custom, around), tMembersOf(around.core, group)])
  const msgType = what(familyOf(group) === 'superteam' ? 'SUPERTEAM' : 'TEAM')
  return { convType: 'CUSTOM_TEAM', to: String(group.id), msgType, ...fields, tMembers }
}

const isTeam = (group: Group) => familyOf(group) !== 'chatroom'

/** The ways of adding a friend, as the server API numbers them. */
const ways = { direct: 1, request: 2, accept: 3, reject: 4 } as const

/** Both directions of one friendship are one operation: of who wanted it, or of who accepted. */
const friendAdded = copy('1', 'friends.added', {
  async fields({ pairs, by, text }, around) {
    const began = new Map(pairs.map(({ from, to, initiator }) => [from === initiator ? to : from, initiator]))
    return Promise.all(
      [...began].map(([other, initiator]) => {
        const [from, to, way] = by === 'answer' ? [other, initiator, ways.accept] : [initiator, other, ways.direct]
        return friendFields(from, to, way, text, around)
      }),
    )
  },
})

const asked: Record<string, number> = { 'friend.request': ways.request, 'friend.rejected': ways.reject }

/** A request, or its rejection; the devices of whoever did it are told as well, which is no operation of its own. */
const friendAsked = copy('1', 'note', {
  fires: ({ user, note }) => note.kind in asked && user !== note.from,
  fields: ({ user, note: { kind, from, data } }, around) =>
    friendFields(from, user, asked[kind] as number, data.text as string | undefined, around),
})

function friendFields(from: string, to: string, vt: number, body: string | undefined, around: Around) {
  const custom = { from, body, attach: writeJson({ vt }), id: `friend/${from}/${to}` }
  return personFields(to, 'FRIEND_ADD', custom, around)
}

const friendRemoved = copy('1', 'friends.removed', {
  async fields({ pairs }, around) {
    const seen = new Set<string>()
    const once = pairs.filter(({ from, to }) => !seen.has(writeJson([to, from])) && seen.add(writeJson([from, to])))
    return Promise.all(
      once.map(({ from, to }) => personFields(to, 'FRIEND_DELETE', { from, id: `unfriend/${from}/${to}` }, around)),
    )
  },
})

/** A notification of the app's own making; in a copy its body is the attach. */
const notified = copy('1', 'notification.sent', {
  fires: ({ to, quiet }) => !quiet && ('user' in to || isTeam(to.group)),
  fields({ to, from, body: attach, stored, pushText, ext, id }, around) {
    const custom = { from, attach, stored, pushText, ext, id }
    if ('user' in to) return personFields(to.user, 'CUSTOM_P2P_MSG', custom, around)
    return teamFields(to.group, team => `CUSTOM_${team}_MSG`, custom, around)
  },
})

const applied = copy('1', 'group.applied', {
  fires: ({ group }) => isTeam(group),
  fields: ({ group, user, text }, around) =>
    teamFields(group, team => `${team}_APPLY`, { from: user, body: text, id: `apply/${group.id}/${user}` }, around),
})

const applicationRefused = copy('1', 'group.application.refused', {
  fires: ({ group }) => isTeam(group),
  fields: ({ group, user, by, text }, around) =>
    teamFields(
      group,
      team => `${team}_APPLY_REJECT`,
      { from: by, body: text, attach: writeJson({ ids: [user] }), id: `no/${group.id}/${user}` },
      around,
    ),
})

const invited = copy('1', 'member.invited', {
  fires: ({ group }) => isTeam(group),
  async fields({ group, invitation: { user, by, text, ext } }, around) {
    const size = await around.core.members.count(group.id)
    const attach = writeJson(defined({ tinfo: tinfoOf(group, size), ids: [user], attach: ext }))
    const custom = { from: by || group.owner, body: text, attach, id: `invite/${group.id}/${user}` }
    return teamFields(group, team => `${team}_INVITE`, custom, around)
  },
})

const invitationRefused = copy('1', 'group.invitation.refused', {
  fires: ({ group }) => isTeam(group),
  fields: ({ group, user, by, text }, around) =>
    teamFields(
      group,
      team => `${team}_INVITE_REJECT`,
      { from: user, body: text, attach: writeJson({ ids: [by] }), id: `refuse/${group.id}/${user}` },
      around,
    ),
})

/** The copies of system notifications: friends, applications, invitations, and the app's own. */
export const customCopies = [
  ...[friendAdded, friendAsked, friendRemoved, notified],
  ...[applied, applicationRefused, invited, invitationRefused],
]
