type Attribute = string | number | boolean | undefined | ((event: never) => void)
type Child = Node | string | false | undefined

/**
 * Makes an element. Attributes that are undefined or false are left out, functions listen to the event that they are named
 * after. Texts become text nodes: nothing that somebody wrote is ever read as HTML.
 */
export function el<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Record<string, Attribute> = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'function') made.addEventListener(name, value as (event: Event) => void)
    else if (value !== undefined && value !== false) made.setAttribute(name, value === true ? '' : String(value))
  }
  made.append(...children.filter(child => child !== undefined && child !== false))
  return made
}

const drawings = {
  send: 'M3.500 11.800 20 4l-4.500 16-3.800-6.200z M11.700 13.800 20 4',
  attach:
    'M19 11.500 12 18.500a4.600 4.600 0 0 1-6.500-6.500l7.500-7.500a3 3 0 0 1 4.300 4.300l-7.300 7.300a1.500 1.500 0 0 1-2.100-2.100l6.500-6.500',
  back: 'M14.500 5 7.500 12l7 7',
  more: 'M6 12h.01M12 12h.01M18 12h.01',
  plus: 'M12 5v14M5 12h14',
  close: 'M6 6l12 12M18 6 6 18',
  file: 'M13.500 3.500H7a1.500 1.500 0 0 0-1.500 1.500v14A1.500 1.500 0 0 0 7 20.500h10a1.500 1.500 0 0 0 1.500-1.500V8.500zV8.500h5',
  pin: 'M9 4h6l-.7 6 3 3.200H6.700l3-3.200zM12 13.200V20',
  mute: 'M6 9.500a6 6 0 0 1 9-5.200M18 10c0 5 2 6 2 6H9M5.700 12.500C5.200 15 4 16 4 16h1M10.500 19.500a2 2 0 0 0 3 0M4 4l16 16',
  people:
    'M9 11a3.200 3.200 0 1 0 0-6.400A3.200 3.200 0 0 0 9 11zM3 19.500c.4-3.600 2.800-5.500 6-5.500s5.600 1.900 6 5.500M16 5.200a3 3 0 0 1 0 5.600M18 14.500c1.800.8 2.800 2.600 3 5',
  leave: 'M10 4.500H6A1.500 1.500 0 0 0 4.500 6v12A1.500 1.500 0 0 0 6 19.500h4M15 8l4 4-4 4M19 12H9.500',
  tick: 'M5 12.500l4.500 4.500L19 7.500',
  ticks: 'M2 12.500l4.500 4.500L16 7.500M11.500 16.500l.5.500 9.500-9.500',
  clock: 'M12 4.500a7.500 7.500 0 1 0 0 15 7.500 7.500 0 0 0 0-15zM12 8v4.300l2.800 1.700',
} as const

/** A line drawing, for the eye only: what it means has to be said beside it. */
export function icon(name: keyof typeof drawings): SVGElement {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg')
  svg.setAttribute('viewBox', '0 0 24 24')
  svg.setAttribute('aria-hidden', 'true')
  svg.classList.add('icon', `icon-${name}`)
  const path = document.createElementNS('http://www.w3.org/2000/svg', 'path')
  path.setAttribute('d', drawings[name])
  svg.append(path)
  return svg
}

/** What a parent shows of items, by key, with the text that says whether an item looks as before. */
const shown = new WeakMap<Element, Map<string, { element: HTMLElement; look: string }>>()

/** One line of a list: `look` names everything that its element depends on. */
export interface Line {
  key: string
  look: string
  make(): HTMLElement
}

/** Brings a parent's children to these lines, in order, and leaves alone those that look as before: focus stays. */
export function showLines(parent: Element, lines: readonly Line[]): void {
  const before = shown.get(parent) ?? new Map()
  const now: typeof before = new Map()
  for (const { key, look, make } of lines) {
    const old = before.get(key)
    if (old?.look === look) now.set(key, old)
    else {
      const element = make()
      const focused = old?.element.contains(document.activeElement)
      if (old?.element.isConnected) old.element.replaceWith(element)
      now.set(key, { element, look })
      if (focused) element.focus()
    }
  }
  for (const [key, { element }] of before) if (now.get(key)?.element !== element) element.remove()
  let place: Element | null = parent.firstElementChild
  for (const { element } of now.values()) {
    if (element === place) place = element.nextElementSibling
    else parent.insertBefore(element, place)
  }
  shown.set(parent, now)
}

/** Makes the up and down keys, Home and End move the focus among a parent's elements that match: buttons, or rows of them. */
export function moveByArrows(parent: HTMLElement, selector: string): void {
  parent.addEventListener('keydown', event => {
    const step = { ArrowDown: 1, ArrowUp: -1, Home: Number.NEGATIVE_INFINITY, End: Number.POSITIVE_INFINITY }[event.key]
    const all = [...parent.querySelectorAll<HTMLElement>(selector)]
    const at = all.findIndex(each => each.contains(document.activeElement))
    if (step === undefined || at < 0) return
    event.preventDefault()
    const next = all[Math.min(all.length - 1, Math.max(0, at + step))]
    ;(next?.matches('button') ? next : next?.querySelector('button'))?.focus()
  })
}
