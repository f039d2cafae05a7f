import { Fault } from '../../core/errors.ts'
import type { Part } from '../../core/messages/content.ts'
import type { Message } from '../../core/model.ts'
import { type FilePart, given, readFile, readPicture, writeFile } from './files.ts'
import { lineOf, textOf } from './lines.ts'

/** A message's content in the vendor's form. */
export interface Content {
  MsgType: number
  Content: string
}

/** What the vendor keeps of the sender's own form, as far as the parts do not give it back. */
interface Native extends Partial<Content> {
  Ext?: Record<string, string>
}

/** What of `Native` says the content once more; Ext is the sender's own, beside the content. */
export const ownForm = ['MsgType', 'Content']

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

/** The types whose content is a file. */
const fileTypes: Record<number, FilePart['type']> = {
  [types.image]: 'image',
  [types.video]: 'video',
  [types.file]: 'file',
  [types.audio]: 'audio',
}

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

/** Content and Ext together; the vendor's limit is not known. */
const mostBytes = 64 * 1024

/** Fault('message.large') for a content that is, with its Ext, larger than messages may be. */
export function demandSize(content: string, ext: Record<string, string> = {}): void {
  const texts = [content, ...Object.entries(ext).flat()]
  const size = texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0)
  if (size > mostBytes) throw new Fault('message.large')
}

/** What a call says, as parts and the sender's own form. Fault('message.large'). */
export function readSaid(said: { MsgType: number; Content: string; Ext?: Record<string, string> }) {
  demandSize(said.Content, said.Ext)
  return readContent(said.MsgType, said.Content, said.Ext)
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

/** The nearest content for parts: one part as its own type, several as one text. */
export function render(parts: readonly Part[]): Content {
  const [part] = parts
  if (parts.length === 1 && part) return renderPart(part)
  return write(types.text, { text: textOf(parts) })
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
      return { type: 'face', ...given({ index: numeric(index), data: textual(data) }) }
    case types.location:
      if (typeof latitude !== 'number' || typeof longitude !== 'number') return undefined
      return { type: 'location', title: textual(title) ?? '', latitude, longitude }
    case types.link:
      if (typeof url !== 'string') return undefined
      return { type: 'link', url, ...given({ title: textual(title), text: textual(text) }) }
    default:
      return parseFile(msgType, json, ext)
  }
}

function parseFile(msgType: number, json: Record<string, unknown>, ext: Record<string, string>): Part | undefined {
  const type = fileTypes[msgType]
  if (!type) return undefined
  const entry = objectOf(Object.values(objectOf(json.__files) ?? {})[0])
  const part = entry && readFile(type, entry, ext)
  if (part || msgType !== types.image) return part
  return typeof json.url === 'string' ? readPicture(json.url, ext) : undefined
}

function renderPart(part: Part): Content {
  switch (part.type) {
    case 'text':
      return write(types.text, { text: part.text })
    case 'face':
      return write(types.sticker, { index: part.index, data: part.data })
    // `media` is the key that the vendor's web demo writes; clients take whichever comes first.
    case 'image':
    case 'video':
    case 'audio':
    case 'file':
      return write(types[part.type], { __files: { media: writeFile(part) } })
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
