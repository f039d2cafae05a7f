/**
 * Every way in which the core refuses, in one table: reason → what it means.
 * A dialect has a code for each of them (`errors: Record<Reason, Code>`), so a new reason compiles only with its codes.
 */
export const reasons = {
  'request.invalid': 'a field is missing or has a wrong value',
  'request.malformed': 'the request could not be read',
  'request.large': 'the request is larger than allowed',
  'request.batch': 'the request names more items than allowed',
  'operation.unknown': 'there is no such operation',
  'operation.unsupported': 'this server does not offer the operation yet',
  'caller.unknown': 'the credentials name nobody',
  'caller.signature': 'the signature does not fit',
  'caller.expired': 'the credentials are too old or from the future',
  'caller.forbidden': 'the caller may not do this',
  'caller.address': 'the address of the caller is not allowed',
  'app.unknown': 'there is no such app',
  'app.disabled': 'the app is disabled',
  'rate.exceeded': 'too many calls',
  'time.out': 'the work took too long',
  'store.unavailable': 'the store cannot write now',
  'store.conflict': 'somebody else changed the same thing; try again',
  internal: 'an error inside the server',
  'hook.refused': 'the app refused it',
  'user.missing': 'there is no such user',
  'user.exists': 'the user exists already',
  'user.banned': 'the user is banned',
  'user.muted': 'the user is muted',
  'user.token': 'the token is wrong or no longer valid',
  'user.kicked': 'the credentials were made before the user was signed out everywhere',
  'user.limit': 'the app may have no more users',
  'user.undeletable': 'users of this app cannot be deleted',
  'group.missing': 'there is no such group',
  'group.dismissed': 'the group was dismissed',
  'group.taken': 'the group id is taken',
  'group.taken.own': 'the group id is taken by a group of the same owner',
  'group.full': 'the group has no free place',
  'group.closed': 'nobody may join the group',
  'group.kind': 'groups of this kind cannot do that',
  'group.role': 'the role does not allow it',
  'group.owner.leave': 'the owner may not leave',
  'group.limit.joined': 'the user is in too many groups',
  'group.limit.owned': 'the user owns too many groups',
  'group.muted': 'the group is muted',
  'group.banned': 'the group does not take the user in',
  'group.managers': 'the group has as many managers as it may',
  'group.application.missing': 'there is no such application, or it was answered',
  'group.invitation.missing': 'there is no such invitation, or it was answered',
  'member.missing': 'the user is not in the group',
  'member.exists': 'the user is in the group already',
  'member.marks': 'the member has as many marks or tags as they may, or as many members have the mark',
  'attributes.many': 'the group holds no more attributes',
  'attributes.large': 'the attributes of the group are too large together',
  'conversation.missing': 'there is no such conversation',
  'conversation.kind': 'conversations of this kind cannot do that',
  'conversation.pin.limit': 'the user has pinned as many conversations as they may',
  'conversation.group.missing': 'the user has no such group of conversations',
  'conversation.group.taken': 'the user has a group of conversations of that name',
  'conversation.group.limit': 'the user has as many groups of conversations as they may',
  'conversation.group.full': 'the group holds as many conversations as it may',
  'message.missing': 'there is no such message',
  'message.recalled': 'the message was recalled already',
  'message.late': 'it is too late to recall the message',
  'message.fixed': 'this message cannot be recalled',
  'message.large': 'the message is too large',
  'message.content': 'the content does not follow its form',
  'message.full': 'the message, or its conversation, holds no more of these',
  'message.blocked': 'the receiver blocks the sender',
  'friend.missing': 'the other is no friend',
  'friend.self': 'nobody is their own friend or blocks themselves',
  'friend.refused': 'the other wants no friend requests',
  'friend.forbidden': 'the user may not ask for friends',
  'friend.blocking': 'the user blocks the other',
  'friend.blocked': 'the other blocks the user',
  'friend.limit': 'the user has as many friends as they may',
  'friend.limit.other': 'the other has as many friends as they may',
  'friend.request.missing': 'there is no such friend request',
  'friend.request.limit': 'the other has as many unanswered friend requests as they may',
  'friend.list.missing': 'the user has no such friend list',
  'friend.list.limit': 'the user has as many friend lists as they may',
  'block.limit': 'the user blocks or mutes as many as they may',
  'session.missing': 'the user has no connected device',
  'watch.limit': 'the user watches the presence of as many others as they may',
} as const

/** A reason of the core for refusing. */
export type Reason = keyof typeof reasons

/** Thrown by the core when it refuses; nothing has changed then. `detail` is for people, never a secret. */
export class Fault extends Error {
  override name = 'Fault'
  readonly reason: Reason
  /** The app's own code for its refusal, in the dialect in which it said it. */
  readonly own: { dialect: string; code: number | string } | undefined

  constructor(reason: Reason, detail?: string, own?: { dialect: string; code: number | string }) {
    super(detail ?? reasons[reason])
    this.reason = reason
    this.own = own
  }
}
