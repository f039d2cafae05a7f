import type { Message } from '../../../client/src/client.ts'
import { complain } from './dialogs.ts'
import { el, icon } from './elements.ts'
import { isPicture } from './files.ts'
import type { Talk } from './talk.ts'
import type { Thread } from './threads.ts'
import { lineOf, plainText, sizeOf } from './words.ts'

/** Files in one message. */
const mostFiles = 10

/** What belongs to the message that is being written. */
interface Draft {
  text: string
  files: File[]
  reply?: Message
  edit?: Message
}

/** Where messages are written. */
export function openComposer(talk: Talk, said: () => void) {
  const drafts = new Map<string, Draft>()
  let thread: Thread | undefined
  const field = el('textarea', {
    ...{ rows: 1, placeholder: 'Message', 'aria-label': 'Message', maxlength: 4000, enterkeyhint: 'send' },
  })
  const picker = el('input', { type: 'file', multiple: true, hidden: true, 'aria-label': 'Files to send' })
  const pick = () => picker.click()
  const attach = el(
    'button',
    { type: 'button', class: 'round', 'aria-label': 'Attach files', click: pick },
    icon('attach'),
  )
  const button = el('button', { type: 'submit', class: 'round primary', 'aria-label': 'Send' }, icon('send'))
  const above = el('div', { class: 'above' })
  const form = el('form', { class: 'composer', submit }, above, attach, picker, field, button)

  field.addEventListener('input', () => {
    draft().text = field.value
    grow()
    if (thread) talk.typing(thread, field.value.length > 0)
  })
  field.addEventListener('keydown', event => {
    // An input method's own Enter takes a word, and says nothing.
    if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) {
      event.preventDefault()
      form.requestSubmit()
    } else if (event.key === 'Escape' && (draft().reply || draft().edit)) {
      event.stopPropagation()
      set({ reply: undefined, edit: undefined, text: draft().edit ? '' : draft().text })
    } else if (event.key === 'ArrowUp' && field.value === '') editLast(event)
  })
  field.addEventListener('paste', event => take(event, event.clipboardData))
  picker.addEventListener('change', () => {
    add([...(picker.files ?? [])])
    picker.value = ''
  })

  function draft(): Draft {
    const key = thread?.key ?? ''
    const found = drafts.get(key) ?? { text: '', files: [] }
    drafts.set(key, found)
    return found
  }

  function set(more: Partial<Draft>) {
    Object.assign(draft(), more)
    showDraft()
    field.focus()
  }

  function showDraft() {
    const { text, files, reply, edit } = draft()
    if (field.value !== text) field.value = text
    grow()
    const about = edit ?? reply
    above.replaceChildren(
      ...(about ? [aboutRow(about, edit !== undefined)] : []),
      ...(files.length > 0 ? [el('ul', { class: 'picked', 'aria-label': 'Files to send' }, ...files.map(picked))] : []),
    )
    button.setAttribute('aria-label', edit ? 'Save' : 'Send')
  }

  function aboutRow(message: Message, edits: boolean): HTMLElement {
    const { nameOf } = talk.people
    const cancel = () => set({ reply: undefined, edit: undefined, text: edits ? '' : draft().text })
    const words = edits ? 'Edit message' : `Reply to ${nameOf(message.sender)}`
    return el(
      'div',
      { class: 'about' },
      el('strong', {}, words),
      el('span', {}, lineOf(message, nameOf)),
      el('button', { type: 'button', class: 'round small', 'aria-label': 'Cancel', click: cancel }, icon('close')),
    )
  }

  function picked(file: File): HTMLElement {
    const remove = () => set({ files: draft().files.filter(each => each !== file) })
    const url = isPicture(file.type) ? URL.createObjectURL(file) : undefined
    const loaded = () => URL.revokeObjectURL(url ?? '')
    return el(
      'li',
      {},
      url ? el('img', { src: url, alt: '', load: loaded }) : icon('file'),
      el('span', {}, file.name),
      el('span', { class: 'size' }, sizeOf(file.size)),
      el(
        'button',
        { type: 'button', class: 'round small', 'aria-label': `Remove ${file.name}`, click: remove },
        icon('close'),
      ),
    )
  }

  function grow() {
    field.style.height = 'auto'
    field.style.height = `${Math.min(field.scrollHeight, 160)}px`
  }

  function add(files: readonly File[]) {
    if (thread && files.length > 0) set({ files: [...draft().files, ...files].slice(0, mostFiles) })
  }

  function take(event: Event, data: DataTransfer | null) {
    const files = [...(data?.files ?? [])]
    if (files.length === 0) return
    event.preventDefault()
    add(files)
  }

  function editLast(event: Event) {
    const own = [...(thread?.messages.values() ?? [])].filter(each => each.sender === talk.me && !each.recalled)
    const last = own.sort((a, b) => a.seq - b.seq).at(-1)
    if (!last || plainText(last) === undefined) return
    event.preventDefault()
    edit(last)
  }

  function edit(message: Message) {
    set({ edit: message, reply: undefined, text: plainText(message) ?? '', files: [] })
  }

  function submit(event: Event) {
    event.preventDefault()
    const { files, reply, edit } = draft()
    const text = field.value.trim()
    if (!thread || (!text && (files.length === 0 || edit))) return
    set({ text: '', files: [], reply: undefined, edit: undefined })
    if (edit) {
      talk.client.messages.edit(edit.conv, edit.seq, text).catch(complain)
      return
    }
    const quote = reply && { id: reply.id, hint: lineOf(reply, talk.people.nameOf).slice(0, 200) }
    talk.typing(thread, false)
    talk.say(thread, text, files, quote)
    said()
  }

  return {
    element: form,
    reply: (message: Message) => set({ reply: message, edit: undefined }),
    edit,
    /** Files that were dropped on the conversation. */
    drop: take,
    /** What is being written belongs to the open conversation. */
    show() {
      if (thread === talk.current) return
      if (thread) talk.typing(thread, false)
      thread = talk.current
      if (!thread) return
      showDraft()
      if (matchMedia('(pointer: fine)').matches) field.focus()
    },
  }
}
