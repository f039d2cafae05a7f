import type { Message } from '../../../client/src/client.ts'
import { type Action, complain } from './dialogs.ts'
import type { Talk } from './talk.ts'
import type { Thread } from './threads.ts'
import { plainText } from './words.ts'

/** Own messages can be taken back and changed for so long (ms). */
const windows = { recall: 2 * 60_000, edit: 24 * 3_600_000 }

const emojis = ['👍', '❤️', '😂', '😮', '😢', '🙏']

/** What can be done with a message, as far as the server will let it happen. */
export function actionsFor(
  talk: Talk,
  thread: Thread,
  message: Message,
  composer: { reply(message: Message): void; edit(message: Message): void },
): Action[] {
  const { conv, seq, time, sender } = message
  const { messages } = talk.client
  const own = sender === talk.me
  const age = Date.now() - time
  const text = plainText(message)
  const leads = thread.peer === undefined && ['owner', 'manager'].includes(thread.listed?.role ?? '')
  const may = (yes: boolean, action: Action) => (yes ? [action] : [])
  return [
    { label: 'Reply', act: () => composer.reply(message) },
    ...may(text !== undefined && navigator.clipboard !== undefined, {
      label: 'Copy text',
      act: () => void navigator.clipboard.writeText(text ?? '').catch(complain),
    }),
    ...may(own && text !== undefined && age < windows.edit, { label: 'Edit', act: () => composer.edit(message) }),
    ...may((own && age < windows.recall) || leads, {
      label: 'Recall for everybody',
      danger: true,
      act: () => void messages.recall(conv, seq).catch(complain),
    }),
    { label: 'Delete for me', danger: true, act: () => void messages.erase(conv, [seq]).catch(complain) },
  ]
}

/** A few reactions at hand. */
export function quickReactions(talk: Talk, message: Message): Action[] {
  return emojis.map(kind => ({ label: kind, act: () => react(talk, message, kind) }))
}

/** Reacts, or takes the same reaction back. */
export async function react(talk: Talk, message: Message, kind: string): Promise<void> {
  const { conv, seq } = message
  const { messages } = talk.client
  const found = message.reactions?.find(each => each.kind === kind)
  try {
    let mine = found?.users.includes(talk.me) ?? false
    // A message names only the first five.
    if (!mine && found && found.count > found.users.length) {
      const { reactions } = await messages.ownReactions(conv, [seq])
      mine = reactions.some(each => each.kinds.includes(kind))
    }
    await (mine ? messages.unreact(conv, seq, kind) : messages.react(conv, seq, kind))
  } catch (error) {
    complain(error)
  }
}
