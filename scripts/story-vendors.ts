import { createHash, randomBytes } from 'node:crypto'
import { Service } from '@volcengine/openapi'
import { Api } from 'tls-sig-api-v2'
import type { Keys } from './story-server.ts'

type Fields = Record<string, unknown>

/** A message as one vendor's history shows it; its number where the vendor has one, its id where it has one. */
export interface Read {
  text: string
  sender: string
  number?: number
  id?: number
}

/** The three server APIs as a back end calls them: each call gives the reply's fields, or throws the vendor's refusal. */
export interface Vendors {
  tencent(command: string, body: Fields): Promise<Fields>
  netease(path: string, form: Record<string, string>): Promise<Fields>
  volcengine(action: string, body: Fields): Promise<Fields>
  userSig(user: string): string
}

const administrator = 'administrator'

/** Callers with the vendors' own tools: Tencent's signer and Volcengine's client with another host; NetEase has only a form. */
export function openVendors(url: string, keys: Keys): Vendors {
  const signer = new Api(keys.appId, keys.tencentKey)
  const userSig = (user: string) => signer.genSig(user, 86_400)
  const adminSig = userSig(administrator)
  const service = new Service({
    serviceName: 'rtc',
    region: 'cn-north-1',
    defaultVersion: '2020-12-01',
    protocol: 'http:',
    host: new URL(url).host,
    accessKeyId: keys.accessKeyId,
    secretKey: keys.secretAccessKey,
  })

  async function tencent(command: string, body: Fields): Promise<Fields> {
    const query = new URLSearchParams({
      sdkappid: String(keys.appId),
      identifier: administrator,
      usersig: adminSig,
      random: String(randomBytes(4).readUInt32BE()),
      contenttype: 'json',
    })
    const reply = await fetch(`${url}/v4/${command}?${query}`, { method: 'POST', body: JSON.stringify(body) })
    const answer = (await reply.json()) as Fields
    if (answer.ErrorCode !== 0) throw new Error(`Tencent ${command}: ${answer.ErrorCode} ${answer.ErrorInfo}`)
    return answer
  }

  async function netease(path: string, form: Record<string, string>): Promise<Fields> {
    const nonce = randomBytes(8).toString('hex')
    const curTime = String(Math.floor(Date.now() / 1000))
    const sum = createHash('sha1').update(`${keys.appSecret}${nonce}${curTime}`).digest('hex')
    const headers = { AppKey: keys.appKey, Nonce: nonce, CurTime: curTime, CheckSum: sum }
    const body = new URLSearchParams(form)
    const reply = await fetch(`${url}/nimserver/${path}`, { method: 'POST', headers, body })
    const answer = (await reply.json()) as Fields
    if (answer.code !== 200) throw new Error(`NetEase ${path}: ${answer.code} ${answer.desc}`)
    return answer
  }

  async function volcengine(action: string, body: Fields): Promise<Fields> {
    const reply = await service.createJSONAPI(action)({ AppId: keys.appId, ...body })
    const { Error: refusal } = reply.ResponseMetadata
    if (refusal) throw new Error(`Volcengine ${action}: ${refusal.Code} ${refusal.Message}`)
    return reply.Result as Fields
  }

  return { tencent, netease, volcengine, userSig }
}

/** Tencent's history of a group, oldest first. */
export async function readTencent({ tencent }: Vendors, group: string): Promise<Read[]> {
  const found: Read[] = []
  for (let next: number | undefined; next !== 0; ) {
    const body = { GroupId: group, ReqMsgNumber: 20, ...(next === undefined ? {} : { ReqMsgSeq: next }) }
    const page = (await tencent('group_open_http_svc/group_msg_get_simple', body)).RspMsgList as TencentMessage[]
    found.push(...page.filter(each => !each.IsSystemMsg).map(ofTencent))
    next = (page.at(-1)?.MsgSeq ?? 1) - 1
  }
  return found.reverse()
}

interface TencentMessage {
  From_Account: string
  MsgSeq: number
  IsSystemMsg?: number
  MsgBody: { MsgContent: { Text?: string } }[]
}

function ofTencent(message: TencentMessage): Read {
  const text = message.MsgBody.map(element => element.MsgContent.Text ?? '').join('')
  return { text, sender: message.From_Account, number: message.MsgSeq }
}

/** NetEase's history of a team as a member sees it, oldest first. Pages go by time, so their edges come twice. */
export async function readNetease({ netease }: Vendors, tid: number, accid: string): Promise<Read[]> {
  const found = new Map<number, NeteaseMessage>()
  for (let begin = 0; ; ) {
    const page = (
      await netease('history/queryTeamMsg.action', {
        tid: String(tid),
        accid,
        begintime: String(begin),
        endtime: String(Date.now() + 60_000),
        limit: '100',
        reverse: '1',
      })
    ).msgs as NeteaseMessage[]
    const before = found.size
    for (const message of page) found.set(message.msgid, message)
    if (found.size === before) break
    begin = page.at(-1)?.sendtime ?? begin
  }
  const said = [...found.values()].filter(message => message.type === 0)
  return said.map(({ body, from, msgid }) => ({ text: body.msg ?? '', sender: from, id: msgid }))
}

interface NeteaseMessage {
  msgid: number
  from: string
  sendtime: number
  type: number
  body: { msg?: string }
}

/** The Status of a recalled message, which the others' histories leave out. */
const recalled = 3

/** Volcengine's history of a conversation, oldest first. */
export async function readVolcengine({ volcengine }: Vendors, conversation: number): Promise<Read[]> {
  const found: Read[] = []
  for (let cursor = 0, more = true; more; ) {
    const body = { ConversationShortId: conversation, Cursor: cursor, Limit: 20 }
    const page = (await volcengine('GetConversationMessages', body)) as unknown as VolcenginePage
    found.push(...page.Messages.filter(each => each.MsgType === 10001 && each.Status !== recalled).map(ofVolcengine))
    cursor = page.NewCursor
    more = page.HasMore
  }
  return found
}

interface VolcenginePage {
  Messages: VolcengineMessage[]
  NewCursor: number
  HasMore: boolean
}

interface VolcengineMessage {
  Status: number
  MsgType: number
  Content: string
  SenderStr: string
  MessageId: number
  IndexInConversation: number
}

function ofVolcengine(message: VolcengineMessage): Read {
  const { SenderStr: sender, IndexInConversation: number, MessageId: id } = message
  return { text: JSON.parse(message.Content).text, sender, number, id }
}
