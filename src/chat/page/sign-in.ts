import { el } from './elements.ts'
import { idOf } from './names.ts'

/** What the server gives for a name. */
export interface Ticket {
  app: number
  user: string
  token: string
}

/** Gets a token for a name; rejects with a text for people. */
export async function ticketFor(name: string): Promise<Ticket> {
  const body = JSON.stringify({ name })
  const reply = await fetch('/chat/sign-in', { method: 'POST', headers: { 'content-type': 'application/json' }, body })
  const said = await reply.json().catch(() => ({}))
  if (!reply.ok) throw new Error(said.text ?? `The server answered ${reply.status}.`)
  return said as Ticket
}

/** Asks who somebody is; `done` is told the name once the server took it. */
export function showSignIn(done: (name: string) => void, complaint = ''): void {
  const problem = el('p', { class: 'problem', role: 'alert' }, complaint)
  const field = el('input', {
    ...{ id: 'name', name: 'name', type: 'text', maxlength: 32, required: true },
    ...{ autocomplete: 'nickname', autocapitalize: 'words', spellcheck: 'false', placeholder: 'Ann' },
  })
  const button = el('button', { type: 'submit', class: 'primary' }, 'Come in')

  async function submit(event: Event) {
    event.preventDefault()
    const name = field.value.trim()
    if (!idOf(name)) {
      problem.textContent = 'A name has letters or digits.'
      field.focus()
      return
    }
    button.disabled = true
    problem.textContent = ''
    try {
      await ticketFor(name)
      done(name)
    } catch (error) {
      problem.textContent = (error as Error).message
      button.disabled = false
      field.focus()
    }
  }

  const form = el(
    'form',
    { class: 'sign-in', submit },
    el('img', { src: '/chat/icon.svg', alt: '', width: 56, height: 56 }),
    el('h1', {}, 'Magpie'),
    el('label', { for: 'name' }, 'What are you called?'),
    field,
    button,
    problem,
    el('p', { class: 'hint' }, 'A demo: everybody is who they say they are. Open a second window to talk to yourself.'),
  )
  document.body.replaceChildren(el('main', { class: 'door' }, form))
  field.focus()
}
