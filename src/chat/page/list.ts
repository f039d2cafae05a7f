import { el, icon, type Line, moveByArrows, showLines } from './elements.ts'
import type { Talk } from './talk.ts'
import { byRank, type Thread } from './threads.ts'
import { lineOf, shortTime } from './words.ts'

/** What a conversation is called. */
export function titleOf(talk: Talk, thread: Thread): string {
  return thread.peer === undefined ? thread.listed?.name || 'Group' : talk.people.nameOf(thread.peer)
}

/** A round picture with the first letter of a name, in one of eight colours. */
export function avatar(name: string, id: string, more = ''): HTMLElement {
  const hue = [...id].reduce((sum, char) => (sum * 31 + (char.codePointAt(0) ?? 0)) % 997, 7) % 8
  const letter = [...name.trim()][0]?.toUpperCase() ?? '?'
  return el('span', { class: `avatar hue-${hue} ${more}`, 'aria-hidden': 'true' }, letter)
}

/** The list of conversations. */
export function openList(talk: Talk, open: (key: string) => void) {
  const list = el('ul', { class: 'conversations', 'aria-label': 'Conversations' })
  const nothing = el('p', { class: 'nothing' }, 'Nobody here yet. Begin a chat with the plus above.')
  moveByArrows(list, 'button')

  function show() {
    const listed = [...talk.threads.values()].filter(thread => thread.listed || thread === talk.current)
    const threads = listed.filter(thread => !isHidden(thread)).sort(byRank)
    showLines(list, threads.map(lineFor))
    nothing.hidden = threads.length > 0
  }

  function lineFor(thread: Thread): Line {
    const { key, listed } = thread
    const shown = {
      name: titleOf(talk, thread),
      preview: previewOf(talk, thread),
      time: listed?.last ? shortTime(listed.last.time) : '',
      unread: listed?.unread ?? 0,
      pinned: listed?.settings?.pinned !== undefined,
      muted: (listed?.settings?.notify ?? listed?.notify ?? 'all') !== 'all',
      presence: thread.peer === undefined ? undefined : (talk.people.presenceOf(thread.peer)?.status ?? 'offline'),
      current: thread === talk.current,
    }
    return { key, look: JSON.stringify(shown), make: () => makeLine(key, shown) }
  }

  function makeLine(
    key: string,
    {
      name,
      preview,
      time,
      unread,
      pinned,
      muted,
      presence,
      current,
    }: {
      name: string
      preview: string
      time: string
      unread: number
      pinned: boolean
      muted: boolean
      presence: string | undefined
      current: boolean
    },
  ): HTMLElement {
    const said = [name, presence === 'online' && 'online', unread > 0 && `${unread} unread`, muted && 'muted']
    const button = el(
      'button',
      {
        ...{ type: 'button', 'aria-label': said.filter(Boolean).join(', ') },
        ...{ 'aria-current': current ? 'true' : undefined, 'data-key': key },
        click: () => open(key),
      },
      avatar(name, key, presence ?? ''),
      el('span', { class: 'name' }, name),
      el('span', { class: 'time' }, pinned && icon('pin'), muted && icon('mute'), time),
      el('span', { class: 'preview' }, preview),
      unread > 0 && el('span', { class: muted ? 'badge quiet' : 'badge' }, unread > 99 ? '99+' : String(unread)),
    )
    const line = el('li', {}, button)
    line.focus = () => button.focus()
    return line
  }

  return { element: el('nav', { 'aria-label': 'Conversations' }, list, nothing), show }
}

function isHidden({ listed }: Thread): boolean {
  return listed?.settings?.unlisted !== undefined && listed.seq <= listed.settings.unlisted
}

function previewOf(talk: Talk, thread: Thread): string {
  const now = Date.now()
  const [writer] = [...thread.typing].find(([user, until]) => user !== talk.me && until > now) ?? []
  if (writer !== undefined) return thread.peer ? 'is writing …' : `${talk.people.nameOf(writer)} is writing …`
  const last = thread.listed?.last
  if (!last) return ''
  const line = lineOf(last, talk.people.nameOf)
  if (last.parts?.[0]?.type === 'notice') return line
  if (last.sender === talk.me) return `You: ${line}`
  return thread.peer === undefined ? `${talk.people.nameOf(last.sender)}: ${line}` : line
}
