import { isDeepStrictEqual } from 'node:util'
import { Fault } from '../../core/errors.ts'
import type { FileRef, Merged, Part } from '../../core/messages/content.ts'
import { type Checked, type ContentOf, element } from './elements.ts'
import { type Element, render } from './render.ts'

export { type Element, render }

/**
 * The parts of a MsgBody. Fault('message.content') for an empty one, for an element that does not follow its form, and
 * for a second TIMCustomElem in a combined message.
 */
export function parse(body: readonly unknown[]): Part[] {
  if (body.length === 0) throw new Fault('message.content', 'MsgBody has no element')
  const checked = body.map(check)
  if (checked.filter(each => each.MsgType === 'TIMCustomElem').length > 1)
    throw new Fault('message.content', 'MsgBody has more than one TIMCustomElem')
  return checked.map(partOf)
}

/** The sender's own MsgBody where it says more than the parts do; undefined where rendering them gives it again. */
export function ownForm(body: readonly unknown[], parts: readonly Part[]): readonly unknown[] | undefined {
  return isDeepStrictEqual(render(parts), body) ? undefined : body
}

/** The text that a push shows when the sender brings none; '' = nothing is pushed. */
export function pushText(parts: readonly Part[]): string {
  return parts.map(pushed).join('')
}

const placeholders: Partial<Record<Part['type'], string>> = {
  location: '[Location]',
  face: '[Face]',
  image: '[Image]',
  audio: '[Voice]',
  video: '[Video]',
  file: '[File]',
}

function pushed(part: Part): string {
  if (part.type === 'text' || part.type === 'tip') return part.text
  if (part.type === 'custom') return part.description ?? ''
  if (part.type === 'merged') return part.title
  if (part.type === 'link') return part.title ?? part.url
  return placeholders[part.type] ?? ''
}

function check(value: unknown, i: number): Checked {
  const read = element.safeParse(value)
  if (read.success) return read.data
  const issue = read.error.issues[0]
  throw new Fault('message.content', `MsgBody[${i}].${issue?.path.join('.')}: ${issue?.message}`)
}

function partOf({ MsgType, MsgContent }: Checked): Part {
  switch (MsgType) {
    case 'TIMTextElem':
      return { type: 'text', text: MsgContent.Text }
    case 'TIMLocationElem':
      return {
        type: 'location',
        title: MsgContent.Desc,
        latitude: MsgContent.Latitude,
        longitude: MsgContent.Longitude,
      }
    case 'TIMFaceElem':
      return present({ type: 'face', index: MsgContent.Index, data: MsgContent.Data })
    case 'TIMCustomElem': {
      const { Data, Desc, Ext, Sound } = MsgContent
      return present({ type: 'custom', data: Data ?? '', description: Desc, ext: Ext, sound: Sound })
    }
    case 'TIMSoundElem': {
      const { Url, UUID, Size, Second } = MsgContent
      return present({ type: 'audio', url: Url, uuid: UUID, size: Size, duration: milliseconds(Second) })
    }
    case 'TIMImageElem':
      return imageOf(MsgContent)
    case 'TIMFileElem': {
      const { Url, UUID, FileSize, FileName } = MsgContent
      return present({ type: 'file', url: Url, uuid: UUID, size: FileSize, name: FileName })
    }
    case 'TIMVideoFileElem':
      return videoOf(MsgContent)
    case 'TIMRelayElem':
      return mergedOf(MsgContent)
  }
}

const imageFormats: Record<number, string> = { 1: 'jpg', 2: 'gif', 3: 'png', 4: 'bmp' }

function imageOf(content: ContentOf<'TIMImageElem'>): Part {
  const sizes = content.ImageInfoArray.map(({ Type, Size, Width, Height, URL }) => ({
    Type,
    file: present({ url: URL, size: Size, width: Width, height: Height }) as FileRef,
  }))
  const original = sizes.find(each => each.Type === 1)?.file
  const variants = sizes
    .filter(each => each.Type !== 1)
    .map(each => ({ kind: each.Type === 2 ? ('large' as const) : ('thumb' as const), ...each.file }))
  return present({
    type: 'image',
    uuid: content.UUID,
    format: imageFormats[content.ImageFormat ?? 255],
    ...original,
    variants: variants.length > 0 ? variants : undefined,
  })
}

function videoOf(content: ContentOf<'TIMVideoFileElem'>): Part {
  const cover = present({
    url: content.ThumbUrl,
    uuid: content.ThumbUUID,
    size: content.ThumbSize,
    width: content.ThumbWidth,
    height: content.ThumbHeight,
    format: content.ThumbFormat,
  })
  return present({
    type: 'video',
    url: content.VideoUrl,
    uuid: content.VideoUUID,
    size: content.VideoSize,
    duration: milliseconds(content.VideoSecond),
    format: content.VideoFormat,
    cover: Object.keys(cover).length > 0 ? cover : undefined,
  })
}

function mergedOf(content: ContentOf<'TIMRelayElem'>): Part {
  const messages: Merged[] = (content.MsgList ?? []).map(item => ({
    sender: item.From_Account,
    time: (item.MsgTimeStamp ?? 0) * 1000,
    parts: parse(item.MsgBody),
  }))
  const { Title = '', AbstractList: summary = [], CompatibleText: fallback } = content
  return present({ type: 'merged', title: Title, summary, fallback, messages })
}

function milliseconds(second: number | undefined): number | undefined {
  return second === undefined ? undefined : second * 1000
}

/** Without the fields that are undefined, so that parts compare by what they say. */
function present<T extends object>(fields: T): T {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as T
}
