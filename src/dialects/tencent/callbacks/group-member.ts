import { z } from 'zod'
import { roleOf } from '../../../core/groups/rights.ts'
import type { Member } from '../../../core/model.ts'
import { asked, told } from '../../callbacks.ts'
import { memberList, operatorOf } from './accounts.ts'
import { named } from './group.ts'
import { demandYes, groupCodes, readReply, yesOrNo } from './replies.ts'

/** Before somebody's wish to join; approval is asked for afterwards. */
const beforeApplyJoinGroup = asked({
  id: 'Group.CallbackBeforeApplyJoinGroup',
  point: 'group.apply',
  body: (core, _call, { group, user }) => ({ ...named(group), Requestor_Account: user, EventTime: core.clock() }),
  decide: yesOrNo(groupCodes),
})

/** The same before somebody enters an AVChatRoom. */
const beforeEnterRoom = asked({
  id: 'Group.CallbackBeforeApplyJoinGroup',
  point: 'room.enter',
  body: (core, _call, { room, user }) => ({ ...named(room), Requestor_Account: user, EventTime: core.clock() }),
  decide: yesOrNo(groupCodes),
})

const refusing = z.object({ RefusedMembers_Account: z.array(z.string()).default([]) })

/** Before people are pulled into a group; the app may leave some of them out. */
const beforeInviteJoinGroup = asked({
  id: 'Group.CallbackBeforeInviteJoinGroup',
  point: 'group.invite',
  body: (core, call, { group, users }) => ({
    ...named(group),
    Operator_Account: operatorOf(call),
    DestinationMembers: memberList(users),
    EventTime: core.clock(),
  }),
  decide(answer, draft) {
    const given = readReply(answer)
    if (!given) return undefined
    demandYes(given, groupCodes)
    const refused = refusing.safeParse(answer).data?.RefusedMembers_Account
    return refused && { ...draft, users: draft.users.filter(user => !refused.includes(user)) }
  },
})

/** People came into a group by their own wish, or were pulled in. */
const afterNewMemberJoin = told({
  id: 'Group.CallbackAfterNewMemberJoin',
  event: 'members.joined',
  body: (_core, news, { group, members, how }, { at }) => ({
    ...named(group),
    JoinType: how === 'applied' ? 'Apply' : 'Invited',
    Operator_Account: operatorOf(news),
    NewMemberList: memberList(members.map(member => member.user)),
    EventTime: at,
  }),
})

/** Somebody entered an AVChatRoom with their first device; one who was lost there and is back never left it. */
const afterRoomEntered = told({
  id: 'Group.CallbackAfterNewMemberJoin',
  event: 'room.entered',
  fires: (_news, { back }) => !back,
  body: (_core, _news, { room, user }, { at }) => ({
    ...named(room),
    JoinType: 'Apply',
    Operator_Account: user,
    NewMemberList: memberList([user]),
    EventTime: at,
  }),
})

/** Somebody left an AVChatRoom or was sent out; whoever is lost is told of as offline. */
const afterRoomLeft = told({
  id: 'Group.CallbackAfterMemberExit',
  event: 'room.left',
  fires: (_news, { how }) => how !== 'lost',
  body: (_core, news, { room, user, how }, { at }) => ({
    ...named(room),
    ExitType: how === 'left' ? 'Quit' : 'Kicked',
    Operator_Account: how === 'left' ? user : operatorOf(news),
    ExitMemberList: memberList([user]),
    EventTime: at,
  }),
})

/** People left a group or were taken out; deleted accounts go without a word. */
const afterMemberExit = told({
  id: 'Group.CallbackAfterMemberExit',
  event: 'members.left',
  fires: (_news, { how }) => how !== 'removed',
  body: (_core, news, { group, users, how }, { at }) => ({
    ...named(group),
    ExitType: how === 'left' ? 'Quit' : 'Kicked',
    Operator_Account: how === 'left' ? users[0] : operatorOf(news),
    ExitMemberList: memberList(users),
    EventTime: at,
  }),
})

/** A member's role or name card was changed; nothing else is told. */
const afterMemberFieldChanged = told({
  id: 'Group.CallbackAfterMemberFieldChanged',
  event: 'member.changed',
  fires: (_news, { fields }) => fields.includes('role') || fields.includes('nick'),
  body: (_core, news, { group, member, fields }, { at }) => ({
    ...named(group),
    Operator_Account: operatorOf(news),
    Member_Account: member.user,
    ...(fields.includes('role') ? { Role: roleNameOf(member) } : {}),
    ...(fields.includes('nick') ? { NameCard: member.nick ?? '' } : {}),
    EventTime: at,
  }),
})

/** A change of owner is told by itself. */
function roleNameOf(member: Member): string {
  return roleOf(member) === 'member' ? 'Member' : 'Admin'
}

/** All devices of members of an AVChatRoom are gone, or the first is back. */
const onMemberStateChange = told({
  id: 'Group.CallbackOnMemberStateChange',
  event: 'members.connected',
  fires: (_news, { group }) => named(group).Type === 'AVChatRoom',
  body: (_core, _news, { group, users, here }, { at }) => ({
    GroupId: group.alias,
    EventType: here ? 'Online' : 'Offline',
    MemberList: memberList(users),
    EventTime: at,
  }),
})

/** The commands about members of `webhooks.json`. */
export const groupMembers = {
  asked: [beforeApplyJoinGroup, beforeEnterRoom, beforeInviteJoinGroup],
  told: [
    afterNewMemberJoin,
    afterRoomEntered,
    afterMemberExit,
    afterRoomLeft,
    afterMemberFieldChanged,
    onMemberStateChange,
  ],
}
