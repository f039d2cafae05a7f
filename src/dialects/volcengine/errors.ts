import type { Reason } from '../../core/errors.ts'

/** Codes of the API gateway with their CodeN (0 = the catalogue has none) and HTTP status: `errors.json`, gateway. */
const gateway = {
  UndefinedError: [100001, 500],
  MissingParameter: [100002, 400],
  MissingAuthenticationToken: [100003, 401],
  MissingRequestInfo: [100004, 400],
  MissingSignature: [100005, 401],
  InvalidTimestamp: [100006, 403],
  ServiceNotFound: [100007, 404],
  InvalidActionOrVersion: [100008, 404],
  InvalidAccessKey: [100009, 401],
  SignatureDoesNotMatch: [100010, 401],
  ServiceShouldCallSelfApi: [100011, 403],
  LackPolicy: [100012, 403],
  AccessDenied: [100013, 403],
  InternalError: [100014, 500],
  InvalidAuthorization: [0, 400],
  InvalidCredential: [0, 400],
  InvalidSecretToken: [0, 401],
  LackProjectPolicy: [0, 403],
  AccountFlowLimitExceeded: [0, 429],
} as const satisfies Record<string, readonly [number, number]>

/** A code of the gateway. */
export type GatewayCode = keyof typeof gateway

/** HTTP statuses of the service's own codes by their class; the vendor's pages do not give them. */
const classes: Record<string, number> = {
  InvalidParameter: 400,
  OperationDenied: 403,
  NotFound: 404,
  LimitExceeded: 429,
  InternalError: 500,
}

/** The code for every reason of the core. Only AccountIdMismatch is the vendor's; the rest follows its form Class.Reason. */
export const errors: Record<Reason, string> = {
  'request.invalid': 'InvalidParameter.InvalidField',
  'request.malformed': 'InvalidParameter.MalformedBody',
  'request.large': 'InvalidParameter.RequestTooLarge',
  'request.batch': 'InvalidParameter.TooManyItems',
  'operation.unknown': 'InvalidActionOrVersion',
  'operation.unsupported': 'InvalidActionOrVersion',
  'caller.unknown': 'InvalidAccessKey',
  'caller.signature': 'SignatureDoesNotMatch',
  'caller.expired': 'InvalidTimestamp',
  'caller.forbidden': 'AccessDenied',
  'caller.address': 'AccessDenied',
  'app.unknown': 'InvalidParameter.AccountIdMismatch',
  'app.disabled': 'OperationDenied.AppDisabled',
  'rate.exceeded': 'AccountFlowLimitExceeded',
  'time.out': 'InternalError.Timeout',
  'store.unavailable': 'InternalError.StoreUnavailable',
  'store.conflict': 'InternalError.Conflict',
  internal: 'InternalError',
  'hook.refused': 'OperationDenied.RefusedByCallback',
  'user.missing': 'NotFound.User',
  'user.exists': 'InvalidParameter.UserExists',
  'user.banned': 'OperationDenied.UserBanned',
  'user.muted': 'OperationDenied.SenderMuted',
  'user.token': 'OperationDenied.InvalidToken',
  'user.kicked': 'OperationDenied.TokenRevoked',
  'user.limit': 'OperationDenied.UserLimit',
  'user.undeletable': 'OperationDenied.UserUndeletable',
  'group.missing': 'NotFound.Conversation',
  'group.dismissed': 'NotFound.Conversation',
  'group.taken': 'InvalidParameter.ConversationTaken',
  'group.taken.own': 'InvalidParameter.ConversationTaken',
  'group.full': 'OperationDenied.ParticipantLimit',
  'group.closed': 'OperationDenied.ConversationClosed',
  'group.kind': 'InvalidParameter.ConversationType',
  'group.role': 'OperationDenied.Role',
  'group.owner.leave': 'OperationDenied.OwnerLeave',
  'group.limit.joined': 'OperationDenied.ConversationLimit',
  'group.limit.owned': 'OperationDenied.ConversationLimit',
  'group.muted': 'OperationDenied.ConversationMuted',
  'group.banned': 'OperationDenied.ParticipantBanned',
  'group.managers': 'OperationDenied.ManagerLimit',
  'group.application.missing': 'NotFound.Application',
  'group.invitation.missing': 'NotFound.Invitation',
  'member.missing': 'OperationDenied.NotParticipant',
  'member.exists': 'InvalidParameter.ParticipantExists',
  'member.marks': 'OperationDenied.MarkLimit',
  'attributes.many': 'OperationDenied.AttributeLimit',
  'attributes.large': 'OperationDenied.AttributeLimit',
  'conversation.missing': 'NotFound.Conversation',
  'conversation.kind': 'InvalidParameter.ConversationType',
  'conversation.pin.limit': 'OperationDenied.PinLimit',
  'conversation.group.missing': 'NotFound.ConversationGroup',
  'conversation.group.taken': 'InvalidParameter.ConversationGroup',
  'conversation.group.limit': 'OperationDenied.ConversationGroupLimit',
  'conversation.group.full': 'OperationDenied.ConversationGroupLimit',
  'message.missing': 'NotFound.Message',
  'message.recalled': 'OperationDenied.MessageRecalled',
  'message.late': 'OperationDenied.RecallTimeout',
  'message.fixed': 'OperationDenied.MessageFixed',
  'message.large': 'InvalidParameter.MessageTooLarge',
  'message.content': 'InvalidParameter.Content',
  'message.full': 'OperationDenied.MessageFull',
  'message.blocked': 'OperationDenied.Blocked',
  'friend.missing': 'NotFound.Friend',
  'friend.self': 'InvalidParameter.Self',
  'friend.refused': 'OperationDenied.FriendRefused',
  'friend.forbidden': 'OperationDenied.FriendForbidden',
  'friend.blocking': 'OperationDenied.Blocking',
  'friend.blocked': 'OperationDenied.Blocked',
  'friend.limit': 'OperationDenied.FriendLimit',
  'friend.limit.other': 'OperationDenied.OtherFriendLimit',
  'friend.request.missing': 'NotFound.FriendRequest',
  'friend.request.limit': 'OperationDenied.FriendRequestLimit',
  'friend.list.missing': 'NotFound.FriendList',
  'friend.list.limit': 'OperationDenied.FriendListLimit',
  'block.limit': 'OperationDenied.BlackListLimit',
  'session.missing': 'NotFound.Session',
  'watch.limit': 'OperationDenied.SubscriptionLimit',
}

/** The CodeN of a code; 0 for all that are not the gateway's. */
export function numberOf(code: string): number {
  return entryOf(code)?.[0] ?? 0
}

/** The HTTP status of a code. */
export function statusOf(code: string): number {
  return entryOf(code)?.[1] ?? classes[code.slice(0, code.indexOf('.'))] ?? 500
}

function entryOf(code: string): readonly [number, number] | undefined {
  return Object.hasOwn(gateway, code) ? gateway[code as GatewayCode] : undefined
}
