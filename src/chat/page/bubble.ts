import type { FileRef, Message, Part } from '../../../client/src/client.ts'
import { showPicture } from './dialogs.ts'
import { el, icon } from './elements.ts'
import { safeUrl } from './files.ts'
import { lineOf, type NameOf, noticeText, sizeOf, timeOf } from './words.ts'

/** The largest side of a picture between messages, in CSS pixels. */
const side = 280

/** How far a message got: on its way, kept, read by all or by some. */
export interface Tick {
  what: 'pending' | 'failed' | 'sent' | 'read'
  text: string
  count?: number
}

/** What a bubble shows besides its message. */
export interface BubbleParts {
  own: boolean
  /** The sender's name, where it is not plain who it is. */
  name?: string
  tick?: Tick
  nameOf: NameOf
  me: string
  quoted?: { name: string; line: string; seq?: number }
  goTo(seq: number): void
  react(kind: string): void
  menu?(button: HTMLElement): void
  foot?: HTMLElement
}

/** A message as it is shown. */
export function bubble(message: Message, shown: BubbleParts): HTMLElement {
  const { own, name, tick, quoted, nameOf } = shown
  const parts = message.parts ?? []
  const gone = message.recalled !== undefined
  const time = el('time', { datetime: new Date(message.time).toISOString() }, timeOf(message.time))
  const edited = message.edited && !gone && el('span', {}, 'edited')
  const more = (button: HTMLElement) => shown.menu?.(button)
  const body = gone
    ? [
        el(
          'p',
          { class: 'gone' },
          `${own ? 'You' : nameOf(message.recalled?.by ?? message.sender)} recalled this message`,
        ),
      ]
    : parts.map(part => partOf(part, nameOf))
  return el(
    'div',
    { class: `bubble${gone ? ' recalled' : ''}${parts.every(isMedia) && !gone ? ' media' : ''}` },
    name !== undefined && el('span', { class: 'sender' }, name),
    quoted && !gone && quoteOf(quoted, shown.goTo),
    ...body,
    el('span', { class: 'meta' }, edited, time, tick && tickOf(tick)),
    !gone && shown.menu && menuButton(more),
    !gone && message.reactions?.length ? reactions(message, shown) : undefined,
    shown.foot,
  )
}

/** A line between messages that nobody said. */
export function noticeLine(message: Message, nameOf: NameOf): HTMLElement | undefined {
  const part = message.parts?.[0]
  if (part?.type !== 'notice' && part?.type !== 'tip') return undefined
  const text = part.type === 'tip' ? part.text : noticeText(part, nameOf)
  return el('p', { class: 'notice' }, text)
}

function menuButton(more: (button: HTMLElement) => void): HTMLElement {
  return el(
    'button',
    {
      ...{ type: 'button', class: 'more', 'aria-label': 'Actions', 'aria-haspopup': 'menu', tabindex: -1 },
      click: (event: Event) => more(event.currentTarget as HTMLElement),
    },
    icon('more'),
  )
}

function tickOf({ what, text, count }: Tick): HTMLElement {
  const drawing = what === 'pending' ? 'clock' : what === 'read' ? 'ticks' : what === 'failed' ? 'close' : 'tick'
  const many = count ? String(count) : undefined
  return el('span', { class: `tick ${what}`, role: 'img', 'aria-label': text, title: text }, icon(drawing), many)
}

function quoteOf({ name, line, seq }: NonNullable<BubbleParts['quoted']>, goTo: (seq: number) => void): HTMLElement {
  const inside = [el('strong', {}, name), el('span', {}, line)]
  if (seq === undefined) return el('div', { class: 'quote' }, ...inside)
  const label = `Go to the message of ${name}`
  return el('button', { type: 'button', class: 'quote', 'aria-label': label, click: () => goTo(seq) }, ...inside)
}

function reactions({ reactions = [] }: Message, { me, nameOf, react }: BubbleParts): HTMLElement {
  const chips = reactions.map(({ kind, count, users }) => {
    const mine = users.includes(me)
    const who = users.map(nameOf).join(', ')
    const press = () => react(kind)
    return el(
      'button',
      {
        type: 'button',
        class: 'chip',
        'aria-pressed': String(mine),
        'aria-label': `${kind} ${who}`,
        title: who,
        click: press,
      },
      kind,
      count > 1 && ` ${count}`,
    )
  })
  return el('div', { class: 'reactions' }, ...chips)
}

function isMedia(part: Part): boolean {
  return part.type === 'image' || part.type === 'video'
}

function partOf(part: Part, nameOf: NameOf): HTMLElement {
  switch (part.type) {
    case 'text':
      return el('p', { class: 'text' }, ...linked(part.text))
    case 'image':
      return picture(part)
    case 'audio':
      return player('audio', part)
    case 'video':
      return player('video', part)
    case 'file':
      return fileLink(part)
    case 'link': {
      const url = safeUrl(part.url)
      return el('p', { class: 'text' }, url ? outside(url, part.title || part.url) : part.title || part.url)
    }
    default:
      return el('p', { class: 'text' }, lineOf({ parts: [part] }, nameOf))
  }
}

function picture(part: FileRef & { width?: number; height?: number; variants?: (FileRef & { kind: string })[] }) {
  const large = part.variants?.find(each => each.kind === 'large')?.url
  const url = safeUrl(part.url ?? large ?? part.variants?.[0]?.url)
  const name = part.name || 'Picture'
  if (!url) return fileLink(part)
  const { width = side, height = side } = part
  const scale = Math.min(1, side / Math.max(width, height, 1))
  const size = { width: Math.round(width * scale), height: Math.round(height * scale) }
  const image = el('img', { src: url, alt: name, loading: 'lazy', decoding: 'async', ...size })
  return el(
    'button',
    { type: 'button', class: 'picture', 'aria-label': `Enlarge ${name}`, click: () => showPicture(url, name) },
    image,
  )
}

function player(tag: 'audio' | 'video', part: FileRef): HTMLElement {
  const src = safeUrl(part.url)
  return src ? el(tag, { src, controls: true, preload: 'metadata' }) : fileLink(part)
}

function fileLink({ url, name, size }: FileRef): HTMLElement {
  const safe = safeUrl(url)
  const inside = [
    icon('file'),
    el('span', { class: 'file-name' }, name || 'File'),
    el('span', { class: 'size' }, sizeOf(size)),
  ]
  return safe
    ? el('a', { class: 'file', href: safe, download: name || true, rel: 'noopener' }, ...inside)
    : el('span', { class: 'file' }, ...inside)
}

/** Addresses in a text become links; everything else stays text. */
function linked(text: string): (Node | string)[] {
  return text.split(/(https?:\/\/[^\s<>"]+[^\s<>".,;:!?)\]])/g).map((piece, i) => {
    const url = i % 2 === 1 ? safeUrl(piece) : undefined
    return url ? outside(url, piece) : piece
  })
}

function outside(url: string, text: string): HTMLElement {
  return el('a', { href: url, target: '_blank', rel: 'noopener noreferrer nofollow' }, text)
}
