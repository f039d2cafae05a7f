import { createClient } from '../../../client/src/client.ts'
import { openComposer } from './composer.ts'
import { type Action, complain, showMenu } from './dialogs.ts'
import { el, icon } from './elements.ts'
import { beginChat, makeGroup, showMembers } from './groups.ts'
import { avatar, openList, titleOf } from './list.ts'
import { showSignIn, ticketFor } from './sign-in.ts'
import { openTalk, type Talk } from './talk.ts'
import { openThreadView } from './thread-view.ts'
import type { Thread } from './threads.ts'

/** Who this window is: every window may be somebody else, and stays it over a reload. */
const kept = 'magpie name'

const name = sessionStorage.getItem(kept)
if (name) enter(name)
else showSignIn(enter)

async function enter(name: string) {
  sessionStorage.setItem(kept, name)
  try {
    openChat(name, (await ticketFor(name)).user)
  } catch (error) {
    showSignIn(enter, (error as Error).message)
  }
}

function openChat(name: string, me: string) {
  const key = `magpie client of ${me}`
  const client = createClient({
    url: location.origin,
    credentials: async () => {
      const { app, token } = await ticketFor(name)
      return { dialect: 'native', app, token }
    },
    platform: 'web',
    storage: { load: () => sessionStorage.getItem(key), save: text => sessionStorage.setItem(key, text) },
  })
  let due = false
  const talk = openTalk(client, me, () => {
    if (due) return
    due = true
    setTimeout(() => {
      due = false
      show()
    })
  })
  const open = (key: string | undefined) => {
    talk.open(key)
    document.body.dataset.view = key === undefined ? 'list' : 'thread'
    show()
  }
  const list = openList(talk, open)
  const composer = openComposer(talk, () => view.toEnd())
  const view = openThreadView(talk, composer)
  const header = openHeader(talk, () => open(undefined))
  const banner = el('div', { class: 'banner', role: 'status', 'aria-live': 'polite', hidden: true })
  const empty = el(
    'div',
    { class: 'empty' },
    el('img', { src: '/chat/icon.svg', alt: '' }),
    el('p', {}, 'Choose a chat.'),
  )
  const stage = el('main', { class: 'stage' }, header.element, view.element, composer.element)
  const side = el('aside', { class: 'side' }, ownHeader(talk, name, open), list.element)
  document.body.replaceChildren(banner, side, stage, empty)
  document.body.dataset.view = 'list'
  stage.addEventListener('dragover', event => event.preventDefault())
  stage.addEventListener('drop', event => composer.drop(event, event.dataTransfer))
  document.addEventListener('keydown', event => {
    if (event.key !== 'Escape' || document.querySelector('dialog[open], .menu')) return
    const { current } = talk
    open(undefined)
    if (current) list.element.querySelector<HTMLElement>(`[data-key="${CSS.escape(current.key)}"]`)?.focus()
  })

  function show() {
    stage.hidden = talk.current === undefined
    empty.hidden = talk.current !== undefined
    list.show()
    header.show()
    view.show()
    composer.show()
    showBanner()
    const unread = [...talk.threads.values()].reduce((sum, each) => sum + (each.listed?.unread ?? 0), 0)
    document.title = unread > 0 ? `(${unread}) Magpie chat` : 'Magpie chat'
  }

  /** A short break is no news. */
  function showBanner() {
    const { state, since } = talk.state
    const away = state !== 'online' && Date.now() - since >= 0
    const late = Date.now() - since > 800 || state === 'offline' || state === 'refused'
    const text = state === 'refused' ? 'You were signed out. Reload to come back.' : 'No connection. Trying again …'
    banner.hidden = !away || !late
    if (!banner.hidden && banner.textContent !== text) banner.textContent = text
  }

  client.start()
  show()
}

/** Above the list: who this is, and what can be begun. */
function ownHeader(talk: Talk, name: string, open: (key: string) => void): HTMLElement {
  const begin = (event: Event) =>
    showMenu(event.currentTarget as HTMLElement, [
      { label: 'New chat', act: () => beginChat(talk, open) },
      { label: 'New group', act: () => makeGroup(talk, open) },
    ])
  const more = (event: Event) =>
    showMenu(event.currentTarget as HTMLElement, [{ label: 'Sign out', act: () => signOut(talk) }])
  return el(
    'header',
    { class: 'top' },
    el(
      'button',
      { type: 'button', class: 'oneself', 'aria-label': `You are ${name}`, 'aria-haspopup': 'menu', click: more },
      avatar(name, `u:${talk.me}`),
      el('span', { class: 'title' }, name),
    ),
    el(
      'button',
      { type: 'button', class: 'round', 'aria-label': 'New chat or group', 'aria-haspopup': 'menu', click: begin },
      icon('plus'),
    ),
  )
}

async function signOut(talk: Talk) {
  sessionStorage.clear()
  await talk.client.signOut().catch(() => {})
  sessionStorage.clear()
  location.reload()
}

/** Above the messages: with whom, whether they are there or writing, and what can be done. */
function openHeader(talk: Talk, back: () => void) {
  const title = el('h1', { class: 'title' })
  const line = el('p', { class: 'subtitle', 'aria-live': 'polite' })
  const face = el('span', {})
  const more = el(
    'button',
    { type: 'button', class: 'round', 'aria-label': 'More', 'aria-haspopup': 'menu' },
    icon('more'),
  )
  more.addEventListener('click', () => talk.current && showMenu(more, threadActions(talk, talk.current)))
  const element = el(
    'header',
    { class: 'top' },
    el('button', { type: 'button', class: 'round back', 'aria-label': 'Back to the list', click: back }, icon('back')),
    face,
    el('div', { class: 'titles' }, title, line),
    more,
  )
  return {
    element,
    show() {
      const thread = talk.current
      if (!thread) return
      const name = titleOf(talk, thread)
      title.textContent = name
      const text = aboutThread(talk, thread)
      if (line.textContent !== text) line.textContent = text
      const presence = thread.peer === undefined ? '' : (talk.people.presenceOf(thread.peer)?.status ?? 'offline')
      face.replaceChildren(avatar(name, thread.key, presence))
    },
  }
}

function aboutThread(talk: Talk, thread: Thread): string {
  const now = Date.now()
  const writers = [...thread.typing].filter(([user, until]) => user !== talk.me && until > now).map(([user]) => user)
  if (writers.length > 0)
    return thread.peer ? 'is writing …' : `${writers.map(talk.people.nameOf).join(', ')} writing …`
  if (thread.peer === undefined) return 'Group'
  const presence = talk.people.presenceOf(thread.peer)
  return presence?.status === 'online' ? presence.text || 'online' : 'offline'
}

function threadActions(talk: Talk, thread: Thread): Action[] {
  const { conv, listed } = thread
  if (conv === undefined) return [{ label: 'Nothing was said yet', act() {} }]
  const { conversations } = talk.client
  const pinned = listed?.settings?.pinned !== undefined
  const muted = (listed?.settings?.notify ?? listed?.notify ?? 'all') !== 'all'
  const set = (work: Promise<unknown>) => void work.catch(complain)
  return [
    ...(thread.peer === undefined ? [{ label: 'Members …', act: () => void showMembers(talk, thread) }] : []),
    { label: pinned ? 'Unpin' : 'Pin to the top', act: () => set(conversations.pin(conv, !pinned)) },
    { label: muted ? 'Unmute' : 'Mute', act: () => set(conversations.notify(conv, muted ? 'all' : 'silent')) },
    { label: 'Clear for me', danger: true, act: () => set(conversations.clear(conv)) },
  ]
}
