import type { FileRef, Part } from '../../core/messages/content.ts'
import type { Message } from '../../core/model.ts'
import { lineOf } from './lines.ts'

/** A message's content in the vendor's form. */
export interface Content {
  MsgType: number
  Content: string
}

/** What the vendor keeps of the sender's own form, as far as the parts do not give it back. */
interface Native extends Partial<Content> {
  Ext?: Record<string, string>
}

/** MsgType of what the client SDKs show. */
const types = {
  text: 10001,
  sticker: 10002,
  image: 10003,
  video: 10004,
  file: 10005,
  audio: 10006,
  location: 10007,
  system: 10008,
  link: 10009,
  custom: 10012,
} as const

const widthKey = 's:file_ext_key_original_width'
const heightKey = 's:file_ext_key_original_height'
const durationKey = 's:file_ext_key_audio_duration'

/** What a sender wrote, as parts; with its own form, unless rendering the parts gives just that. */
export function readContent(msgType: number, content: string, ext: Record<string, string> = {}) {
  const parts = parse(msgType, content, ext)
  const canonical = render(parts)
  const same = canonical.MsgType === msgType && canonical.Content === content
  const native: Native = {
    ...(same ? {} : { MsgType: msgType, Content: content }),
    ...(Object.keys(ext).length > 0 ? { Ext: ext } : {}),
  }
  return { parts, native: Object.keys(native).length > 0 ? { volcengine: { ...native } } : undefined }
}

/** A message's MsgType, Content and Ext: the sender's own where they are kept, else rendered. A recalled one is empty. */
export function writeContent(message: Pick<Message, 'parts' | 'native' | 'recalled'>): Content & { Ext: object } {
  if (message.recalled) return { MsgType: types.text, Content: '', Ext: {} }
  const { MsgType, Content, Ext = {} } = (message.native?.volcengine ?? {}) as Native
  if (MsgType !== undefined && Content !== undefined) return { MsgType, Content, Ext }
  return { ...render(message.parts), Ext }
}

/** The parts of a content. What does not follow its type's form is text, or else the app's own data. */
export function parse(msgType: number, content: string, ext: Record<string, string> = {}): Part[] {
  if (msgType === types.custom) return [{ type: 'custom', data: content }]
  const json = readObject(content)
  const part = json && parsePart(msgType, json, ext)
  if (part) return [part]
  return msgType === types.text ? [{ type: 'text', text: content }] : [{ type: 'custom', data: content }]
}

/** The nearest content for parts: one part as its own type, several as one text with a line for each. */
export function render(parts: readonly Part[]): Content {
  const [part] = parts
  if (parts.length === 1 && part) return renderPart(part)
  return write(types.text, { text: parts.map(lineOf).join('\n') })
}

function parsePart(msgType: number, json: Record<string, unknown>, ext: Record<string, string>): Part | undefined {
  const { text, url, title, index, data, latitude, longitude } = json
  switch (msgType) {
    case types.text:
      return typeof text === 'string' ? { type: 'text', text } : undefined
    case types.system:
      return typeof text === 'string' ? { type: 'tip', text } : undefined
    case types.sticker:
      if (typeof index !== 'number' && typeof data !== 'string') return undefined
      return { type: 'face', index: numeric(index), data: textual(data) }
    case types.location:
      if (typeof latitude !== 'number' || typeof longitude !== 'number') return undefined
      return { type: 'location', title: textual(title) ?? '', latitude, longitude }
    case types.link:
      return typeof url === 'string' ? { type: 'link', url, title: textual(title), text: textual(text) } : undefined
    default:
      return parseFile(msgType, json, ext)
  }
}

function parseFile(msgType: number, json: Record<string, unknown>, ext: Record<string, string>): Part | undefined {
  const plain = msgType === types.image ? textual(json.url) : undefined
  const [entry] = Object.values(objectOf(json.__files) ?? {})
  const file = objectOf(entry)
  const url = textual(file?.remoteURL) ?? plain
  if (url === undefined) return undefined
  const keys = objectOf(file?.ext) ?? {}
  const name = textual(file?.fileName)
  const ref: FileRef = compact({ url, name, format: formatOf(name ?? url) })
  const size = compact({
    width: count(keys[widthKey] ?? ext.file_ext_key_original_width),
    height: count(keys[heightKey] ?? ext.file_ext_key_original_height),
  })
  switch (msgType) {
    case types.image:
      return { type: 'image', ...ref, ...size }
    case types.video:
      return { type: 'video', ...ref, ...size }
    case types.file:
      return { type: 'file', ...ref }
    case types.audio:
      return { type: 'audio', ...ref, ...compact({ duration: count(keys[durationKey]) }) }
    default:
      return undefined
  }
}

function renderPart(part: Part): Content {
  switch (part.type) {
    case 'text':
      return write(types.text, { text: part.text })
    case 'face':
      return write(types.sticker, { index: part.index, data: part.data })
    case 'image':
    case 'video':
      return writeFile(part, { [widthKey]: part.width, [heightKey]: part.height })
    case 'audio':
      return writeFile(part, { [durationKey]: part.duration })
    case 'file':
      return writeFile(part, {})
    case 'location':
      return write(types.location, { title: part.title, latitude: part.latitude, longitude: part.longitude })
    case 'tip':
    case 'notice':
      return write(types.system, { text: lineOf(part) })
    case 'link':
      return write(types.link, { url: part.url, title: part.title, text: part.text })
    case 'custom':
      return { MsgType: types.custom, Content: part.data }
    case 'merged':
      return write(types.text, { text: lineOf(part) })
  }
}

// `media` is the key that the vendor's web demo writes; clients take whichever comes first.
function writeFile(
  part: Extract<Part, { type: 'image' | 'video' | 'audio' | 'file' }>,
  keys: Record<string, number | undefined>,
): Content {
  const given = Object.entries(keys).filter(([, value]) => value !== undefined)
  const ext = Object.fromEntries(given.map(([key, value]) => [key, String(value)]))
  const file = { type: part.type, remoteURL: part.url ?? '', fileName: part.name, ext }
  return write(types[part.type], { __files: { media: file } })
}

function write(MsgType: number, content: object): Content {
  return { MsgType, Content: JSON.stringify(content) }
}

function readObject(text: string): Record<string, unknown> | undefined {
  if (!text.startsWith('{')) return undefined
  try {
    return objectOf(JSON.parse(text))
  } catch {
    return undefined
  }
}

function objectOf(value: unknown): Record<string, unknown> | undefined {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined
}

function textual(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}

function numeric(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined
}

/** A whole number in a text. */
function count(value: unknown): number | undefined {
  return typeof value === 'string' && /^\d{1,9}$/.test(value) ? Number(value) : undefined
}

function formatOf(name: string): string | undefined {
  return /\.([a-z0-9]{1,5})(?:$|[?#])/i.exec(name)?.[1]?.toLowerCase()
}

function compact<T extends object>(fields: T): T {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as T
}
