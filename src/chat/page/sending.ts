import type { Client, Message, Part } from '../../../client/src/client.ts'
import { handIn, isPicture } from './files.ts'
import type { Pending, Thread } from './threads.ts'
import { refusalText } from './words.ts'

/** Saying something. */
export interface Sending {
  /** Says a text and shows files; the message stands in the conversation at once, on its way. */
  say(thread: Thread, text: string, files: readonly File[], quote?: Message['quote']): void
  /** Tries again what was refused. */
  retry(thread: Thread, pending: Pending): void
  discard(thread: Thread, pending: Pending): void
}

/** `changed` is called whenever something on its way looks different. */
export function openSending(client: Client, changed: () => void): Sending {
  const files = new WeakMap<Pending, readonly File[]>()

  async function deliver(thread: Thread, pending: Pending) {
    changed()
    try {
      const handed = await Promise.all((files.get(pending) ?? []).map(file => handIn(client, file)))
      files.delete(pending)
      pending.parts = [...handed, ...pending.parts]
      const { peer, conv = 0 } = thread
      const more = { client: pending.client, quote: pending.quote, receipt: true }
      await (peer ? client.sendToUser(peer, pending.parts, more) : client.sendToGroup(conv, pending.parts, more))
    } catch (error) {
      pending.failed = refusalText(error)
      changed()
    }
  }

  return {
    say(thread, text, given, quote) {
      const previews = given.filter(file => isPicture(file.type)).map(file => URL.createObjectURL(file))
      const parts: Part[] = text ? [{ type: 'text', text }] : []
      const pending: Pending = { client: newId(), time: Date.now(), parts, quote, previews }
      files.set(pending, given)
      thread.pending.push(pending)
      deliver(thread, pending)
    },
    retry(thread, pending) {
      pending.failed = undefined
      deliver(thread, pending)
    },
    discard(thread, pending) {
      thread.pending = thread.pending.filter(each => each !== pending)
      for (const preview of pending.previews) URL.revokeObjectURL(preview)
      changed()
    },
  }
}

/** Pages that did not come by https have no `randomUUID`. */
function newId(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))].map(byte => byte.toString(16).padStart(2, '0')).join('')
}
