import type { Reason } from '../../core/errors.ts'
import type { Code } from '../dialect.ts'
import { entryOf } from './shapes.ts'

/** Tencent's code for every reason, unless the service or the command has one of its own (`errors.json`). */
export const errors: Record<Reason, Code> = {
  'request.invalid': 60002,
  'request.malformed': 60003,
  'request.large': 93000,
  'request.batch': 10005,
  'operation.unknown': 60009,
  'operation.unsupported': 60009,
  'caller.unknown': 60004,
  'caller.signature': 70009,
  'caller.expired': 70001,
  'caller.forbidden': 60010,
  'caller.address': 60021,
  'app.unknown': 60006,
  'app.disabled': 60016,
  'rate.exceeded': 60007,
  'time.out': 60008,
  'store.unavailable': 60008,
  'store.conflict': 60008,
  internal: 60008,
  'hook.refused': 20006,
  'user.missing': 70107,
  'user.exists': 70402,
  'user.banned': 70051,
  'user.muted': 10017,
  'user.token': 70003,
  'user.kicked': 70052,
  'user.limit': 70398,
  'user.undeletable': 71000,
  'group.missing': 10010,
  'group.dismissed': 10010,
  'group.taken': 10021,
  'group.taken.own': 10025,
  'group.full': 10014,
  'group.closed': 10007,
  'group.kind': 10007,
  'group.role': 10007,
  'group.owner.leave': 10009,
  'group.limit.joined': 10037,
  'group.limit.owned': 10037,
  'group.muted': 10017,
  'group.banned': 10007,
  'group.managers': 10004,
  'group.application.missing': 10024,
  'group.invitation.missing': 10024,
  'member.missing': 10007,
  'member.exists': 10013,
  'member.marks': 10004,
  'attributes.many': 10047,
  'attributes.large': 10048,
  'conversation.missing': 20022,
  'conversation.kind': 10007,
  'conversation.pin.limit': 51012,
  'conversation.group.missing': 51009,
  'conversation.group.taken': 50002,
  'conversation.group.limit': 51010,
  'conversation.group.full': 51008,
  'message.missing': 20022,
  'message.recalled': 20023,
  'message.late': 20016,
  'message.fixed': 10032,
  'message.large': 93000,
  'message.content': 90010,
  'message.full': 10005,
  'message.blocked': 20007,
  'friend.missing': 31704,
  'friend.self': 30001,
  'friend.refused': 30516,
  'friend.forbidden': 30009,
  'friend.blocking': 30515,
  'friend.blocked': 30525,
  'friend.limit': 30010,
  'friend.limit.other': 30014,
  'friend.request.missing': 30614,
  'friend.request.limit': 30012,
  'friend.list.missing': 30001,
  'friend.list.limit': 30011,
  'block.limit': 30013,
  'session.missing': 70107,
  'watch.limit': 72001,
}

/** What the services answer when the server itself fails. */
export function failing(code: Code): Partial<Record<Reason, Code>> {
  return { internal: code, 'store.unavailable': code, 'store.conflict': code }
}

const adminCodes: Record<string, Code> = {
  im_open_login_svc: 70403,
  openim: 90009,
  profile: 40004,
  sns: 30004,
  recentcontact: 50003,
}

/** What the services answer a caller who is no administrator (`model.md` §1); 60010 where they have no code of their own. */
export function adminNeeded(service: string): Code {
  return entryOf(adminCodes, service) ?? errors['caller.forbidden']
}
