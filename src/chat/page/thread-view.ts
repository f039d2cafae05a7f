import type { Message } from '../../../client/src/client.ts'
import { bubble, noticeLine, type Tick } from './bubble.ts'
import { showMenu } from './dialogs.ts'
import { el, type Line, showLines } from './elements.ts'
import { actionsFor, quickReactions, react } from './message-actions.ts'
import type { Talk } from './talk.ts'
import { inOrder, type Pending, type Thread } from './threads.ts'
import { dayOf, lineOf } from './words.ts'

/** What the composer is asked to do with a message. */
export interface ComposerAsk {
  reply(message: Message): void
  edit(message: Message): void
}

/** Messages of one sender that come so soon after each other stand together (ms). */
const together = 5 * 60_000

/** The messages of the open conversation. */
export function openThreadView(talk: Talk, composer: ComposerAsk) {
  const log = el('div', { class: 'messages', role: 'log', 'aria-live': 'polite', 'aria-label': 'Messages' })
  const scroller = el('div', { class: 'scroller', tabindex: -1 }, log)
  let shown: Thread | undefined
  let atEnd = true

  scroller.addEventListener('scroll', () => {
    atEnd = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < 60
    if (scroller.scrollTop < 240 && shown) talk.older(shown)
    see()
  })
  // Pictures come after their message, and the phone's keyboard takes room.
  new ResizeObserver(() => atEnd && toEnd()).observe(scroller)
  log.addEventListener('load', () => atEnd && toEnd(), true)
  document.addEventListener('visibilitychange', see)
  log.addEventListener('keydown', event => onKey(event))

  function toEnd() {
    scroller.scrollTop = scroller.scrollHeight
  }

  function see() {
    if (shown && atEnd && document.visibilityState === 'visible' && shown.loaded === 'yes') talk.see(shown)
  }

  function show() {
    const thread = talk.current
    if (thread !== shown) {
      shown = thread
      atEnd = true
      log.replaceChildren()
    }
    if (!thread) return
    const before = { height: scroller.scrollHeight, top: scroller.scrollTop }
    const oldest = log.firstElementChild
    showLines(log, linesOf(thread))
    if (atEnd) toEnd()
    else if (oldest !== log.firstElementChild) scroller.scrollTop = before.top + scroller.scrollHeight - before.height
    if (log.querySelector('[tabindex="0"]') === null) log.lastElementChild?.setAttribute('tabindex', '0')
    if (thread.older !== undefined && scroller.scrollHeight <= scroller.clientHeight) talk.older(thread)
    see()
  }

  function linesOf(thread: Thread): Line[] {
    const messages = inOrder(thread)
    const lines: Line[] = []
    messages.forEach((message, i) => {
      const before = messages[i - 1]
      const day = dayOf(message.time)
      if (!before || dayOf(before.time) !== day) lines.push(dayLine(day, message.seq))
      lines.push(messageLine(thread, message, before))
    })
    for (const pending of thread.pending) lines.push(pendingLine(thread, pending))
    return lines
  }

  /** An own message stays the same line when it arrives, so that the focus stays on it. */
  function keyFor({ sender, client, seq }: Message): string {
    return sender === talk.me && client !== undefined ? `c${client}` : `m${seq}`
  }

  function messageLine(thread: Thread, message: Message, before: Message | undefined): Line {
    const { nameOf } = talk.people
    const own = message.sender === talk.me
    const follows = before?.sender === message.sender && message.time - before.time < together && !isNotice(before)
    const name = own || follows || thread.peer !== undefined ? undefined : nameOf(message.sender)
    const tick = own ? tickOf(thread, message) : undefined
    const quoted = message.quote && quotedIn(thread, message.quote)
    const names = isNotice(message) ? (message.parts ?? []).map(part => lineOf({ parts: [part] }, nameOf)) : []
    const look = JSON.stringify([message, follows, name, tick, quoted, names])
    const make = () => {
      const notice = noticeLine(message, nameOf)
      const open = (button: HTMLElement) => openMenu(thread, message, button)
      const content =
        (!message.recalled && notice) ||
        bubble(message, {
          ...{ own, name, tick, nameOf, me: talk.me, quoted, goTo, menu: open },
          react: kind => react(talk, message, kind),
        })
      return el(
        'div',
        {
          ...{ class: `line ${own ? 'own' : 'theirs'}${follows ? ' follows' : ''}${notice ? ' middle' : ''}` },
          ...{ 'data-seq': message.seq, role: 'group', tabindex: -1 },
          'aria-label': `${own ? 'You' : nameOf(message.sender)}: ${lineOf(message, nameOf)}`,
        },
        content,
      )
    }
    return { key: keyFor(message), look, make }
  }

  function pendingLine(thread: Thread, pending: Pending): Line {
    const { client, parts, time, failed, previews } = pending
    const look = JSON.stringify([parts, failed])
    const make = () => {
      const pictures = previews.map(url => ({ type: 'image' as const, url, name: 'Picture on its way' }))
      const known = parts.some(part => part.type === 'image') ? parts : [...pictures, ...parts]
      const message = { conv: 0, seq: 0, id: 0, sender: talk.me, time, parts: known, counted: false }
      const tick: Tick =
        failed === undefined ? { what: 'pending', text: 'On its way' } : { what: 'failed', text: failed }
      const foot =
        failed === undefined
          ? undefined
          : el(
              'p',
              { class: 'problem', role: 'alert' },
              `${failed} `,
              el('button', { type: 'button', click: () => talk.retry(thread, pending) }, 'Try again'),
              el('button', { type: 'button', click: () => talk.discard(thread, pending) }, 'Discard'),
            )
      const { nameOf } = talk.people
      const quiet = { goTo() {}, react() {} }
      const made = bubble(message, { own: true, tick, nameOf, me: talk.me, foot, ...quiet })
      return el('div', { class: 'line own pending', role: 'group', tabindex: -1 }, made)
    }
    return { key: `c${client}`, look, make }
  }

  function tickOf(thread: Thread, { seq }: Message): Tick {
    if (thread.peer !== undefined)
      return seq <= thread.peerRead ? { what: 'read', text: 'Read' } : { what: 'sent', text: 'Sent' }
    const { read = 0, unread = 0 } = thread.receipts.get(seq) ?? {}
    if (read === 0) return { what: 'sent', text: 'Sent' }
    return { what: 'read', text: unread === 0 ? 'Read by all' : `Read by ${read}`, count: read }
  }

  function quotedIn(thread: Thread, { id, hint }: NonNullable<Message['quote']>) {
    const found = [...thread.messages.values()].find(each => each.id === id)
    const { nameOf } = talk.people
    if (!found) return { name: 'Earlier message', line: hint }
    return { name: nameOf(found.sender), line: lineOf(found, nameOf).slice(0, 200), seq: found.seq }
  }

  function goTo(seq: number) {
    const line = log.querySelector<HTMLElement>(`[data-seq="${seq}"]`)
    line?.scrollIntoView({ block: 'center' })
    line?.focus()
  }

  function openMenu(thread: Thread, message: Message, at: HTMLElement) {
    const { menu, quick } = { menu: actionsFor(talk, thread, message, composer), quick: quickReactions(talk, message) }
    showMenu(at, menu, quick)
  }

  /** Arrows walk through the messages; Enter shows what can be done with one. */
  function onKey(event: KeyboardEvent) {
    const line = event.target as HTMLElement
    if (!line.classList.contains('line')) return
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key]
    if (step !== undefined) {
      const all = [...log.querySelectorAll<HTMLElement>('.line')]
      const next = all[all.indexOf(line) + step]
      if (!next) return
      event.preventDefault()
      for (const each of all) each.tabIndex = -1
      next.tabIndex = 0
      next.focus()
    } else if (event.key === 'Enter' || event.key === ' ') {
      event.preventDefault()
      line.querySelector<HTMLElement>('.more')?.click()
    }
  }

  return {
    element: scroller,
    show,
    toEnd() {
      atEnd = true
      toEnd()
    },
  }
}

function dayLine(day: string, seq: number): Line {
  return {
    key: `d${day}/${seq}`,
    look: day,
    make: () => el('div', { class: 'day', role: 'separator' }, el('span', {}, day)),
  }
}

function isNotice(message: Message): boolean {
  const type = message.parts?.[0]?.type
  return !message.recalled && (type === 'notice' || type === 'tip')
}
