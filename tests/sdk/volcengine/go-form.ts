import { writeJson } from '../../../src/lib/json.ts'
import { type DocumentedField, documented } from '../../support/volcengine-catalogue.ts'

/**
 * A body as the Go SDK writes it. In its structs the fields that the catalogue calls required have no omitempty: left out
 * by a caller they are sent all the same, as 0, false, an empty text or null. Of the others, empty lists and maps are left
 * out. Go escapes what HTML would read.
 */
export function goBody(action: string, body: object): string {
  const text = writeJson(filled(documented.get(action)?.request ?? [], '', body))
  return text.replace(/[<>&\u2028\u2029]/g, char => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

function filled(fields: DocumentedField[], path: string, given: object): object {
  const value: Record<string, unknown> = { ...given }
  for (const { name, type, required } of fields) {
    const key = keyIn(path, name)
    if (!key) continue
    if (required && !(key in value)) value[key] = zeroOf(type)
    if (!required && /^(array|map)/.test(type) && isEmpty(value[key])) delete value[key]
  }
  for (const [key, field] of Object.entries(value)) {
    if (Array.isArray(field))
      value[key] = field.map(item => (isObject(item) ? filled(fields, `${path}${key}[].`, item) : item))
    else if (isObject(field)) value[key] = filled(fields, `${path}${key}.`, field)
  }
  return value
}

/** The key of a field that stands directly at a path. */
function keyIn(path: string, name: string): string | undefined {
  const rest = name.startsWith(path) ? name.slice(path.length).replace(/\[\]$/, '') : ''
  return rest && !/[.[{]/.test(rest) ? rest : undefined
}

function zeroOf(type: string): unknown {
  if (type.startsWith('int')) return 0
  if (type === 'bool') return false
  return type === 'string' ? '' : type === 'object' ? {} : null
}

function isEmpty(value: unknown): boolean {
  return isObject(value) && Object.keys(value).length === 0
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}
