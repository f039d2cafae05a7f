import type { App } from '../../src/core/apps/model.ts'
import { native } from '../../src/dialects/native/native.ts'
import { callNetease } from '../support/netease.ts'
import type { TestServer } from '../support/server.ts'
import { signIn } from '../support/socket.ts'
import { callTencent, userSig } from '../support/tencent.ts'
import { callVolcengine } from '../support/volcengine.ts'
import { friendBodies } from '../support/volcengine-friends.ts'
import { liveBodies } from '../support/volcengine-live.ts'
import { readingBodies } from '../support/volcengine-reading.ts'
import { type Belongings, furnishDevices, noBelongings, secret } from './tenants-belongings.ts'
import { fromInside, nativeRequests } from './tenants-native.ts'
import { findGroup, type Vendor, vendorsOf } from './vendors.ts'

/** Every id that an app's secrets have in some vendor's words, and a user whom no other app has. */
export interface Ids extends Belongings {
  user: string
  peer: string
  only: string
  tid: number
  alias: string
  /** The message in the group. */
  seq: number
  msgid: number
  timetag: number
  /** The conversation of user and peer, and the message in it. */
  conv: number
  key: string
  directId: number
  directTime: number
}

/** Ids in the same form that nobody has. */
export const ghosts: Ids = {
  ...noBelongings,
  user: '1001',
  peer: '1002',
  only: '9009',
  tid: 4_000_000_001,
  alias: '@TGS#NOBODY1',
  seq: 2,
  msgid: 4_000_000_002,
  timetag: 1_700_000_000_000,
  conv: 4_000_000_003,
  key: '1_2_1700000000',
  directId: 4_000_000_004,
  directTime: 1_700_000_000_000,
}

/** Gives an app users, groups, messages and all that users have; everything says that it is secret. */
export async function furnish(server: TestServer, app: App): Promise<Ids> {
  const [tencent, netease, volcengine] = vendorsOf(server, app) as [Vendor, Vendor, Vendor]
  for (const user of ['1001', '1002', '1003', '1004']) await tencent.register(user, `${secret} ${user}`)
  await netease.makeGroup(`${secret} group`, '1001', ['1002', '1003'])
  const group = await findGroup(server, app, '1001', `${secret} group`)
  await tencent.call('group_open_http_svc/send_group_msg', {
    ...{ GroupId: group.alias, From_Account: '1001', Random: 1, NeedReadReceipt: 1 },
    MsgBody: [{ MsgType: 'TIMTextElem', MsgContent: { Text: `${secret} in the group` } }],
  })
  await tencent.say('1001', '1002', `${secret} between two`)
  const body = { OwnerUserId: 1001, OtherUserId: 1002, ConversationCoreInfo: { ConversationType: 1 } }
  const { ConversationShortId: conv } = await volcengine.call('CreateConversation', body)
  const [inGroup] = await netease.readGroup(group, '1001')
  const [direct] = await netease.read('1001', '1002')
  const [byTencent] = await tencent.read('1001', '1002')
  const [numbered] = await tencent.readGroup(group, '')
  const keys = [inGroup?.key, direct?.key] as { deleteMsgid: number; timetag: number }[]
  const seq = Number(numbered?.key)
  const belongings = await furnishDevices(server.core, app, { conv, tid: group.id, seq })
  return {
    ...belongings,
    ...{ user: '1001', peer: '1002', only: '1004', tid: group.id, alias: group.alias, seq },
    ...{ msgid: keys[0]?.deleteMsgid ?? 0, timetag: keys[0]?.timetag ?? 0 },
    ...{ conv, key: String(byTencent?.key), directId: keys[1]?.deleteMsgid ?? 0, directTime: keys[1]?.timetag ?? 0 },
  }
}

/** The operation that a try is of: its name up to a space. */
export function operationOf(key: string): string {
  return key.split(' ')[0] as string
}

/** A reply, whatever its form. */
export interface Answer {
  ok: boolean
  body: unknown
}

/** Calls an operation of a dialect with an app's credentials; `native` as the user 1001 of the app. */
export async function ask(server: TestServer, app: App, dialect: string, key: string, body: object): Promise<Answer> {
  if (dialect === 'tencent') {
    const reply = (await callTencent(server, app, key, body)).body
    return { ok: reply.ErrorCode === 0, body: reply }
  }
  if (dialect === 'netease') {
    const reply = (await callNetease(server, app, key, body)).body as { code: number }
    return { ok: reply.code === 200, body: reply }
  }
  if (dialect === 'volcengine') {
    const reply = (await callVolcengine(server, app, key, { AppId: app.id, ...body })).body
    return { ok: !reply.ResponseMetadata.Error, body: { ...reply, ResponseMetadata: reply.ResponseMetadata.Error } }
  }
  const credentials = { dialect: 'tencent', sdkappid: app.id, userid: '1001', usersig: userSig(app, '1001') }
  const socket = await signIn(server, { ...credentials, platform: 'Android', device: 'tablet' })
  if (fromInside.has(key)) await socket.ask('room.enter', { conv: (body as { conv: number }).conv }).catch(() => {})
  const reply = await socket.ask(operationOf(key), body).then(
    ok => ({ ok: true, body: ok as unknown }),
    error => ({ ok: false, body: String(error) }),
  )
  await socket.close()
  return reply
}

const text = [{ MsgType: 'TIMTextElem', MsgContent: { Text: 'hello' } }]
const form = { type: 0, body: '{"msg":"hello"}' }
const times = { begintime: 0, endtime: 4_000_000_000_000, limit: 100 }
const page = { Cursor: 0, Limit: 20 }
const said = { MsgType: 10001, Content: 'x' }
const groups = 'group_open_http_svc'

const watch = (i: Ids) => ({ accid: i.user, eventType: 1, publisherAccids: JSON.stringify([i.only]) })

/** A request for every operation, with all the ids that it takes. */
export const requests: Record<string, Record<string, (ids: Ids) => object>> = {
  tencent: {
    'im_open_login_svc/account_import': i => ({ UserID: i.user, Nick: 'x' }),
    'im_open_login_svc/multiaccount_import': i => ({ Accounts: [i.user] }),
    'im_open_login_svc/account_delete': i => ({ DeleteItem: [{ UserID: i.only }] }),
    'im_open_login_svc/account_check': i => ({ CheckItem: [{ UserID: i.only }] }),
    'im_open_login_svc/kick': i => ({ UserID: i.only }),
    'openim/query_online_status': i => ({ To_Account: [i.only, i.user], IsNeedDetail: 1 }),
    'openim/querystate': i => ({ To_Account: [i.only, i.user] }),
    'profile/portrait_set': i => ({ From_Account: i.only, ProfileItem: [{ Tag: 'Tag_Profile_IM_Nick', Value: 'x' }] }),
    'profile/portrait_get': i => ({ To_Account: [i.only], TagList: ['Tag_Profile_IM_Nick'] }),
    'openim/sendmsg': i => ({ From_Account: i.user, To_Account: i.only, MsgRandom: 1, MsgBody: text }),
    'openim/batchsendmsg': i => ({ From_Account: i.only, To_Account: [i.user], MsgRandom: 1, MsgBody: text }),
    'openim/admin_msgwithdraw': i => ({ From_Account: i.user, To_Account: i.peer, MsgKey: i.key }),
    'openim/admin_getroammsg': i => ({
      Operator_Account: i.user,
      Peer_Account: i.peer,
      MaxCnt: 100,
      MinTime: 0,
      MaxTime: 4_000_000_000,
    }),
    [`${groups}/create_group`]: i => ({ Type: 'Public', Name: 'x', Owner_Account: i.only }),
    [`${groups}/modify_group_base_info`]: i => ({ GroupId: i.alias, Name: 'x' }),
    [`${groups}/destroy_group`]: i => ({ GroupId: i.alias }),
    [`${groups}/get_appid_group_list`]: i => ({ Limit: 100, Next: i.tid - 1 }),
    [`${groups}/get_group_info`]: i => ({ GroupIdList: [i.alias] }),
    [`${groups}/get_joined_group_list`]: i => ({ Member_Account: i.peer }),
    [`${groups}/get_group_member_info`]: i => ({ GroupId: i.alias }),
    [`${groups}/add_group_member`]: i => ({ GroupId: i.alias, MemberList: [{ Member_Account: i.only }] }),
    [`${groups}/delete_group_member`]: i => ({ GroupId: i.alias, MemberToDel_Account: [i.peer] }),
    [`${groups}/send_group_msg`]: i => ({ GroupId: i.alias, From_Account: i.user, Random: 1, MsgBody: text }),
    [`${groups}/group_msg_get_simple`]: i => ({ GroupId: i.alias, ReqMsgNumber: 20 }),
    [`${groups}/group_msg_recall`]: i => ({ GroupId: i.alias, MsgSeqList: [{ MsgSeq: i.seq }] }),
  },
  netease: {
    'user/create.action': i => ({ accid: `x${i.only}`, name: 'x' }),
    'user/update.action': i => ({ accid: i.only, token: 'x' }),
    'user/refreshToken.action': i => ({ accid: i.only }),
    'user/block.action': i => ({ accid: i.only, needkick: 'true' }),
    'user/unblock.action': i => ({ accid: i.only }),
    'user/getUinfos.action': i => ({ accids: JSON.stringify([i.only]) }),
    'user/updateUinfo.action': i => ({ accid: i.only, name: 'x' }),
    'msg/sendMsg.action': i => ({ from: i.user, ope: 1, to: i.tid, ...form }),
    'msg/sendBatchMsg.action': i => ({ fromAccid: i.only, toAccids: JSON.stringify([i.user]), ...form }),
    'msg/recall.action': i => ({ deleteMsgid: i.directId, timetag: i.directTime, type: 7, from: i.user, to: i.peer }),
    'team/create.action': i => ({ tname: 'x', owner: i.only, members: '[]', msg: 'x', magree: 0, joinmode: 0 }),
    'team/add.action': i => ({ tid: i.tid, owner: i.user, members: JSON.stringify([i.user]), magree: 0, msg: 'x' }),
    'team/kick.action': i => ({ tid: i.tid, owner: i.user, member: i.peer }),
    'team/remove.action': i => ({ tid: i.tid, owner: i.user }),
    'team/update.action': i => ({ tid: i.tid, owner: i.user, tname: 'x' }),
    'team/leave.action': i => ({ tid: i.tid, accid: i.peer }),
    'team/query.action': i => ({ tids: JSON.stringify([i.tid]), ope: 1 }),
    'team/queryDetail.action': i => ({ tid: i.tid }),
    'team/joinTeams.action': i => ({ accid: i.peer }),
    'history/querySessionMsg.action': i => ({ from: i.user, to: i.peer, ...times }),
    'history/queryTeamMsg.action': i => ({ tid: i.tid, accid: i.user, ...times }),
    'event/subscribe/add.action': i => ({ ...watch(i), ttl: 60 }),
    'event/subscribe/query.action': watch,
    'event/subscribe/delete.action': watch,
    'event/subscribe/batchdel.action': i => ({ accid: i.user, eventType: 1 }),
  },
  volcengine: {
    RegisterUsers: i => ({ Users: [{ UserId: Number(i.user), NickName: 'x' }] }),
    BatchUpdateUser: i => ({ Users: [{ UserId: Number(i.only), NickName: 'x' }] }),
    BatchGetUser: i => ({ UserIds: [Number(i.only)] }),
    GetAppToken: i => ({ UserId: Number(i.user), ExpireTime: 1000 }),
    ModifyConversation: i => ({ ConversationCoreInfo: { ConversationShortId: i.tid, Name: 'x' } }),
    CreateConversation: i => ({
      ConversationCoreInfo: { ConversationType: 1 },
      OwnerUserId: Number(i.user),
      OtherUserId: Number(i.peer),
    }),
    BatchGetConversations: i => ({ ConversationShortId: [i.tid, i.conv], SkipMemberCount: false }),
    GetUserConversations: i => ({ ParticipantUserId: Number(i.only), ...page }),
    DestroyConversation: i => ({ ConversationShortId: i.tid, OwnerUserId: Number(i.user) }),
    BatchDeleteConversationParticipant: i => ({
      ConversationShortId: i.tid,
      Operator: Number(i.user),
      ParticipantUserIds: [Number(i.peer)],
    }),
    ...Object.fromEntries(
      Object.keys(liveBodies(0)).map(action => [
        action,
        (i: Ids) => liveBodies(i.room, Number(i.user))[action] as object,
      ]),
    ),
    ...Object.fromEntries(
      Object.keys(readingBodies(0)).map(action => [
        action,
        (i: Ids) => readingBodies(i.tid, Number(i.peer), i.msgid)[action] as object,
      ]),
    ),
    ...Object.fromEntries(
      Object.keys(friendBodies()).map(action => [
        action,
        (i: Ids) => friendBodies(Number(i.user), Number(i.peer))[action] as object,
      ]),
    ),
    BatchGetConversationParticipant: i => ({
      ConversationShortId: i.tid,
      ParticipantUserIds: [Number(i.user), Number(i.peer)],
    }),
    BatchAddConversationParticipant: i => ({
      ConversationShortId: i.tid,
      Operator: Number(i.user),
      ParticipantInfos: [{ ParticipantUserId: Number(i.only) }],
    }),
    GetConversationMessages: i => ({ ConversationShortId: i.conv, ...page }),
    SendMessage: i => ({ ConversationShortId: i.conv, Sender: Number(i.user), MsgType: 10001, Content: 'x' }),
    GetMessages: i => ({ ConversationShortId: i.tid, MessageIds: [i.msgid] }),
    RecallMessage: i => ({ ConversationShortId: i.tid, MessageId: i.msgid, ParticipantUserId: Number(i.user) }),
    ModifyMessage: i => ({ ConversationShortId: i.tid, MessageId: i.msgid, Content: 'x' }),
    DeleteConversationMessage: i => ({ ConversationShortId: i.tid, MessageId: i.msgid, DeleteType: 1 }),
    DeleteMessage: i => ({ ConversationShortId: i.tid, MessageId: i.msgid, ParticipantUserId: Number(i.user) }),
    BatchSendMessage: i => ({ ...said, Sender: Number(i.only), Receiver: [Number(i.peer)] }),
    BatchSendGroupMessage: i => ({
      ...{ ...said, Sender: Number(i.user), ConversationType: 2 },
      ConversationShortIds: [i.tid],
    }),
    P2PSendMessage: i => ({ ...said, Sender: Number(i.user), ConversationShortId: i.conv }),
    QueryOnlineStatus: i => ({ UserIds: [Number(i.user), Number(i.only)] }),
    BatchUpdateUserTags: i => ({ Op: 0, Tags: ['t'], UserIds: [Number(i.only)] }),
    UnRegisterUsers: i => ({ UserIds: [Number(i.only)] }),
    UserBroadcast: i => ({ ...said, Sender: Number(i.user), MsgTTL: 60 }),
  },
  native: nativeRequests,
}

/** The operations of end users' devices. */
export const deviceOperations = native.operations
