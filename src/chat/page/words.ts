import type { Message, Part } from '../../../client/src/client.ts'

/** How people are called. */
export type NameOf = (user: string) => string

/** What a notice of the server says. */
export function noticeText(notice: Extract<Part, { type: 'notice' }>, nameOf: NameOf): string {
  const by = nameOf(notice.by)
  const whom = (notice.users ?? []).map(nameOf).join(', ')
  switch (notice.what) {
    case 'created':
      return `${by} made the group`
    case 'joined':
    case 'accepted':
      return `${whom || by} joined`
    case 'invited':
      return `${by} invited ${whom}`
    case 'left':
      return `${whom || by} left`
    case 'kicked':
      return `${by} removed ${whom}`
    case 'changed':
      return typeof notice.changes?.name === 'string'
        ? `${by} named the group ${notice.changes.name}`
        : `${by} changed the group`
    case 'owner':
      return `${whom} owns the group now`
    case 'dismissed':
      return `${by} dismissed the group`
    default:
      return `${by}: ${notice.what}${whom && ` ${whom}`}`
  }
}

/** A message in one line. */
export function lineOf(message: Pick<Message, 'parts' | 'recalled'>, nameOf: NameOf): string {
  if (message.recalled) return 'Recalled message'
  return (message.parts ?? []).map(part => partLine(part, nameOf)).join(' · ')
}

function partLine(part: Part, nameOf: NameOf): string {
  switch (part.type) {
    case 'text':
    case 'tip':
      return part.text
    case 'image':
      return 'Picture'
    case 'audio':
      return 'Voice'
    case 'video':
      return 'Video'
    case 'file':
      return part.name || 'File'
    case 'location':
      return part.title || 'Place'
    case 'link':
      return part.title || part.url
    case 'merged':
      return part.title
    case 'notice':
      return noticeText(part, nameOf)
    case 'face':
      return part.data || '🙂'
    default:
      return 'Message'
  }
}

/** The texts of a message, which can be edited and copied; undefined when there is something else in it. */
export function plainText(message: Message): string | undefined {
  const parts = message.parts ?? []
  const texts = parts.flatMap(part => (part.type === 'text' ? [part.text] : []))
  return texts.length > 0 && texts.length === parts.length ? texts.join('\n') : undefined
}

const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' })
const weekday = new Intl.DateTimeFormat(undefined, { weekday: 'short' })
const date = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short' })
const longDate = new Intl.DateTimeFormat(undefined, { weekday: 'long', day: 'numeric', month: 'long' })

/** The time of day. */
export function timeOf(ms: number): string {
  return clock.format(ms)
}

/** Which day it was, in one text a day. */
export function dayOf(ms: number, now = Date.now()): string {
  const days = daysBetween(ms, now)
  return days === 0 ? 'Today' : days === 1 ? 'Yesterday' : longDate.format(ms)
}

/** When it was, as short as can be. */
export function shortTime(ms: number, now = Date.now()): string {
  const days = daysBetween(ms, now)
  return days === 0 ? clock.format(ms) : days < 7 ? weekday.format(ms) : date.format(ms)
}

function daysBetween(ms: number, now: number): number {
  return Math.round((new Date(now).setHours(12, 0, 0, 0) - new Date(ms).setHours(12, 0, 0, 0)) / 86_400_000)
}

/** How large a file is. */
export function sizeOf(bytes: number | undefined): string {
  if (bytes === undefined) return ''
  if (bytes < 1000) return `${bytes} B`
  return bytes < 1_000_000 ? `${Math.round(bytes / 1000)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`
}

/** What a refusal means to a person. */
export function refusalText(error: unknown): string {
  const { code, message } = error as { code?: string; message?: string }
  const known: Record<string, string> = {
    offline: 'There is no connection.',
    'message.late': 'It is too late to recall this message.',
    'message.blocked': 'They do not take messages from you.',
    'group.muted': 'Nobody may speak in this group now.',
    'rate.exceeded': 'Too much at once: wait a moment.',
    'request.large': 'The file is too large.',
    'user.missing': 'Nobody of this name has been here.',
  }
  return known[code ?? ''] ?? message ?? String(error)
}
