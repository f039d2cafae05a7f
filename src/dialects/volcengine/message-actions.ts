import { z } from 'zod'
import type { Core } from '../../core/core.ts'
import { Fault } from '../../core/errors.ts'
import type { EditDraft } from '../../core/messages/edit.ts'
import type { Conversation, Message } from '../../core/model.ts'
import { resource } from '../dialect.ts'
import { demandSize, readContent, writeContent } from './content.ts'
import { conversationType, ext, maybe, ownId, userId } from './shapes.ts'

const operation = resource()

/** The message that a call is about. */
const place = { ConversationShortId: ownId, MessageId: ownId }

/**
 * ModifyMessage: writes another Content or Ext, or both, into a message; MsgType stays, Ext is replaced as a whole, and what
 * is not named stays.
 */
export const modifyMessage = operation({
  key: 'ModifyMessage',
  request: z.object({ ...place, Content: maybe(z.string()), Ext: maybe(ext) }),
  async run(core, call, r) {
    const conversation = await core.directs.get(call.app.id, r.ConversationShortId)
    const message = await messageOf(core, conversation, r.MessageId)
    if (message.recalled) throw new Fault('message.recalled')
    if (r.Content === undefined && r.Ext === undefined) return
    await core.edit(call, conversation, message.seq, editOf(message, r))
  },
})

/** DeleteConversationMessage: nobody sees the message any more, or with DeleteType 1 only its sender. */
export const deleteConversationMessage = operation({
  key: 'DeleteConversationMessage',
  request: z.object({ ...place, DeleteType: maybe(z.int().min(0).max(1)) }),
  async run(core, call, r) {
    const conversation = await core.directs.get(call.app.id, r.ConversationShortId)
    if (r.DeleteType === 1 && conversationType(conversation) === 100)
      throw new Fault('request.invalid', 'DeleteType: live groups take 0 only')
    const { seq } = await messageOf(core, conversation, r.MessageId)
    await core.withdraw(call, conversation, seq, r.DeleteType === 1 ? 'others' : 'all')
  },
})

/** DeleteMessage: one member does not see the message any more; the others do. */
export const deleteMessage = operation({
  key: 'DeleteMessage',
  request: z.object({ ...place, ParticipantUserId: userId }),
  async run(core, call, r) {
    const conversation = await core.directs.get(call.app.id, r.ConversationShortId)
    const { seq } = await messageOf(core, conversation, r.MessageId)
    await core.erase.messages(call, conversation, r.ParticipantUserId, [seq])
  },
})

export const messageActions = [modifyMessage, deleteConversationMessage, deleteMessage]

async function messageOf(core: Core, conversation: Conversation, id: number): Promise<Message> {
  const message = await core.history.byId(conversation.id, id)
  if (!message) throw new Fault('message.missing')
  return message
}

/** Other content, as it reads with the Ext that the message has then; a new Ext alone leaves foreign content as it is. */
function editOf(message: Message, r: { Content?: string; Ext?: Record<string, string> }): EditDraft {
  const old = writeContent(message)
  const Ext = r.Ext ?? (old.Ext as Record<string, string>)
  const content = r.Content ?? old.Content
  demandSize(content, Ext)
  const native = { MsgType: undefined, Content: undefined, Ext: Object.keys(Ext).length > 0 ? Ext : undefined }
  // What of a content stands in Ext is only read where the message has a form of this vendor's own.
  const own = r.Content !== undefined || message.native?.volcengine?.Content !== undefined
  if (!own) return { native: { volcengine: { Ext: native.Ext } } }
  const read = readContent(old.MsgType, content, Ext)
  return { parts: read.parts, native: { volcengine: { ...native, ...read.native?.volcengine } } }
}
