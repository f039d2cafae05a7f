import { el, icon, moveByArrows } from './elements.ts'
import { refusalText } from './words.ts'

/** Opens a dialog of its own, closed by Escape, by its button and by a click beside it; gives how to close it. */
export function showDialog(title: string, ...content: HTMLElement[]): () => void {
  const close = () => dialog.close()
  const dialog = el(
    'dialog',
    { 'aria-label': title },
    el(
      'header',
      {},
      el('h2', {}, title),
      el('button', { type: 'button', class: 'round', 'aria-label': 'Close', click: close }, icon('close')),
    ),
    ...content,
  )
  modal(dialog)
  return close
}

/** Shows a picture as large as fits. */
export function showPicture(url: string, name: string): void {
  const close = () => dialog.close()
  const dialog = el(
    'dialog',
    { class: 'viewer', 'aria-label': name },
    el('img', { src: url, alt: name, click: close }),
    el('button', { type: 'button', class: 'round', 'aria-label': 'Close', click: close }, icon('close')),
  )
  modal(dialog)
}

function modal(dialog: HTMLDialogElement): void {
  dialog.addEventListener('close', () => dialog.remove())
  dialog.addEventListener('click', event => event.target === dialog && dialog.close())
  document.body.append(dialog)
  dialog.showModal()
}

/** One field of a form. */
export interface Field {
  label: string
  hint?: string
  value?: string
  required?: boolean
}

/** Asks for some texts; `act` may refuse with an error, whose text is shown, and the dialog stays. */
export function askFor(
  title: string,
  fields: readonly Field[],
  button: string,
  act: (texts: string[]) => Promise<void>,
): void {
  const problem = el('p', { class: 'problem', role: 'alert' })
  const inputs = fields.map(({ hint, value, required = true }, i) =>
    el('input', { id: `field-${i}`, type: 'text', placeholder: hint, value, required, autocomplete: 'off' }),
  )
  const labels = fields.map(({ label }, i) => el('label', { for: `field-${i}` }, label))
  const submit = el('button', { type: 'submit', class: 'primary' }, button)

  async function go(event: Event) {
    event.preventDefault()
    submit.disabled = true
    problem.textContent = ''
    try {
      await act(inputs.map(input => input.value.trim()))
      close()
    } catch (error) {
      problem.textContent = refusalText(error)
      submit.disabled = false
    }
  }

  const rows = labels.flatMap((label, i) => [label, inputs[i] as HTMLElement])
  const close = showDialog(title, el('form', { submit: go }, ...rows, submit, problem))
  inputs[0]?.focus()
}

/** Tells something that went wrong. */
export function complain(error: unknown): void {
  showDialog('That did not work', el('p', { role: 'alert' }, refusalText(error)))
}

/** One thing that can be done. */
export interface Action {
  label: string
  act(): void
  danger?: boolean
}

/** Shows what can be done beside a button: arrows move, Enter takes, Escape and everything else closes. */
export function showMenu(at: HTMLElement, actions: readonly Action[], quick: readonly Action[] = []): void {
  const item = ({ label, act, danger }: Action, look = '') =>
    el('button', { type: 'button', role: 'menuitem', class: danger ? 'danger' : look, click: () => take(act) }, label)
  const row = el('div', { class: 'quick' }, ...quick.map(each => item(each, 'emoji')))
  const menu = el('div', { class: 'menu', role: 'menu', popover: 'auto' })
  menu.append(...(quick.length > 0 ? [row] : []), ...actions.map(each => item(each)))
  moveByArrows(menu, '.quick, .menu > button')
  row.addEventListener('keydown', event => {
    const all = [...row.querySelectorAll('button')]
    const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0
    all[all.indexOf(document.activeElement as HTMLButtonElement) + step]?.focus()
  })

  function take(act: () => void) {
    menu.hidePopover()
    act()
  }

  menu.addEventListener('toggle', event => {
    if ((event as ToggleEvent).newState === 'open') return
    menu.remove()
    if (document.activeElement === document.body) at.focus()
  })
  document.body.append(menu)
  menu.showPopover()
  const { left, right, bottom, top } = at.getBoundingClientRect()
  const { width, height } = menu.getBoundingClientRect()
  const x = left + width > innerWidth - 8 ? right - width : left
  const y = bottom + height > innerHeight - 8 ? top - height : bottom
  menu.style.left = `${Math.max(8, Math.min(x, innerWidth - width - 8))}px`
  menu.style.top = `${Math.max(8, y)}px`
  ;(menu.querySelector('button') as HTMLElement).focus()
}
