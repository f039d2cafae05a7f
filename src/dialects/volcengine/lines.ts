import type { Notice, Part } from '../../core/messages/content.ts'

/** Parts as a text for people: a line for each, but texts and stickers stand beside each other as they were written. */
export function textOf(parts: readonly Part[]): string {
  return parts.reduce((text, part, i) => {
    const inline = isInline(part) && isInline(parts[i - 1] ?? part)
    const line = part.type === 'face' ? (part.data ?? lineOf(part)) : lineOf(part)
    return i === 0 || inline ? text + line : `${text}\n${line}`
  }, '')
}

function isInline(part: Part): boolean {
  return part.type === 'text' || part.type === 'face'
}

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
      return [part.title, ...part.summary].filter(Boolean).join('\n') || (part.fallback ?? '')
    case 'notice':
      return noticeLine(part)
  }
}

function noticeLine(notice: Notice): string {
  const sentence = [deedOf(notice), notice.text].filter(Boolean).join(': ')
  return [sentence, ...newsOf(notice.changes ?? {})].join('\n')
}

function deedOf({ what, by: operator, users = [] }: Notice): string {
  const by = operator || 'The app'
  const them = users.join(', ')
  const alone = operator === '' || users.includes(operator)
  switch (what) {
    case 'created':
      return `${by} made the group`
    case 'joined':
      return alone ? `${them} joined` : `${by} let ${them} in`
    case 'accepted':
      return `${them} joined`
    case 'invited':
      return `${by} added ${them}`
    case 'left':
      return `${them || by} left`
    case 'kicked':
      return `${by} removed ${them}`
    case 'changed':
      return `${by} changed the group`
    case 'owner':
      return `${by} made ${them} the owner`
    case 'manager.set':
      return `${by} made ${them} a manager`
    case 'manager.unset':
      return `${by} made ${them} a plain member`
    case 'muted':
      return `${by} muted ${them}`
    case 'unmuted':
      return `${by} unmuted ${them}`
    case 'dismissed':
      return `${by} dismissed the group`
  }
}

/** What people see of a group, as it is now. */
function newsOf(changes: Record<string, unknown>): string[] {
  const shown = ['name', 'description', 'notice', 'owner'].filter(field => typeof changes[field] === 'string')
  return shown.map(field => `${field}: ${changes[field]}`)
}

function withLink(label: string, url: string | undefined): string {
  return url ? `${label} ${url}` : label
}
