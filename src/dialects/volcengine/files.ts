import type { FileRef, Part } from '../../core/messages/content.ts'
import { extensionOf } from '../../lib/extension.ts'

/** A part that is a file. */
export type FilePart = Extract<Part, { type: 'image' | 'video' | 'audio' | 'file' }>

type Texts = Record<string, unknown>

/** What the client SDKs call the kinds of files. */
const kinds: Record<FilePart['type'], string> = { image: 'image', video: 'video', audio: 'audio', file: 'object' }

/** Keys of a file's `ext` that the client SDKs know; all values are texts, lengths are in seconds. */
const sdk = (name: string) => `s:file_ext_key_${name}`

/** The file that a part is, as an entry of `__files`. What the SDKs have no key for stands under names without `s:`. */
export function writeFile(part: FilePart): object {
  const url = part.url ?? (part.type === 'image' ? part.variants?.find(each => each.url)?.url : undefined)
  const ends = extensionOf(part.name ?? url ?? '')
  const common = { md5: part.uuid, size: part.size, format: part.format === ends ? undefined : part.format }
  const ext = Object.entries({ ...special(part), ...common }).filter(([, value]) => value !== undefined)
  return {
    type: kinds[part.type],
    remoteURL: url ?? '',
    fileName: part.name,
    ext: Object.fromEntries(ext.map(([key, value]) => [key, String(value)])),
  }
}

/** The part that an entry of `__files` is; `beside` is the message's own Ext, where the vendor's demos write some of it. */
export function readFile(type: FilePart['type'], entry: Texts, beside: Texts): FilePart | undefined {
  const url = textual(entry.remoteURL)
  if (url === undefined) return undefined
  const ext = (typeof entry.ext === 'object' && entry.ext !== null ? entry.ext : {}) as Texts
  const name = textual(entry.fileName) ?? textual(ext[sdk('file_name')])
  const file: FileRef = given({
    url: url || undefined,
    uuid: textual(ext.md5),
    name,
    format: textual(ext.format) ?? extensionOf(name ?? url),
    size: count(ext.size),
  })
  switch (type) {
    case 'image':
      return { type, ...file, ...imageFacts(ext, beside) }
    case 'video':
      return { type, ...file, ...videoFacts(ext, beside) }
    case 'audio':
      return { type, ...file, ...given({ duration: milliseconds(ext[sdk('audio_duration')]) }) }
    case 'file':
      return { type, ...file }
  }
}

/** The picture of the web demo's other form: an address, and its size in the message's Ext. */
export function readPicture(url: string, beside: Texts): FilePart {
  return { type: 'image', ...given({ url, format: extensionOf(url) }), ...imageFacts({}, beside) }
}

function special(part: FilePart): Texts {
  switch (part.type) {
    case 'image':
      return {
        [sdk('original_width')]: part.width,
        [sdk('original_height')]: part.height,
        ...variantKeys(part, 'large', 'preview'),
        ...variantKeys(part, 'thumb', 'thumb'),
      }
    case 'video':
      return {
        [sdk('video_width')]: part.width,
        [sdk('video_height')]: part.height,
        [sdk('video_duration')]: seconds(part.duration),
        [sdk('video_cover_url')]: part.cover?.url,
      }
    case 'audio':
      return { [sdk('audio_duration')]: seconds(part.duration) }
    case 'file':
      return {}
  }
}

function variantKeys(part: Extract<FilePart, { type: 'image' }>, kind: 'large' | 'thumb', word: string): Texts {
  const variant = part.variants?.find(each => each.kind === kind)
  return {
    [sdk(`${word}_url`)]: variant?.url,
    [sdk(`${word}_width`)]: variant?.width,
    [sdk(`${word}_height`)]: variant?.height,
  }
}

function imageFacts(ext: Texts, beside: Texts) {
  const variants = [...variantOf(ext, 'large', 'preview'), ...variantOf(ext, 'thumb', 'thumb')]
  return given({
    width: count(ext[sdk('original_width')] ?? beside.file_ext_key_original_width),
    height: count(ext[sdk('original_height')] ?? beside.file_ext_key_original_height),
    variants: variants.length > 0 ? variants : undefined,
  })
}

function variantOf<K extends 'large' | 'thumb'>(ext: Texts, kind: K, word: string) {
  const url = textual(ext[sdk(`${word}_url`)])
  const size = given({ width: count(ext[sdk(`${word}_width`)]), height: count(ext[sdk(`${word}_height`)]) })
  return url ? [{ kind, url, ...size }] : []
}

function videoFacts(ext: Texts, beside: Texts) {
  const cover = textual(ext[sdk('video_cover_url')])
  return given({
    width: count(ext[sdk('video_width')] ?? ext[sdk('original_width')] ?? beside.original_width),
    height: count(ext[sdk('video_height')] ?? ext[sdk('original_height')] ?? beside.original_height),
    duration: milliseconds(ext[sdk('video_duration')] ?? beside.duration),
    cover: cover ? given({ url: cover, format: extensionOf(cover) }) : undefined,
  })
}

function textual(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}

/** A whole number in a text. */
function count(value: unknown): number | undefined {
  return typeof value === 'string' && /^\d{1,12}$/.test(value) ? Number(value) : undefined
}

function seconds(duration: number | undefined): number | undefined {
  return duration === undefined ? undefined : duration / 1000
}

/** Seconds in a text, with a fraction or without. */
function milliseconds(value: unknown): number | undefined {
  return typeof value === 'string' && /^\d{1,9}(\.\d+)?$/.test(value) ? Math.round(Number(value) * 1000) : undefined
}

/** Without the fields that nobody said. */
export function given<T extends object>(fields: T): T {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as T
}
