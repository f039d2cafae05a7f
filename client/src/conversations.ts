import type { Link } from './link.ts'
import type { ListedConversation, Message, OwnGroup, Settings } from './protocol.ts'

/** Where a page of the list ended. */
export interface ConversationPlace {
  pinned?: number
  time: number
  conv: number
}

/** Which conversations to list. */
export interface ListOptions {
  before?: ConversationPlace
  pinnedFirst?: boolean
  type?: 'direct' | 'group'
  pinned?: boolean
  mark?: number
  /** A group of conversations of the user. */
  group?: number
  /** Only those with something unread. */
  unread?: true
  /** Those too that were taken out of the list. */
  unlisted?: boolean
  limit?: number
}

/** Those that could not be placed, and why. */
export interface Failures {
  failed: { conv: number; code: string }[]
}

/** The list of conversations, and what the user sets of them for themselves. */
export function openConversations({ call }: Pick<Link, 'call'>) {
  return {
    /** The one with the newest message first. `next` is the `before` of the next page. */
    list: (options: ListOptions = {}) =>
      call<{ conversations: ListedConversation[]; next?: ConversationPlace }>('conversation.list', options),
    /** Those of them that are the user's. */
    get: (convs: number[]) => call<{ conversations: ListedConversation[] }>('conversation.get', { convs }),
    /** What is not read in all of them: with a sound, without, and how many conversations with one. */
    unread: () => call<{ unread: number; muted: number; conversations: number }>('conversation.unread'),
    /** Marks as read up to a message, or to the end. */
    markRead: (conv: number, seq?: number) =>
      call<{ read: number; unread: number }>('conversation.read', { conv, seq }),
    /** Takes everything up to a message, or all, out of the user's own view. */
    clear: (conv: number, seq?: number) => call<{ hidden: number }>('conversation.clear', { conv, seq }),
    /** Keeps it above the others, or not. */
    pin: (conv: number, on = true) => call<Settings>('conversation.pin', { conv, on }),
    /** With a sound, without one, or no push at all. */
    notify: (conv: number, notify: 'all' | 'silent' | 'none') =>
      call<Settings>('conversation.notify', { conv, notify }),
    /** Takes it out of the list until there is another message; with `clear` what was said is shown no more. */
    hide: (conv: number, options: { on?: boolean; clear?: boolean } = {}) =>
      call<Settings>('conversation.hide', { conv, ...options }),
    /** Puts marks (0–63) on it and takes others off. */
    mark: (conv: number, marks: { set?: number[]; clear?: number[]; label?: string }) =>
      call<Settings>('conversation.mark', { conv, ...marks }),
    /** Keeps what the user began to write for their other devices; an empty text forgets it. */
    draft: (conv: number, text: string, quote?: Message['quote']) =>
      call<Settings>('conversation.draft', { conv, text, quote }),
    /** Keeps data of the app's own with it, for the user alone. */
    keep: (conv: number, data: { text?: string; ext?: Record<string, string> }) =>
      call<Settings>('conversation.keep', { conv, ...data }),
    /** The user's own groups of conversations. */
    folders: {
      list: () => call<{ groups: OwnGroup[] }>('conversation.groups.list'),
      create: (name: string, text?: string) => call<{ group: OwnGroup }>('conversation.groups.create', { name, text }),
      rename: (id: number, fields: { name?: string; text?: string }) =>
        call<{ group: OwnGroup }>('conversation.groups.rename', { id, ...fields }),
      /** The conversations stay. */
      delete: (id: number) => call<object>('conversation.groups.delete', { id }),
      add: (id: number, convs: number[]) => call<Failures>('conversation.groups.add', { id, convs }),
      remove: (id: number, convs: number[]) => call<Failures>('conversation.groups.remove', { id, convs }),
    },
  }
}
