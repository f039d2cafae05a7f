import type { Part } from './content.ts'
import type { Note } from './protocol-people.ts'

/** What the user set of a conversation for themselves; what is absent is not set. */
export interface Settings {
  conv: number
  /** When the membership began in which it was set (ms). */
  since: number
  /** The number of the change. */
  number: number
  /** Since when it stands above the others (ms). */
  pinned?: number
  /** Not in the list until there is a message after this number. */
  unlisted?: number
  notify?: 'all' | 'silent' | 'none'
  /** 1 = favourite, 2 = unread, 3 = folded, 4 = hidden; from 32 on the app's own. */
  marks?: number[]
  /** Since when it is a favourite (ms). */
  favourite?: number
  label?: string
  draft?: { text: string; at: number; quote?: { id: number; hint: string } }
  ext?: Record<string, string>
  text?: string
  /** The user's own groups in which it stands. */
  groups?: number[]
}

/** A group of conversations that the user made for themselves. */
export interface OwnGroup {
  id: number
  name: string
  text?: string
  made: number
  updated: number
}

/** Something that was said to all users of the app. */
export interface Broadcast {
  /** Its number among all that was said. */
  number: number
  time: number
  from: string
  parts: Part[]
  /** Until when devices that come later get it (ms); absent = only who is connected gets it. */
  expires?: number
}

interface Since {
  /** The number was never given: everything begins anew with this. */
  reset: boolean
  /** Whoever takes this stands at this number. */
  number: number
  more: boolean
}

/** What `sync` answers besides conversations, as far as it was asked. */
export interface OwnReply {
  settings?: Since & { settings: Settings[]; groups?: OwnGroup[] }
  notes?: Since & { notes: Note[] }
  broadcasts?: Since & { broadcasts: Broadcast[] }
}

/** Where `sync` is to go on in the logs that are not of one conversation. */
export interface OwnNumbers {
  settings: number
  notes: number
  broadcasts: number
}
