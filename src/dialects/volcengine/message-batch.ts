import { z } from 'zod'
import type { Core } from '../../core/core.ts'
import { Fault } from '../../core/errors.ts'
import type { Reached } from '../../core/messages/pass-on.ts'
import type { Group } from '../../core/model.ts'
import { resource } from '../dialect.ts'
import { readSaid } from './content.ts'
import { clientWindow, priorities } from './message.ts'
import { platformName } from './platforms.ts'
import { conversationType, ext, idOf, keyText, list, loneIdOf, maybe, ownId, userId } from './shapes.ts'

const operation = resource()

/** What a call says. */
const said = { Content: z.string(), MsgType: z.int32(), Sender: userId }

/** Nobody has to be a user, and no mute stops it. */
const checks = { users: false, mute: false }

/** BatchSendMessage: one message to several users, each in the single chat with the sender; asks and tells no callback. */
export const batchSendMessage = operation({
  key: 'BatchSendMessage',
  request: z.object({ ...said, Receiver: list(userId, 500), Ext: maybe(ext), InboxType: maybe(z.int32()) }),
  async run(core, call, r) {
    const to = [...new Set(r.Receiver)]
    const draft = { from: r.Sender, ...readSaid(r), checks }
    const sent = await core.send.toUsers({ ...call, operator: r.Sender }, to, draft, r.InboxType)
    const arrived = to.flatMap((user, i) => {
      const one = sent[i]
      return !one || one instanceof Fault ? [] : [[user, one.id] as const]
    })
    return {
      UserMessageId: Object.fromEntries(arrived),
      FailedReceiver: to.filter((_, i) => sent[i] instanceof Fault).map(idOf),
    }
  },
})

/**
 * BatchSendGroupMessage: one message into several groups, or several live groups. Tells the callback after sending of each,
 * and asks none before. Nothing is sent when one of them is not there, is of another type, or does not have the sender.
 */
export const batchSendGroupMessage = operation({
  key: 'BatchSendGroupMessage',
  request: z.object({
    ...said,
    ConversationType: z.union([z.literal(2), z.literal(100)], 'expected 2 or 100'),
    ConversationShortIds: list(ownId, 20),
    MentionedUsers: maybe(list(userId)),
    VisibleUsers: maybe(list(userId)),
    InvisibleUsers: maybe(list(userId)),
    Ext: maybe(ext),
    ClientMsgId: maybe(keyText),
    CreateTime: maybe(z.int().min(0)),
    Priority: maybe(z.int().min(0).max(2)),
  }),
  async run(core, call, r) {
    const groups = await groupsOf(core, call.app.id, r.ConversationShortIds, r.ConversationType)
    await core.send.toGroups({ ...call, operator: r.Sender }, groups, {
      from: r.Sender,
      ...readSaid(r),
      client: r.ClientMsgId ? { id: r.ClientMsgId, window: clientWindow } : undefined,
      shown: r.CreateTime || undefined,
      visibleTo: r.VisibleUsers?.length ? r.VisibleUsers : undefined,
      hiddenFrom: r.InvisibleUsers?.length ? r.InvisibleUsers : undefined,
      mentions: r.MentionedUsers?.length ? { users: r.MentionedUsers } : undefined,
      priority: r.Priority === undefined ? undefined : priorities[r.Priority],
      checks,
    })
  },
})

/** P2PSendMessage: passes a message that nobody stores to who is connected of a conversation; says whom it reached. */
export const p2pSendMessage = operation({
  key: 'P2PSendMessage',
  request: z.object({
    ...said,
    ConversationShortId: ownId,
    ReceiverUserId: maybe(list(userId)),
    IgnoreUserIds: maybe(list(userId)),
  }),
  async run(core, call, r) {
    const conversation = await core.directs.get(call.app.id, r.ConversationShortId)
    const draft = { from: r.Sender, ...readSaid(r), checks }
    const chosen = { only: r.ReceiverUserId?.length ? r.ReceiverUserId : undefined, except: r.IgnoreUserIds }
    const reached = await core.passOn({ ...call, operator: r.Sender }, conversation, draft, chosen)
    return { P2PResult: reached.flatMap(each => resultsOf(core, each)) }
  },
})

export const messageBatches = [batchSendMessage, batchSendGroupMessage, p2pSendMessage]

/** The groups of these ids, each once, all of one type. */
async function groupsOf(core: Core, app: number, ids: readonly number[], type: 2 | 100): Promise<Group[]> {
  const wanted = [...new Set(ids)]
  const found = await core.directs.getMany(app, wanted)
  return found.map((conversation, i) => {
    if (!conversation) throw new Fault('conversation.missing', `there is no conversation ${wanted[i]}`)
    if (conversation.type === 'direct' || conversationType(conversation) !== type)
      throw new Fault('conversation.kind', `conversation ${wanted[i]} is not of the type ${type}`)
    return conversation
  })
}

/** One entry for each device on which somebody is connected, or one that says that they are not. */
function resultsOf(core: Core, { user, devices }: Reached) {
  const UserId = loneIdOf(core, user)
  if (devices.length === 0) return [{ UserId, Code: 'NOT_ONLINE', DevicePlatform: '' }]
  return devices.map(({ platform }) => ({ UserId, Code: 'SUCCESS', DevicePlatform: platformName(platform) }))
}
