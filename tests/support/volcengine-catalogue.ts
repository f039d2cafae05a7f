import { readdirSync, readFileSync } from 'node:fs'

/** A field of a request or of an answer, as the catalogue has it. */
export interface DocumentedField {
  /** Dotted, `[]` after a list, `{key}` for any key of a map. */
  name: string
  type: string
  required?: boolean
}

/** One action of the catalogue. */
export interface Documented {
  id: string
  request: DocumentedField[]
  response: DocumentedField[]
  // biome-ignore lint/suspicious/noExplicitAny: an example is whatever the vendor shows
  example?: { request: any; response: any }
}

const folder = new URL('../../catalog/volcengine-im/', import.meta.url)

/** The catalogue's actions of Volcengine IM, by id, in each of its areas. */
export const actionsOf: ReadonlyMap<string, ReadonlyMap<string, Documented>> = new Map(
  readdirSync(folder).flatMap(name => {
    if (!name.endsWith('.json')) return []
    const { operations = [] } = JSON.parse(readFileSync(new URL(name, folder), 'utf8')) as { operations?: Documented[] }
    const actions = operations.map(each => [each.id, each] as const)
    return actions.length > 0 ? [[name.slice(0, -'.json'.length), new Map(actions)] as const] : []
  }),
)

/** The catalogue's actions of Volcengine IM, by id. */
export const documented: ReadonlyMap<string, Documented> = new Map(
  [...actionsOf.values()].flatMap(actions => [...actions]),
)

/**
 * What an answer has that the catalogue does not name, and what it names but the answer has nowhere; with wrong types. Of
 * an action whose answer the catalogue does not know, nothing is odd.
 */
export function compare(action: string, answer: unknown): { odd: string[]; missing: string[] } {
  const fields = documented.get(action)?.response ?? []
  if (fields.length === 0) return { odd: [], missing: [] }
  const seen = new Set<string>()
  const odd: string[] = []
  const note = (name: string, value: unknown): void => {
    const known = fields.filter(field => plain(field.name) === plain(name))
    seen.add(plain(name))
    if (known.length === 0) odd.push(`${name} is not documented`)
    else if (!known.some(field => fits(field.type, value))) odd.push(`${name} is no ${known[0]?.type}`)
    else if (known.some(field => field.type.startsWith('array'))) {
      if (Array.isArray(value) && typeof value[0] === 'object') for (const item of value) inside(`${name}[]`, item)
    } else if (known.some(field => field.type === 'object')) inside(name, value)
    else if (known.some(field => field.type === 'map<string,array<object>>'))
      for (const item of Object.values(value as object).flat()) inside(`${name}.{key}`, item)
  }
  const inside = (name: string, value: unknown): void => {
    for (const [key, field] of Object.entries(value as object)) note(`${name}.${key}`, field)
  }
  note('Result', answer)
  return { odd, missing: fields.map(field => plain(field.name)).filter(name => !seen.has(name)) }
}

/** Names with and without the mark of a list are one field. */
function plain(name: string): string {
  return name.replaceAll('[]', '')
}

function fits(type: string, value: unknown): boolean {
  if (type === 'any') return true
  if (type === 'string') return typeof value === 'string'
  if (type === 'bool') return typeof value === 'boolean'
  if (type === 'int32') return Number.isInteger(value) && Math.abs(value as number) < 2 ** 31
  if (type === 'int64') return typeof value === 'bigint' || Number.isSafeInteger(value)
  const list = /^array<(.*)>$/.exec(type)
  if (list) return Array.isArray(value) && value.every(item => fits(list[1] as string, item))
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  const map = /^map<string,(.*)>$/.exec(type)
  return !map || Object.values(value).every(item => fits(map[1] as string, item))
}
