import { isDeepStrictEqual } from 'node:util'
import { z } from 'zod'
import { Fault } from '../../core/errors.ts'
import type { FileRef, Merged, Part } from '../../core/messages/content.ts'
import type { Message } from '../../core/model.ts'
import { extensionOf } from '../../lib/extension.ts'
import { parseJson } from '../../lib/json.ts'
import { noticeBody } from './notices.ts'

/** A message's body, by its type as `netease-im/model.md` §3 has it. */
export type Body = Record<string, unknown>

/** A message as Yunxin shows it. */
export interface Content {
  type: number
  body: Body
}

/** The types that a caller may send; 5 (notification) and 11 (robot) are the server's. */
export const sendable = [0, 1, 2, 3, 4, 6, 10, 100] as const
export type Sendable = (typeof sendable)[number]

const file = {
  url: z.string().min(1),
  name: z.string().optional(),
  md5: z.string().optional(),
  ext: z.string().optional(),
}
const amount = z.number().min(0).optional()

const bodies = {
  0: z.object({ msg: z.string() }),
  1: z.object({ ...file, size: amount, w: amount, h: amount }),
  2: z.object({ ...file, size: amount, dur: amount }),
  3: z.object({ ...file, size: amount, dur: amount, w: amount, h: amount }),
  4: z.object({ title: z.string().optional(), lng: z.number(), lat: z.number() }),
  6: z.object({ ...file, size: amount }),
  10: z.object({ msg: z.string() }),
  100: z.looseObject({}),
}

/**
 * The part that a body says, and whether `render` would give another body for it, so that the sender's own must be
 * kept. Fault('message.content') when the text is no JSON object or lacks what its type needs.
 */
export function parse(type: Sendable, text: string): { part: Part; own: boolean } {
  const body = bodyOf(text)
  const read = bodies[type].safeParse(body)
  if (!read.success) throw new Fault('message.content', `body: ${read.error.issues[0]?.message}`)
  const part = type === 100 ? { type: 'custom' as const, data: text } : partOf({ type, ...read.data } as Typed)
  return { part, own: !isDeepStrictEqual(renderParts([part]).body, body) }
}

function bodyOf(text: string): Body {
  const body = objectOf(text)
  if (!body) throw new Fault('message.content', 'body is no JSON object')
  return body
}

/** The JSON object that a text is, if it is one. */
export function objectOf(text: string): Body | undefined {
  try {
    const read = parseJson(text)
    return typeof read === 'object' && read !== null && !Array.isArray(read) ? (read as Body) : undefined
  } catch {
    return undefined
  }
}

type Typed = { [T in Exclude<Sendable, 100>]: { type: T } & z.output<(typeof bodies)[T]> }[Exclude<Sendable, 100>]

function partOf(body: Typed): Part {
  switch (body.type) {
    case 0:
      return { type: 'text', text: body.msg }
    case 1:
      return { type: 'image', ...fileOf(body), width: body.w, height: body.h }
    case 2:
      return { type: 'audio', ...fileOf(body), duration: body.dur }
    case 3:
      return { type: 'video', ...fileOf(body), duration: body.dur, width: body.w, height: body.h }
    case 4:
      return { type: 'location', title: body.title ?? '', latitude: body.lat, longitude: body.lng }
    case 6:
      return { type: 'file', ...fileOf(body) }
    case 10:
      return { type: 'tip', text: body.msg }
  }
}

function fileOf(body: { url: string; name?: string; md5?: string; ext?: string; size?: number }): FileRef {
  const format = body.ext?.toLowerCase() ?? extensionOf(body.name ?? body.url)
  return { url: body.url, uuid: body.md5, name: body.name, format, size: body.size }
}

/** A message of any dialect as Yunxin shows it: the sender's own body where there is one, else the nearest. */
export function render(message: Pick<Message, 'conv' | 'shown' | 'parts' | 'native'>): Content {
  const [first] = message.parts
  if (first?.type === 'notice') return { type: 5, body: noticeBody(first, message.conv, message.shown) }
  const shown = renderParts(message.parts)
  const own = message.native?.netease?.body
  return typeof own === 'string' ? { type: shown.type, body: objectOf(own) ?? shown.body } : shown
}

/**
 * Parts as one body. Texts alone are joined; what Yunxin has no type for is a type 100 whose one key names it; several
 * parts that are not all text are a type 100 `{"parts":[{type,body},…]}`, so that nothing is lost.
 */
export function renderParts(parts: readonly Part[]): Content {
  const [first] = parts
  if (!first) return { type: 0, body: { msg: '' } }
  if (parts.length === 1) return renderPart(first)
  const texts = parts.map(part => (part.type === 'text' ? part.text : undefined))
  if (texts.every(text => text !== undefined)) return { type: 0, body: { msg: texts.join('') } }
  return { type: 100, body: { parts: parts.map(renderPart) } }
}

function renderPart(part: Part): Content {
  switch (part.type) {
    case 'text':
      return { type: 0, body: { msg: part.text } }
    case 'image':
      return { type: 1, body: imageBody({ ...part.variants?.[0], ...known(part) }) }
    case 'audio':
      return { type: 2, body: known({ dur: part.duration, ...fileBody(part) }) }
    case 'video':
      return { type: 3, body: known({ dur: part.duration, ...imageBody(part) }) }
    case 'location':
      return { type: 4, body: { title: part.title, lng: part.longitude, lat: part.latitude } }
    case 'file':
      return { type: 6, body: fileBody(part) }
    case 'tip':
      return { type: 10, body: { msg: part.text } }
    case 'notice':
      return { type: 10, body: { msg: part.text ?? part.what } }
    case 'custom': {
      const { type: _type, ...custom } = part
      return { type: 100, body: objectOf(part.data) ?? { custom: known(custom) } }
    }
    case 'merged':
      return { type: 100, body: { merged: { ...known(part, 'type'), messages: part.messages.map(renderMerged) } } }
    case 'face':
    case 'link':
      return { type: 100, body: { [part.type]: known(part, 'type') } }
  }
}

function renderMerged(message: Merged): Body {
  return { from: message.sender, sendtime: message.time, ...renderParts(message.parts) }
}

function fileBody(part: FileRef): Body {
  return known({ name: part.name, md5: part.uuid, url: part.url, ext: part.format, size: part.size })
}

function imageBody(part: FileRef & { width?: number; height?: number }): Body {
  return known({ ...fileBody(part), w: part.width, h: part.height })
}

/** Without the fields that nobody said, and without one that is said elsewhere. */
function known(fields: object, except?: string): Body {
  return Object.fromEntries(Object.entries(fields).filter(([name, value]) => value !== undefined && name !== except))
}
