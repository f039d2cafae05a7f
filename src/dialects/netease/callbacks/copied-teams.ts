import type { EventOf } from '../../../core/events.ts'
import type { Notice } from '../../../core/messages/content.ts'
import type { Group } from '../../../core/model.ts'
import { writeJson } from '../../../lib/json.ts'
import { clientIdOf } from '../history.ts'
import { addressFields } from './clients.ts'
import { senderFields, tMembers, tMembersOf } from './copied-messages.ts'
import { type Around, copy, numberFor } from './copy.ts'
import { convTypes, familyOf } from './families.ts'
import { changedTinfo, tinfoOf, uinfoOf } from './infos.ts'
import { defined } from './replies.ts'

/** Attach ids of what happens to teams, and to super teams. */
const ids = {
  invited: [0, 401],
  kicked: [1, 402],
  left: [2, 403],
  changed: [3, 404],
  dismissed: [4, 405],
  applied: [5, 410],
  owner: [6, 406],
  'manager.set': [7, 407],
  'manager.unset': [8, 408],
  accepted: [9, 411],
  muted: [10, 409],
  unmuted: [10, 409],
} as const

type What = keyof typeof ids

/** What happened to a team, whether a tip tells of it or not. */
interface Operation {
  group: Group
  what: What
  by: string
  users?: readonly string[]
  /** Changed fields, by the core's names. */
  fields?: readonly string[]
  /** The caller's own data. */
  attach?: string
  /** Who is in it, where that cannot be read any more. */
  members?: readonly string[]
  /** A message's where a tip tells of it. */
  id: number
  time: number
}

/** Longest attach; users' cards are left out where they do not fit. */
const longestAttach = 4096
/** Users whose cards are looked up at most. */
const mostCards = 20

const isTeam = (group: Group) => familyOf(group) !== 'chatroom'

async function notification(operation: Operation, around: Around) {
  const { group, users = [], id, time } = operation
  const { core, news } = around
  const by = operation.by || group.owner
  const people = [...new Set([by, ...users])].filter(user => user !== '').slice(0, mostCards)
  const [found, size, members] = await Promise.all([
    core.users.findMany(news.app, people),
    operation.members?.length ?? core.members.count(group.id),
    operation.members ? tMembers(group, operation.members) : tMembersOf(core, group),
  ])
  const known = found.filter(user => user !== undefined)
  return {
    convType: convTypes[familyOf(group)],
    to: String(group.id),
    ...senderFields(around, by, known.find(user => user.id === by)?.profile.nick),
    msgTimestamp: String(time),
    msgType: 'NOTIFICATION',
    attach: attachOf(operation, by, tinfoOf(group, size), known.map(uinfoOf)),
    msgidClient: clientIdOf(id),
    msgidServer: String(id),
    resendFlag: '0',
    tMembers: members,
    ...addressFields(news),
  }
}

function attachOf(operation: Operation, by: string, tinfo: Record<string, string>, uinfos: Record<string, string>[]) {
  const { group, what, users, fields, attach } = operation
  const data = defined({
    tinfo: fields ? changedTinfo(tinfo, fields) : tinfo,
    uinfos: uinfos.length > 0 ? uinfos : undefined,
    ids: users && users.length > 0 ? users : undefined,
    id: what === 'owner' ? (users?.[0] ?? group.owner) : by,
    mute: what === 'muted' ? '1' : what === 'unmuted' ? '0' : undefined,
    attach,
  })
  const id = ids[what][familyOf(group) === 'superteam' ? 1 : 0]
  const whole = writeJson({ id, data })
  return whole.length > longestAttach ? writeJson({ id, data: { ...data, uinfos: undefined } }) : whole
}

/** What a tip tells of; the making of a team has no copy. */
const whatOf: Record<Notice['what'], What | undefined> = {
  created: undefined,
  joined: 'applied',
  accepted: 'accepted',
  invited: 'invited',
  left: 'left',
  kicked: 'kicked',
  changed: 'changed',
  owner: 'owner',
  'manager.set': 'manager.set',
  'manager.unset': 'manager.unset',
  muted: 'muted',
  unmuted: 'unmuted',
  dismissed: 'dismissed',
}

const tip = copy('1', 'message.sent', {
  fires: ({ message: { parts }, conversation, quiet }) =>
    !quiet && parts[0]?.type === 'notice' && conversation.type === 'group' && isTeam(conversation),
  fields({ message, conversation }, around) {
    const notice = message.parts[0] as Notice
    const what = whatOf[notice.what]
    const fields = notice.changes && Object.keys(notice.changes)
    const { by, users, ext: attach } = notice
    const { id, shown: time } = message
    return what && notification({ group: conversation as Group, what, by, users, fields, attach, id, time }, around)
  },
})

type Untipped = 'group.created' | 'members.joined' | 'members.left' | 'group.changed' | 'group.owner' | 'member.changed'

/** Declares the copy of what happens to a team where no tip tells of it; none where there is no operation after all. */
function untipped<T extends Untipped>(
  event: T,
  operationOf: (event: EventOf<T>, at: number) => (Partial<Operation> & { what: What }) | undefined,
) {
  return copy('1', event, {
    fires: each => {
      const { group, tipped } = each as EventOf<Untipped>
      return !tipped && isTeam(group) && operationOf(each, 0) !== undefined
    },
    fields(each, around) {
      const operation = operationOf(each, around.at)
      return operation && notification(operationAt(each as EventOf<Untipped>, operation, around), around)
    },
  })
}

/** An operation without a message: its number is made of where it stands among the changes of its team. */
function operationAt(
  event: EventOf<Untipped | 'group.dismissed'>,
  operation: Partial<Operation> & { what: What },
  { news, at }: Around,
): Operation {
  const rev = 'change' in event ? event.change.rev : at
  // One change may tell of many members, and each of them is told of by itself.
  const place = event.type === 'member.changed' ? `${rev}/${event.member.user}` : rev
  const id = numberFor(`${event.type}/${event.group.id}/${place}`)
  return { group: event.group, by: news.operator ?? '', id, time: at, ...operation }
}

/** Who was taken in when a team was made; with nobody besides its owner there is nothing to tell. */
const firstMembers = untipped('group.created', ({ group, members }) => {
  const users = members.filter(user => user !== group.owner)
  return users.length > 0 ? { what: 'invited', users } : undefined
})

const joins = { added: 'invited', invited: 'invited', applied: 'applied', accepted: 'accepted' } as const

const joined = untipped('members.joined', ({ members, how }) => ({
  what: joins[how],
  users: members.map(member => member.user),
}))

const left = untipped('members.left', ({ users, how, change }) => ({
  what: how === 'left' ? 'left' : 'kicked',
  users,
  by: how === 'left' ? users[0] : change.by,
}))

const changed = untipped('group.changed', ({ fields }) => (fields.length > 0 ? { what: 'changed', fields } : undefined))

const owner = untipped('group.owner', ({ owner }) => ({ what: 'owner', users: [owner] }))

/** A member's role or mute; what members change of themselves is no operation of the team. */
const member = untipped('member.changed', ({ member, fields }, at) => {
  const users = [member.user]
  if (fields.includes('mutedUntil')) return { what: (member.mutedUntil ?? 0) > at ? 'muted' : 'unmuted', users }
  const isRole = fields.includes('rank') || fields.includes('role')
  return isRole ? { what: member.rank === 1 ? 'manager.set' : 'manager.unset', users } : undefined
})

/** No tip tells of a dismissal. */
const dismissed = copy('1', 'group.dismissed', {
  fires: ({ group }) => isTeam(group),
  fields(event, around) {
    const attach = (event.change.detail as { ext?: string } | undefined)?.ext
    const { members } = event
    return notification(operationAt(event, { what: 'dismissed', attach, members }, around), around)
  },
})

/** The copies of what happens to teams. */
export const teamCopies = [tip, firstMembers, joined, left, changed, owner, dismissed, member]
