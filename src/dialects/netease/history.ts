import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { Core } from '../../core/core.ts'
import { visible } from '../../core/messages/history.ts'
import type { Member, Message } from '../../core/model.ts'
import { Refusal, resource } from '../dialect.ts'
import { render } from './content.ts'
import { accid, choice, flag, instant, maybe, pair, person, tid, whole } from './shapes.ts'
import { isTeam } from './teams.ts'

const operation = resource()

/** Pages of the core's history that are read for one answer at most, when few messages are of the wanted types. */
const mostPages = 10

const types = new Set([0, 1, 2, 3, 4, 5, 6, 10, 11, 100])

const queryFields = {
  begintime: instant,
  endtime: instant,
  limit: whole(1, 100),
  reverse: maybe(choice(1, 2)),
  type: maybe(
    z
      .string()
      .transform(list => list.split(',').map(type => Number(type.trim() || Number.NaN)))
      .refine(list => list.every(type => types.has(type)), 'a list of types')
      .transform(list => new Set(list)),
  ),
  includeNoSenseMsg: maybe(flag),
  excludeMsgid: maybe(whole(0)),
}

type Query = z.output<z.ZodObject<typeof queryFields>>

interface Viewer {
  user: string
  member?: Pick<Member, 'hidden'>
}

/** The messages of two users in both directions, as `from` sees them. */
const querySessionMsg = operation({
  key: 'history/querySessionMsg.action',
  request: z.object({ from: accid, to: accid, ...queryFields }).refine(inOrder, 'endtime is before begintime'),
  async run(core, call, r) {
    const [from, to] = await pair(core, call, r.from, r.to)
    const id = await core.directs.find(call.app.id, from.id, to.id)
    if (id === undefined) return answer([])
    return answer(await read(core, id, r, { user: from.id, member: await core.members.find(id, from.id) }))
  },
})

/** A team's messages and notifications as `accid` sees them. */
const queryTeamMsg = operation({
  key: 'history/queryTeamMsg.action',
  request: z
    .object({ tid, accid, ...queryFields, checkTeamValid: maybe(flag) })
    .refine(inOrder, 'endtime is before begintime'),
  async run(core, call, r) {
    const user = await person(core, call, r.accid)
    const team = await core.groups.find(call.app.id, r.tid)
    const strict = r.checkTeamValid ?? true
    if (!isTeam(team) || (strict && team.dismissed)) throw new Refusal(803, 'team does not exist')
    const member = await core.members.find(team.id, user.id)
    if (strict && !member) throw new Refusal(804, 'not in the team')
    return answer(await read(core, team.id, r, { user: user.id, member }))
  },
})

function inOrder(r: { begintime: number; endtime: number }): boolean {
  return r.begintime <= r.endtime
}

async function read(core: Core, id: number, r: Query, viewer: Viewer): Promise<Message[]> {
  const found: Message[] = []
  let after: { shown: number; seq: number } | undefined
  for (let pages = 0; pages < mostPages; pages++) {
    const page = await core.history.read(
      { id },
      {
        by: 'time',
        from: r.begintime,
        to: r.endtime,
        after,
        limit: r.limit - found.length,
        reverse: r.reverse !== 1,
        accept: message => isWanted(message, r, viewer),
      },
    )
    found.push(...page.messages)
    after = page.next
    if (!after || found.length === r.limit) break
  }
  return found
}

/** What was recalled or sent with `history` false is not in the history, nor what the viewer may not see. */
function isWanted(message: Message, r: Query, viewer: Viewer): boolean {
  const own = message.native?.netease
  if (message.recalled || message.id === r.excludeMsgid) return false
  if ((own?.option as { history?: boolean } | undefined)?.history === false) return false
  const noSense = own?.msgSenderNoSense === 1 || own?.msgReceiverNoSense === 1
  const seen = noSense && r.includeNoSenseMsg ? { ...message, hiddenFrom: undefined, visibleTo: undefined } : message
  return visible(seen, viewer) && (!r.type || r.type.has(render(message).type))
}

function answer(messages: Message[]) {
  return { size: messages.length, msgs: messages.map(show) }
}

/** Client codes: 32 for the server API, 16 (web) for devices, whose kind a message does not keep. */
function show(message: Message) {
  return {
    from: message.sender,
    msgid: message.id,
    msgidclient: message.client ?? clientIdOf(message.id),
    sendtime: message.shown,
    fromclienttype: message.origin.via === 'client' ? 16 : 32,
    ...render(message),
  }
}

/** The uuid that stands for a message whose sender gave none: always the same for one id. */
export function clientIdOf(id: number): string {
  const hex = createHash('sha1').update(`message ${id}`).digest('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-5${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}

/** `netease-im/history.json`. */
export const history = [querySessionMsg, queryTeamMsg]
