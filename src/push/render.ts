import type { Part } from '../core/messages/content.ts'
import { isMentioned } from '../core/messages/receivers.ts'
import type { Wishes } from '../core/messages/wishes.ts'
import type { Message } from '../core/model.ts'
import { shorten } from './fit.ts'
import type { Shown } from './push.ts'

/** A message and who is told of it. */
export interface Told {
  message: Pick<Message, 'parts' | 'counted' | 'mentions' | 'push' | 'recalled'>
  wishes?: Wishes
  /** The user who is told. */
  to: string
  /** Names as they are shown; `group` only for a group's messages. */
  sender?: string
  group?: string
  /** What the user has not read, this message included. */
  badge?: number
  words?: Partial<Words>
}

/** What stands for a part that is no text, and for a message that was taken back. */
export type Words = Record<'image' | 'audio' | 'video' | 'file' | 'location' | 'face' | 'recalled', string>

/** Unless others are wanted. */
export const usualWords: Words = {
  image: '[Image]',
  audio: '[Voice]',
  video: '[Video]',
  file: '[File]',
  location: '[Location]',
  face: '[Face]',
  recalled: 'Message recalled',
}

/** Longer ones are cut (characters as people see them). */
const longest = { title: 100, text: 500 }

/** What a device shows of a message; undefined when it shows nothing, because it may not or there is nothing to say. */
export function render(told: Told): Shown | undefined {
  const { message, wishes = {} } = told
  const { push, counted, recalled, parts } = message
  if (push?.off || recalled) return undefined
  const text = textOf(told)
  if (text === '') return undefined
  const custom = parts.find(part => part.type === 'custom')
  // A part's own words for the push count only where the message has none.
  const own = push ? undefined : custom
  const sound = wishes.sound ?? own?.sound ?? 'default'
  const shown: Shown = {
    title: titleOf(told),
    subtitle: wishes.subtitle,
    text: shorten(text, longest.text),
    badge: counted && !wishes.uncounted ? told.badge : undefined,
    sound: sound === '' ? undefined : sound,
    image: wishes.image,
    payload: wishes.payload ?? push?.payload ?? own?.ext,
    options: wishes.options,
  }
  return Object.fromEntries(Object.entries(shown).filter(([, value]) => value !== undefined && value !== ''))
}

/** One line for a message's parts, beside each other; '' when they have nothing to say. */
export function wordsFor(parts: readonly Part[], words: Partial<Words> = {}): string {
  const all = { ...usualWords, ...words }
  return parts.map(part => wordFor(part, all)).join('')
}

function wordFor(part: Part, words: Words): string {
  switch (part.type) {
    case 'text':
    case 'tip':
      return part.text
    case 'custom':
      return part.description ?? ''
    case 'merged':
      return part.title
    case 'link':
      return part.title || part.url
    case 'notice':
      return part.text ?? ''
    default:
      return words[part.type]
  }
}

function titleOf(told: Told): string | undefined {
  const title = ownTitle(told) ?? told.group ?? (told.wishes?.nick === false ? undefined : told.sender)
  return title === undefined ? undefined : shorten(title, longest.title)
}

function ownTitle({ message, wishes }: Told): string | undefined {
  return wishes?.title || message.push?.title || undefined
}

function textOf(told: Told): string {
  const { message, wishes = {}, sender, group, words } = told
  const own = (isMentioned(message, told.to) && wishes.mentioned) || message.push?.text
  const text = own || wordsFor(message.parts, words)
  if (text === '' || !sender) return text
  // Where the title is the sender's name, the text need not say it again.
  const titled = ownTitle(told) === undefined && group === undefined
  const said = wishes.nick ?? (group !== undefined && !own)
  return said && !titled ? `${sender}: ${text}` : text
}
