/** A file as content refers to it. Sizes in bytes, lengths in milliseconds, width and height in pixels. */
export interface FileRef {
  url?: string
  /** A globally unique name of the bytes, usually their MD5. */
  uuid?: string
  name?: string
  /** Extension or format, lower case: jpg, aac, mp4. */
  format?: string
  size?: number
}

/** What a message says, in plain terms. Dialects translate to and from their own elements; `docs/content.md` shows how. */
export type Part =
  | { type: 'text'; text: string }
  | ({
      type: 'image'
      width?: number
      height?: number
      variants?: (FileRef & { kind: 'large' | 'thumb'; width?: number; height?: number })[]
    } & FileRef)
  | ({ type: 'audio'; duration?: number } & FileRef)
  | ({
      type: 'video'
      duration?: number
      width?: number
      height?: number
      cover?: FileRef & { width?: number; height?: number }
    } & FileRef)
  | ({ type: 'file' } & FileRef)
  | { type: 'location'; title: string; latitude: number; longitude: number }
  /** A sticker or emoji of a set: by number, by text, or both. */
  | { type: 'face'; index?: number; data?: string }
  /** The app's own data, with a line for people and extras. */
  | { type: 'custom'; data: string; description?: string; ext?: string; sound?: string }
  /** A line between the messages that the app or a user put there. */
  | { type: 'tip'; text: string }
  | { type: 'link'; url: string; title?: string; text?: string }
  /** Messages forwarded together. */
  | { type: 'merged'; title: string; summary: string[]; fallback?: string; messages: Merged[] }
  | ({ type: 'notice' } & Notice)

/** One message inside a merged one. */
export interface Merged {
  sender: string
  time: number
  parts: Part[]
}

/** What the server itself says in a conversation. */
export interface Notice {
  what:
    | 'created'
    | 'joined'
    | 'invited'
    | 'accepted'
    | 'left'
    | 'kicked'
    | 'changed'
    | 'owner'
    | 'manager.set'
    | 'manager.unset'
    | 'muted'
    | 'unmuted'
    | 'dismissed'
  by: string
  users?: string[]
  /** The changed fields, by the core's names. */
  changes?: Record<string, unknown>
  /** A text the caller wants told with it. */
  text?: string
  /** The caller's own data for the clients that are told. */
  ext?: string
}
