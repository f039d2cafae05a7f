/** A file as content refers to it. Sizes in bytes, lengths in milliseconds, width and height in pixels. */
export interface FileRef {
  url?: string
  uuid?: string
  name?: string
  format?: string
  size?: number
}

interface Area {
  width?: number
  height?: number
}

/** What a message says, part by part. Users send all of them but notices, which are the server's own. */
export type Part =
  | { type: 'text'; text: string }
  | ({ type: 'image'; variants?: (FileRef & Area & { kind: 'large' | 'thumb' })[] } & FileRef & Area)
  | ({ type: 'audio'; duration?: number } & FileRef)
  | ({ type: 'video'; duration?: number; cover?: FileRef & Area } & FileRef & Area)
  | ({ type: 'file' } & FileRef)
  | { type: 'location'; title: string; latitude: number; longitude: number }
  | { type: 'face'; index?: number; data?: string }
  | { type: 'custom'; data: string; description?: string; ext?: string; sound?: string }
  | { type: 'tip'; text: string }
  | { type: 'link'; url: string; title?: string; text?: string }
  | {
      type: 'merged'
      title: string
      summary: string[]
      fallback?: string
      messages: { sender: string; time: number; parts: Part[] }[]
    }
  | { type: 'notice'; what: string; by: string; users?: string[]; changes?: Record<string, unknown>; text?: string }

/** What can be said: parts, or a plain text. */
export type Content = string | Part[]

/** The parts of what is said. */
export function partsOf(content: Content): Part[] {
  return typeof content === 'string' ? [{ type: 'text', text: content }] : content
}
