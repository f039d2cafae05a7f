import { callNetease } from '../support/netease.ts'
import { callTencent, userSig } from '../support/tencent.ts'
import { callVolcengine } from '../support/volcengine.ts'
import type { ServerProcess } from './server-process.ts'

/** A conversation as all vendors can name it. */
export type Place = { id: number } & (
  | { type: 'direct'; a: string; b: string }
  | { type: 'group'; alias: string; owner: string }
)

/** A message that is to be said. `repeat` names it where the vendor's messages have a name of the sender's. */
export interface Saying {
  place: Place
  from: string
  text: string
  repeat: number
}

/** A message as a vendor's history shows it; with its number where the vendor shows it. */
export interface Read {
  text: string
  sender: string
  number?: number
}

/** A back end that speaks with the server as one vendor's customer. Calls reject with Refused when they are refused. */
export interface Vendor {
  name: 'tencent' | 'netease' | 'volcengine'
  /** How long a repeat by the same name is the same message (ms). */
  repeats(place: Place): number
  call(operation: string, body: object): Promise<Body>
  /** Gives the handle by which the reply names the message, as it stands in the reply. */
  say(saying: Saying): Promise<string>
  /** The whole history, oldest first. */
  read(place: Place): Promise<Read[]>
}

// biome-ignore lint/suspicious/noExplicitAny: tests look into replies of every shape
type Body = any

/** A call was refused; `reply` is the whole reply, in the vendor's form. */
export class Refused extends Error {
  override name = 'Refused'
  readonly reply: { status: number; body: Body }

  constructor(operation: string, reply: { status: number; body: Body }) {
    super(`${operation}: ${reply.status} ${JSON.stringify(reply.body)}`)
    this.reply = reply
  }
}

const week = 7 * 24 * 3600 * 1000

/** The handles of messages in replies of the three vendors, as they stand there. */
export const handlesIn = (text: string): string[] =>
  [...text.matchAll(/"MsgKey":"[^"]+"|"(?:MsgSeq|msgid|MessageId)":\d+/g)].map(found => found[0])

/** The three vendors' customers of a server. */
export const vendorsOf = (server: ServerProcess): Vendor[] => [
  tencentOf(server),
  neteaseOf(server),
  volcengineOf(server),
]

function tencentOf(server: ServerProcess): Vendor {
  const usersig = userSig(server.app, 'administrator')
  const vendor: Vendor = {
    name: 'tencent',
    // A message to a user is known by its MsgRandom for one second only.
    repeats: place => (place.type === 'group' ? 5 * 60_000 : 0),
    async call(operation, body) {
      const reply = await callTencent(server, server.app, operation, body, { usersig })
      if (reply.body.ErrorCode !== 0) throw new Refused(operation, reply)
      return reply.body
    },
    async say({ place, from, text, repeat }) {
      const MsgBody = [{ MsgType: 'TIMTextElem', MsgContent: { Text: text } }]
      const said =
        place.type === 'direct'
          ? await vendor.call('openim/sendmsg', {
              From_Account: from,
              To_Account: from === place.a ? place.b : place.a,
              MsgRandom: repeat,
              MsgBody,
            })
          : await vendor.call('group_open_http_svc/send_group_msg', {
              GroupId: place.alias,
              From_Account: from,
              Random: repeat,
              MsgBody,
            })
      return handleIn(said)
    },
    read: place => (place.type === 'direct' ? readRoaming(vendor, place) : readGroup(vendor, place)),
  }
  return vendor
}

async function readRoaming({ call }: Vendor, place: Place & { type: 'direct' }): Promise<Read[]> {
  const found: Read[] = []
  let [MaxTime, LastMsgKey] = [Math.floor(Date.now() / 1000) + 60, '']
  for (;;) {
    const asked = { Operator_Account: place.a, Peer_Account: place.b, MaxCnt: 100, MinTime: 0, MaxTime, LastMsgKey }
    const page = await call('openim/admin_getroammsg', asked)
    found.unshift(...page.MsgList.map(tencentRead))
    if (page.Complete === 1) return found
    ;({ LastMsgTime: MaxTime, LastMsgKey } = page)
  }
}

async function readGroup({ call }: Vendor, place: Place & { type: 'group' }): Promise<Read[]> {
  const found: Read[] = []
  for (let next: number | undefined; next !== 0; ) {
    const asked = { GroupId: place.alias, ReqMsgNumber: 20, ReqMsgSeq: next }
    const { RspMsgList } = await call('group_open_http_svc/group_msg_get_simple', asked)
    for (const message of RspMsgList) found.unshift({ ...tencentRead(message), number: message.MsgSeq })
    next = (found[0]?.number ?? 1) - 1
  }
  return found
}

const tencentRead = (message: Body): Read => ({
  text: message.MsgBody[0].MsgContent.Text ?? '',
  sender: message.From_Account,
})

function neteaseOf(server: ServerProcess): Vendor {
  const vendor: Vendor = {
    name: 'netease',
    repeats: () => 0,
    async call(operation, body) {
      const reply = (await callNetease(server, server.app, operation, body)) as { status: number; body: Body }
      if (reply.body.code !== 200) throw new Refused(operation, reply)
      return reply.body
    },
    async say({ place, from, text }) {
      const to = place.type === 'group' ? place.id : from === place.a ? place.b : place.a
      const ope = place.type === 'group' ? 1 : 0
      return handleIn(
        await vendor.call('msg/sendMsg.action', { from, ope, to, type: 0, body: JSON.stringify({ msg: text }) }),
      )
    },
    async read(place) {
      // Pages go by time, so their edges come twice.
      const found = new Map<number, Body>()
      for (let begintime = 0; ; ) {
        const asked = { begintime, endtime: Date.now() + 60_000, limit: 100, reverse: 1 }
        const { msgs } =
          place.type === 'direct'
            ? await vendor.call('history/querySessionMsg.action', { from: place.a, to: place.b, ...asked })
            : await vendor.call('history/queryTeamMsg.action', { tid: place.id, accid: place.owner, ...asked })
        const before = found.size
        for (const message of msgs) found.set(message.msgid, message)
        if (found.size === before) break
        begintime = msgs.at(-1).sendtime
      }
      return [...found.values()].map(({ from, body }) => ({ text: body.msg ?? '', sender: from }))
    },
  }
  return vendor
}

function volcengineOf(server: ServerProcess): Vendor {
  const AppId = server.app.id
  const vendor: Vendor = {
    name: 'volcengine',
    repeats: () => week,
    async call(operation, body) {
      const reply = await callVolcengine(server, server.app, operation, { AppId, ...body })
      if (reply.status !== 200 || reply.body.ResponseMetadata.Error) throw new Refused(operation, reply)
      return reply.body.Result
    },
    async say({ place, from, text, repeat }) {
      const said = await vendor.call('SendMessage', {
        ConversationShortId: place.id,
        Sender: Number(from),
        MsgType: 10001,
        Content: JSON.stringify({ text }),
        ClientMsgId: `client-${repeat}`,
      })
      return handleIn(said)
    },
    async read(place) {
      const found: Read[] = []
      for (let [Cursor, more] = [0, true]; more; ) {
        const asked = { ConversationShortId: place.id, Cursor, Limit: 20 }
        const page = await vendor.call('GetConversationMessages', asked)
        found.push(...page.Messages.map(volcengineRead))
        ;[Cursor, more] = [page.NewCursor, page.HasMore]
      }
      return found
    },
  }
  return vendor
}

const volcengineRead = (message: Body): Read => ({
  text: message.MsgType === 10001 ? JSON.parse(message.Content).text : '',
  sender: message.SenderStr,
  number: message.IndexInConversation,
})

function handleIn(body: object): string {
  const [handle] = handlesIn(JSON.stringify(body))
  if (!handle) throw new Error(`the reply names no message: ${JSON.stringify(body)}`)
  return handle
}
