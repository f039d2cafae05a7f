import type { Notice, Part } from '../../core/messages/content.ts'

/** A part as one line for people: what is shown of it where the vendor has no content of that type. */
export function lineOf(part: Part): string {
  switch (part.type) {
    case 'text':
    case 'tip':
      return part.text
    case 'image':
      return withLink('[Image]', part.url)
    case 'audio':
      return withLink('[Audio]', part.url)
    case 'video':
      return withLink('[Video]', part.url)
    case 'file':
      return withLink(`[File] ${part.name ?? ''}`.trim(), part.url)
    case 'location':
      return `[Location] ${part.title} ${part.latitude},${part.longitude}`
    case 'face':
      return `[Sticker] ${part.data ?? part.index ?? ''}`.trim()
    case 'link':
      return withLink(part.title ?? '[Link]', part.url)
    case 'custom':
      return part.description ?? part.data
    case 'merged':
      return part.fallback ?? [part.title, ...part.summary].join('\n')
    case 'notice':
      return noticeLine(part)
  }
}

function noticeLine(notice: Notice): string {
  if (notice.text) return notice.text
  const users = (notice.users ?? []).join(', ')
  return [notice.by, deeds[notice.what], users].filter(Boolean).join(' ')
}

const deeds: Record<Notice['what'], string> = {
  created: 'made the group',
  joined: 'let in',
  invited: 'added',
  left: 'left:',
  kicked: 'removed',
  changed: 'changed the group',
  owner: 'made owner',
  'manager.set': 'made manager',
  'manager.unset': 'made member',
  muted: 'muted',
  unmuted: 'unmuted',
  dismissed: 'dismissed the group',
}

function withLink(label: string, url: string | undefined): string {
  return url ? `${label} ${url}` : label
}
