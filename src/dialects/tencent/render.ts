import { createHash } from 'node:crypto'
import type { FileRef, Notice, Part } from '../../core/messages/content.ts'
import { entryOf } from './shapes.ts'

/** One element of a MsgBody. */
export interface Element {
  MsgType: string
  MsgContent: Record<string, unknown>
}

/** The MsgBody of parts, whoever wrote them (`model.md` §6.2). Every part has a form here. */
export function render(parts: readonly Part[]): Element[] {
  return parts.map(elementOf)
}

function elementOf(part: Part): Element {
  switch (part.type) {
    case 'text':
      return text(part.text)
    case 'tip':
      return text(part.text)
    case 'link':
      return text([part.title, part.text, part.url].filter(Boolean).join('\n'))
    case 'location':
      return {
        MsgType: 'TIMLocationElem',
        MsgContent: { Desc: part.title, Latitude: part.latitude, Longitude: part.longitude },
      }
    case 'face':
      return { MsgType: 'TIMFaceElem', MsgContent: { Index: part.index ?? 0, Data: part.data ?? '' } }
    case 'custom':
      return custom(part.data, part.description, part.ext, part.sound)
    case 'audio':
      return {
        MsgType: 'TIMSoundElem',
        MsgContent: { ...place(part), Size: part.size ?? 0, Second: second(part.duration), Download_Flag: 2 },
      }
    case 'image':
      return image(part)
    case 'file':
      return {
        MsgType: 'TIMFileElem',
        MsgContent: { ...place(part), FileSize: part.size ?? 0, FileName: part.name ?? '', Download_Flag: 2 },
      }
    case 'video':
      return video(part)
    case 'merged':
      return merged(part)
    case 'notice':
      return custom(JSON.stringify(tipOf(part)), '', part.ext)
  }
}

function text(Text: string): Element {
  return { MsgType: 'TIMTextElem', MsgContent: { Text } }
}

function custom(Data: string, Desc = '', Ext = '', Sound = ''): Element {
  return { MsgType: 'TIMCustomElem', MsgContent: { Data, Desc, Ext, Sound } }
}

const imageFormats: Record<string, number> = { jpg: 1, jpeg: 1, gif: 2, png: 3, bmp: 4 }

function image(part: Extract<Part, { type: 'image' }>): Element {
  const original = { ...part, kind: 'original' as const }
  const placed = [original, ...(part.variants ?? [])].filter(each => each.url !== undefined)
  const variants = placed.length > 0 ? placed : [original]
  const numbers = { original: 1, large: 2, thumb: 3 }
  const info = variants.map(({ kind, size, width, height, url }) => ({
    Type: numbers[kind],
    Size: size ?? 0,
    Width: width ?? 0,
    Height: height ?? 0,
    URL: url ?? '',
  }))
  const format = entryOf(imageFormats, part.format?.toLowerCase() ?? '') ?? 255
  return {
    MsgType: 'TIMImageElem',
    MsgContent: { UUID: place(part).UUID, ImageFormat: format, ImageInfoArray: info },
  }
}

function video(part: Extract<Part, { type: 'video' }>): Element {
  const { Url, UUID } = place(part)
  const cover = part.cover ?? {}
  const thumb = place(cover)
  return {
    MsgType: 'TIMVideoFileElem',
    MsgContent: {
      VideoUrl: Url,
      VideoUUID: UUID,
      VideoSize: part.size ?? 0,
      VideoSecond: second(part.duration),
      VideoFormat: part.format ?? '',
      VideoDownloadFlag: 2,
      ThumbUrl: thumb.Url,
      ThumbUUID: thumb.UUID,
      ThumbSize: cover.size ?? 0,
      // A cover has the size of the video, when nobody said otherwise.
      ThumbWidth: cover.width ?? part.width ?? 0,
      ThumbHeight: cover.height ?? part.height ?? 0,
      ThumbFormat: cover.format ?? '',
      ThumbDownloadFlag: 2,
    },
  }
}

function merged(part: Extract<Part, { type: 'merged' }>): Element {
  const MsgList = part.messages.map(message => ({
    From_Account: message.sender,
    MsgTimeStamp: Math.floor(message.time / 1000),
    MsgBody: render(message.parts),
  }))
  return {
    MsgType: 'TIMRelayElem',
    MsgContent: {
      Title: part.title,
      MsgNum: MsgList.length,
      CompatibleText: part.fallback ?? '',
      AbstractList: part.summary,
      MsgList,
    },
  }
}

/** Clients keep files by their UUID, so one without gets one that stays the same for its URL. */
function place(file: FileRef): { Url: string; UUID: string } {
  const url = file.url ?? ''
  return { Url: url, UUID: file.uuid ?? (url && createHash('md5').update(url).digest('hex')) }
}

/** Whole seconds; what is shorter is not shown as nothing. */
function second(duration = 0): number {
  return duration > 0 ? Math.max(1, Math.round(duration / 1000)) : 0
}

const tips: Record<Notice['what'], string> = {
  created: 'Created',
  joined: 'Joined',
  accepted: 'Joined',
  invited: 'Invited',
  left: 'Quit',
  kicked: 'Kicked',
  changed: 'InfoChanged',
  owner: 'OwnerChanged',
  'manager.set': 'AdminSet',
  'manager.unset': 'AdminUnset',
  muted: 'Muted',
  unmuted: 'Unmuted',
  dismissed: 'Destroyed',
}

const shownFields: Record<string, string> = {
  name: 'Name',
  description: 'Introduction',
  notice: 'Notification',
  avatar: 'FaceUrl',
  owner: 'Owner_Account',
}

/** The elements of a REST history have no form for the server's own tips, so they come as data of a custom element. */
function tipOf(notice: Notice) {
  const changes = Object.entries(notice.changes ?? {}).filter(([name]) => name in shownFields)
  return {
    GroupTip: tips[notice.what],
    Operator_Account: notice.by,
    MemberList: notice.users?.map(user => ({ Member_Account: user })),
    GroupInfo: notice.changes && Object.fromEntries(changes.map(([name, value]) => [shownFields[name], value])),
    Text: notice.text,
  }
}
