// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the marks of templates
import { maxDepth, writeJson } from '../lib/json.ts'

/** Characters that one filled template may put in. */
const mostText = 1024 * 1024
/** Values that a template may hold. */
const mostValues = 10_000

/**
 * Fills a template: a JSON value whose strings name values by their paths.
 *
 * A string that is exactly `${path.to.value}` becomes that value with its type; `${…}` within a longer string is put in
 * as text, what is no text as its JSON; `$${` stands for `${`. Lists are walked by index: `${event.message.parts.0.text}`.
 * What is not there is left out: the key, the item of a list, or nothing within a text. Only own fields count, never what
 * every object inherits. RangeError for a template too deep or too large, and for more than 1 MiB put in.
 *
 *     applyTemplate(
 *       { who: '${body.From_Account}', at: '${body.EventTime}', line: 'from ${body.From_Account}', gone: '${body.x}' },
 *       { body: { From_Account: 'u_1', EventTime: 1700000000000 } },
 *     )
 *     // { who: 'u_1', at: 1700000000000, line: 'from u_1' }
 */
export function applyTemplate(template: unknown, values: Record<string, unknown>): unknown {
  let room = mostText
  let left = mostValues

  function spend(characters: number) {
    room -= characters
    if (room < 0) throw new RangeError(`a filled template has more than ${mostText} characters put in`)
  }

  function fill(part: unknown, depth: number): unknown {
    if (depth > maxDepth) throw new RangeError(`a template nests deeper than ${maxDepth}`)
    if (--left < 0) throw new RangeError(`a template holds more than ${mostValues} values`)
    if (typeof part === 'string') return fillText(part)
    if (Array.isArray(part)) return part.map(item => fill(item, depth + 1)).filter(item => item !== undefined)
    if (typeof part !== 'object' || part === null) return part
    const entries = Object.entries(part).map(([key, item]) => [key, fill(item, depth + 1)] as const)
    // From entries, a key __proto__ is a key like any other.
    return Object.fromEntries(entries.filter(([, item]) => item !== undefined))
  }

  function fillText(text: string): unknown {
    const whole = /^\$\{([^{}]*)\}$/.exec(text)
    if (whole) return put(valueAt(values, whole[1] as string))
    return text.replace(/\$\$\{|\$\{([^{}]*)\}/g, (_, path?: string) =>
      path === undefined ? '${' : textOf(valueAt(values, path)),
    )
  }

  function put(value: unknown): unknown {
    if (value !== undefined) spend(writeJson(value).length)
    return value
  }

  function textOf(value: unknown): string {
    if (value === undefined) return ''
    const text = typeof value === 'string' ? value : writeJson(value)
    spend(text.length)
    return text
  }

  return fill(template, 0)
}

function valueAt(values: Record<string, unknown>, path: string): unknown {
  let at: unknown = values
  for (const name of path.split('.')) {
    if (typeof at !== 'object' || at === null || !Object.prototype.propertyIsEnumerable.call(at, name)) return undefined
    at = (at as Record<string, unknown>)[name]
  }
  // What JSON cannot say is not there.
  return typeof at === 'function' || typeof at === 'symbol' ? undefined : at
}
