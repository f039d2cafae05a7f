import { isDeepStrictEqual } from 'node:util'
import { Fault } from '../../core/errors.ts'
import type { Merged, Part } from '../../core/messages/content.ts'
import type { Message } from '../../core/model.ts'
import { extensionOf } from '../../lib/extension.ts'
import { parseJson, writeJson } from '../../lib/json.ts'
import { type Checked, type ContentOf, element } from './elements.ts'
import { type Element, render } from './render.ts'
import { given } from './shapes.ts'

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

/**
 * The sender's own MsgBody where it says more than the parts do, as text if it has numbers that the store would round;
 * undefined where rendering the parts gives it again.
 */
export function ownForm(body: readonly unknown[], parts: readonly Part[]): readonly unknown[] | string | undefined {
  if (isDeepStrictEqual(render(parts), body)) return undefined
  const text = writeJson(body)
  return /\d{16}/.test(text) ? text : body
}

/** What is kept with a message so that it is read back as it was sent; undefined when its parts say it all. */
export function nativeOf(
  body: readonly unknown[],
  parts: readonly Part[],
  said: { CloudCustomData?: string; SupportMessageExtension?: number; SendMsgControl?: readonly string[] },
): Message['native'] {
  const own = given({
    MsgBody: ownForm(body, parts),
    CloudCustomData: said.CloudCustomData || undefined,
    SupportMessageExtension: said.SupportMessageExtension || undefined,
    WithMuteNotifications: said.SendMsgControl?.includes('WithMuteNotifications') || undefined,
  })
  return Object.keys(own).length > 0 ? { tencent: own } : undefined
}

/** The MsgBody to show of a message: the sender's own form, else what its parts give. */
export function bodyOf({ native, parts }: Pick<Message, 'native' | 'parts'>): unknown {
  const own = native?.tencent?.MsgBody ?? render(parts)
  return typeof own === 'string' ? parseJson(own) : own
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
      return { type: 'face', index: MsgContent.Index ?? 0, ...said({ data: MsgContent.Data }) }
    case 'TIMCustomElem': {
      const { Data, Desc, Ext, Sound } = MsgContent
      return { type: 'custom', data: Data ?? '', ...said({ description: Desc, ext: Ext, sound: Sound }) }
    }
    case 'TIMSoundElem': {
      const { Url, UUID, Size, Second } = MsgContent
      const file = { url: Url, uuid: UUID, format: extensionOf(Url), size: Size }
      return { type: 'audio', ...said({ ...file, duration: milliseconds(Second) }) }
    }
    case 'TIMImageElem':
      return imageOf(MsgContent)
    case 'TIMFileElem': {
      const { Url, UUID, FileSize, FileName } = MsgContent
      const format = extensionOf(FileName || Url)
      return { type: 'file', ...said({ url: Url, uuid: UUID, name: FileName, format, size: FileSize }) }
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
    file: said({ url: URL, size: Size, width: Width, height: Height }),
  }))
  const original = sizes.find(each => each.Type === 1)?.file
  const variants = sizes
    .filter(each => each.Type !== 1)
    .map(each => ({ kind: each.Type === 2 ? ('large' as const) : ('thumb' as const), ...each.file }))
  const format = imageFormats[content.ImageFormat ?? 255] ?? extensionOf(original?.url ?? '')
  return {
    type: 'image',
    ...said({ uuid: content.UUID, format }),
    ...original,
    ...(variants.length > 0 ? { variants } : {}),
  }
}

function videoOf(content: ContentOf<'TIMVideoFileElem'>): Part {
  const size = said({ width: content.ThumbWidth, height: content.ThumbHeight })
  const cover = said({
    url: content.ThumbUrl,
    uuid: content.ThumbUUID,
    size: content.ThumbSize,
    format: content.ThumbFormat?.toLowerCase(),
  })
  return {
    type: 'video',
    ...said({
      url: content.VideoUrl,
      uuid: content.VideoUUID,
      size: content.VideoSize,
      duration: milliseconds(content.VideoSecond),
      format: content.VideoFormat?.toLowerCase() || extensionOf(content.VideoUrl),
    }),
    // The size of a cover that is not there is the video's own.
    ...(cover.url || cover.uuid ? { cover: { ...cover, ...size } } : size),
  }
}

function mergedOf(content: ContentOf<'TIMRelayElem'>): Part {
  const messages: Merged[] = (content.MsgList ?? []).map(item => ({
    sender: item.From_Account,
    time: (item.MsgTimeStamp ?? 0) * 1000,
    parts: parse(item.MsgBody),
  }))
  const { Title = '', AbstractList: summary = [], CompatibleText: fallback } = content
  return { type: 'merged', title: Title, summary, ...said({ fallback }), messages }
}

function milliseconds(second: number | undefined): number | undefined {
  return second === undefined ? undefined : second * 1000
}

/** What an element says: in Tencent's elements an empty text and a 0 stand for what is not known. */
function said<T extends Record<string, string | number | undefined>>(fields: T): Partial<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value)) as Partial<T>
}
