import type { App } from '../../src/core/apps/model.ts'
import { callNetease } from '../support/netease.ts'
import type { TestServer } from '../support/server.ts'
import { callTencent } from '../support/tencent.ts'
import { callVolcengine } from '../support/volcengine.ts'

// biome-ignore lint/suspicious/noExplicitAny: replies of every shape
type Fields = Record<string, any>

/** A call that a vendor refused, with its code. */
export class Refused extends Error {
  override name = 'Refused'
  readonly code: unknown

  constructor(code: unknown, text: string) {
    super(text)
    this.code = code
  }
}

/** One line of a history: what was said by whom, or that it was recalled. `key` is how the vendor names it. */
export interface Line {
  text: string
  sender: string
  recalled?: boolean
  key: unknown
}

/** A group as a vendor shows it. */
export interface Shown {
  name: string
  owner: string
  members: string[]
}

/** What a back end does through one vendor's API, in one vocabulary, so that a journey can change the vendor at any step. */
export interface Vendor {
  name: 'tencent' | 'netease' | 'volcengine'
  /** Any call; the reply's fields, or Refused. */
  call(key: string, body?: Fields): Promise<Fields>
  register(user: string, nick: string): Promise<void>
  rename(user: string, nick: string): Promise<void>
  /** undefined = nobody of that id. */
  nickOf(user: string): Promise<string | undefined>
  say(from: string, to: string, text: string): Promise<void>
  /** A conversation of two as the first of them sees it, oldest first. */
  read(viewer: string, peer: string): Promise<Line[]>
  recall(from: string, to: string, key: unknown): Promise<void>
  makeGroup(name: string, owner: string, members: string[]): Promise<void>
  sayInGroup(group: Named, from: string, text: string): Promise<void>
  readGroup(group: Named, viewer: string): Promise<Line[]>
  recallInGroup(group: Named, by: string, key: unknown): Promise<void>
  /** undefined = no such group. */
  group(group: Named): Promise<Shown | undefined>
  renameGroup(group: Named, owner: string, name: string): Promise<void>
  addMember(group: Named, owner: string, user: string): Promise<void>
  removeMember(group: Named, owner: string, user: string): Promise<void>
  dismiss(group: Named, owner: string): Promise<void>
}

/** A group by both of its ids. */
export interface Named {
  id: number
  alias: string
}

/** The three vendors' APIs on one app. */
export function vendorsOf(server: TestServer, app: App): Vendor[] {
  return [tencentOf(server, app), neteaseOf(server, app), volcengineOf(server, app)]
}

/** Both ids of the only group of that name that a user is in. */
export async function findGroup(server: TestServer, app: App, user: string, name: string): Promise<Named> {
  const [tencent, , volcengine] = vendorsOf(server, app) as [Vendor, Vendor, Vendor]
  const body = { ParticipantUserId: Number(user), Cursor: 0, Limit: 20 }
  const { ConversationInfos } = await volcengine.call('GetUserConversations', body)
  const id = ConversationInfos.find((each: Fields) => each.Name === name)?.ConversationShortId
  const asked = {
    Member_Account: user,
    WithNoActiveGroups: 1,
    WithHugeGroups: 1,
    ResponseFilter: { GroupBaseInfoFilter: ['Name'] },
  }
  const { GroupIdList } = await tencent.call('group_open_http_svc/get_joined_group_list', asked)
  const alias = GroupIdList.find((each: Fields) => each.Name === name)?.GroupId
  if (!id || !alias) throw new Error(`no vendor shows the group ${name}: ${id}, ${alias}`)
  return { id, alias }
}

function tencentOf(server: TestServer, app: App): Vendor {
  const call = async (key: string, body: Fields = {}) => {
    const reply = (await callTencent(server, app, key, body)).body
    if (reply.ErrorCode !== 0) throw new Refused(reply.ErrorCode, `${key}: ${reply.ErrorInfo}`)
    return reply
  }
  const groups = 'group_open_http_svc'
  const text = (Text: string) => [{ MsgType: 'TIMTextElem', MsgContent: { Text } }]
  const said = (body: Fields[]) => body.map(each => each.MsgContent.Text ?? '').join('')
  return {
    name: 'tencent',
    call,
    async register(UserID, Nick) {
      await call('im_open_login_svc/account_import', { UserID, Nick })
    },
    async rename(From_Account, Value) {
      await call('profile/portrait_set', { From_Account, ProfileItem: [{ Tag: 'Tag_Profile_IM_Nick', Value }] })
    },
    async nickOf(user) {
      const body = { To_Account: [user], TagList: ['Tag_Profile_IM_Nick'] }
      const [item] = (await call('profile/portrait_get', body)).UserProfileItem
      return item.ResultCode === 0 ? (item.ProfileItem[0]?.Value ?? '') : undefined
    },
    async say(From_Account, To_Account, words) {
      await call('openim/sendmsg', { From_Account, To_Account, MsgRandom: random(), MsgBody: text(words) })
    },
    async read(Operator_Account, Peer_Account) {
      const all = { MaxCnt: 100, MinTime: 0, MaxTime: 4_000_000_000 }
      const { MsgList } = await call('openim/admin_getroammsg', { Operator_Account, Peer_Account, ...all })
      return MsgList.map((each: Fields) => ({
        text: said(each.MsgBody),
        sender: each.From_Account,
        ...(each.MsgFlagBits === 8 ? { recalled: true } : {}),
        key: each.MsgKey,
      }))
    },
    async recall(From_Account, To_Account, MsgKey) {
      await call('openim/admin_msgwithdraw', { From_Account, To_Account, MsgKey })
    },
    async makeGroup(Name, Owner_Account, members) {
      const MemberList = members.map(Member_Account => ({ Member_Account }))
      await call(`${groups}/create_group`, { Type: 'Public', Name, Owner_Account, MemberList })
    },
    async sayInGroup({ alias }, From_Account, words) {
      const body = { GroupId: alias, From_Account, Random: random(), MsgBody: text(words) }
      await call(`${groups}/send_group_msg`, body)
    },
    async readGroup({ alias }) {
      const body = { GroupId: alias, ReqMsgNumber: 20, WithRecalledMsg: 1 }
      const { RspMsgList } = await call(`${groups}/group_msg_get_simple`, body)
      return RspMsgList.filter((each: Fields) => !each.IsSystemMsg)
        .map((each: Fields) => ({
          text: said(each.MsgBody),
          sender: each.From_Account,
          ...(each.IsPlaceMsg === 2 ? { recalled: true } : {}),
          key: each.MsgSeq,
        }))
        .reverse()
    },
    async recallInGroup({ alias }, _by, MsgSeq) {
      const { RecallRetList } = await call(`${groups}/group_msg_recall`, { GroupId: alias, MsgSeqList: [{ MsgSeq }] })
      if (RecallRetList[0].RetCode !== 0) throw new Refused(RecallRetList[0].RetCode, 'group_msg_recall')
    },
    async group({ alias }) {
      const [info] = (await call(`${groups}/get_group_info`, { GroupIdList: [alias] })).GroupInfo
      if (info.ErrorCode !== 0) return undefined
      const members = info.MemberList.map((each: Fields) => each.Member_Account).sort()
      return { name: info.Name, owner: info.Owner_Account, members }
    },
    async renameGroup({ alias }, _owner, Name) {
      await call(`${groups}/modify_group_base_info`, { GroupId: alias, Name })
    },
    async addMember({ alias }, _owner, Member_Account) {
      await call(`${groups}/add_group_member`, { GroupId: alias, MemberList: [{ Member_Account }] })
    },
    async removeMember({ alias }, _owner, user) {
      await call(`${groups}/delete_group_member`, { GroupId: alias, MemberToDel_Account: [user] })
    },
    async dismiss({ alias }) {
      await call(`${groups}/destroy_group`, { GroupId: alias })
    },
  }
}

function neteaseOf(server: TestServer, app: App): Vendor {
  const call = async (key: string, fields: Fields = {}) => {
    const reply = (await callNetease(server, app, key, fields)).body as Fields
    if (reply.code !== 200) throw new Refused(reply.code, `${key}: ${reply.desc}`)
    return reply
  }
  const line = (each: Fields) => ({
    text: each.body.msg ?? '',
    sender: each.from,
    key: { deleteMsgid: each.msgid, timetag: each.sendtime },
  })
  const page = { begintime: 0, endtime: 4_000_000_000_000, limit: 100, reverse: 1 }
  const send = (from: string, ope: 0 | 1, to: string, msg: string) =>
    call('msg/sendMsg.action', { from, ope, to, type: 0, body: JSON.stringify({ msg }) })
  return {
    name: 'netease',
    call,
    async register(accid, name) {
      await call('user/create.action', { accid, name })
    },
    async rename(accid, name) {
      await call('user/updateUinfo.action', { accid, name })
    },
    async nickOf(accid) {
      try {
        return (await call('user/getUinfos.action', { accids: JSON.stringify([accid]) })).uinfos[0].name ?? ''
      } catch (error) {
        if ((error as Refused).code === 414) return undefined
        throw error
      }
    },
    async say(from, to, words) {
      await send(from, 0, to, words)
    },
    async read(from, to) {
      return (await call('history/querySessionMsg.action', { from, to, ...page })).msgs.map(line)
    },
    async recall(from, to, key) {
      await call('msg/recall.action', { ...(key as Fields), type: 7, from, to })
    },
    async makeGroup(tname, owner, members) {
      const body = { tname, owner, members: JSON.stringify(members), msg: 'come in', magree: 0, joinmode: 0 }
      await call('team/create.action', body)
    },
    async sayInGroup({ id }, from, words) {
      await send(from, 1, String(id), words)
    },
    async readGroup({ id }, accid) {
      const { msgs } = await call('history/queryTeamMsg.action', { tid: id, accid, ...page })
      return msgs.filter((each: Fields) => each.type !== 5).map(line)
    },
    async recallInGroup({ id }, from, key) {
      await call('msg/recall.action', { ...(key as Fields), type: 8, from, to: id })
    },
    async group({ id }) {
      try {
        const [team] = (await call('team/query.action', { tids: JSON.stringify([id]), ope: 1 })).tinfos
        const members = [...(team.owner ? [team.owner] : []), ...team.admins, ...team.members].sort()
        return { name: team.tname, owner: team.owner, members }
      } catch (error) {
        if ((error as Refused).code === 803) return undefined
        throw error
      }
    },
    async renameGroup({ id }, owner, tname) {
      await call('team/update.action', { tid: id, owner, tname })
    },
    async addMember({ id }, owner, user) {
      await call('team/add.action', { tid: id, owner, members: JSON.stringify([user]), magree: 0, msg: 'come in' })
    },
    async removeMember({ id }, owner, member) {
      await call('team/kick.action', { tid: id, owner, member })
    },
    async dismiss({ id }, owner) {
      await call('team/remove.action', { tid: id, owner })
    },
  }
}

/** Volcengine lists no members: these are the ones that journeys put into groups. */
const known = [1001, 1002, 1003, 1004, 2001, 2002]

function volcengineOf(server: TestServer, app: App): Vendor {
  const call = async (key: string, body: Fields = {}) => {
    const reply = (await callVolcengine(server, app, key, { AppId: app.id, ...body })).body
    const refusal = reply.ResponseMetadata.Error
    if (refusal) throw new Refused(refusal.Code, `${key}: ${refusal.Message}`)
    return reply.Result
  }
  const write = async (key: 'RegisterUsers' | 'BatchUpdateUser', user: string, NickName: string) => {
    const { FailedInfos } = await call(key, { Users: [{ UserId: Number(user), NickName }] })
    if (FailedInfos.length > 0) throw new Refused(FailedInfos[0].Code, FailedInfos[0].Message)
  }
  const pairOf = async (owner: string, other: string) => {
    const body = { OwnerUserId: Number(owner), OtherUserId: Number(other) }
    const made = await call('CreateConversation', { ConversationCoreInfo: { ConversationType: 1 }, ...body })
    return made.ConversationShortId as number
  }
  const sayIn = (id: number, Sender: string, text: string) =>
    call('SendMessage', {
      ConversationShortId: id,
      Sender: Number(Sender),
      MsgType: 10001,
      Content: JSON.stringify({ text }),
    })
  const readIn = async (id: number): Promise<Line[]> => {
    const page = { ConversationShortId: id, Cursor: 0, Limit: 20 }
    const { Messages } = await call('GetConversationMessages', page)
    return Messages.filter((each: Fields) => each.MsgType !== 10008).map((each: Fields) => ({
      text: each.Content === '' ? '' : JSON.parse(each.Content).text,
      sender: each.SenderStr,
      ...(each.Status === 3 ? { recalled: true } : {}),
      key: each.MessageId,
    }))
  }
  const recallIn = (id: number, by: string, MessageId: unknown) =>
    call('RecallMessage', { ConversationShortId: id, MessageId, ParticipantUserId: Number(by) })
  return {
    name: 'volcengine',
    call,
    register: (user, nick) => write('RegisterUsers', user, nick),
    rename: (user, nick) => write('BatchUpdateUser', user, nick),
    async nickOf(user) {
      return (await call('BatchGetUser', { UserIds: [Number(user)] })).Users[0]?.NickName
    },
    async say(from, to, words) {
      await sayIn(await pairOf(from, to), from, words)
    },
    read: async (viewer, peer) => readIn(await pairOf(viewer, peer)),
    async recall(from, to, key) {
      await recallIn(await pairOf(from, to), from, key)
    },
    async makeGroup(Name, owner, members) {
      const info = { ConversationCoreInfo: { ConversationType: 2, Name }, OwnerUserId: Number(owner) }
      const { ConversationShortId } = await call('CreateConversation', info)
      const ParticipantInfos = members.map(user => ({ ParticipantUserId: Number(user) }))
      const body = { ConversationShortId, Operator: Number(owner), ParticipantInfos }
      await call('BatchAddConversationParticipant', body)
    },
    async sayInGroup({ id }, from, words) {
      await sayIn(id, from, words)
    },
    readGroup: ({ id }) => readIn(id),
    async recallInGroup({ id }, by, key) {
      await recallIn(id, by, key)
    },
    async group({ id }) {
      const { ConversationCoreInfos } = await call('BatchGetConversations', { ConversationShortId: [id] })
      const info = ConversationCoreInfos[0]
      if (!info) return undefined
      const ParticipantUserIds = known
      const asked = { ConversationShortId: id, ParticipantUserIds }
      const { Participants } = await call('BatchGetConversationParticipant', asked)
      const members = Participants.map((each: Fields) => String(each.ParticipantUserId)).sort()
      return { name: info.Name, owner: info.OwnerUserIdStr, members }
    },
    async renameGroup({ id }, _owner, Name) {
      await call('ModifyConversation', { ConversationCoreInfo: { ConversationShortId: id, Name } })
    },
    async addMember({ id }, owner, user) {
      const ParticipantInfos = [{ ParticipantUserId: Number(user) }]
      const body = { ConversationShortId: id, Operator: Number(owner), ParticipantInfos }
      await call('BatchAddConversationParticipant', body)
    },
    async removeMember({ id }, owner, user) {
      const body = { ConversationShortId: id, Operator: Number(owner), ParticipantUserIds: [Number(user)] }
      await call('BatchDeleteConversationParticipant', body)
    },
    async dismiss({ id }, owner) {
      await call('DestroyConversation', { ConversationShortId: id, OwnerUserId: Number(owner) })
    },
  }
}

function random(): number {
  return Math.floor(Math.random() * 2 ** 32)
}
