import { z } from 'zod'

/** The part of JSON Schema that zod writes. */
export interface Node {
  type?: string | string[]
  description?: string
  default?: unknown
  const?: unknown
  enum?: unknown[]
  properties?: Record<string, Node>
  required?: string[]
  items?: Node
  anyOf?: Node[]
  oneOf?: Node[]
  additionalProperties?: Node | boolean
  propertyNames?: Node
  minimum?: number
  maximum?: number
  exclusiveMinimum?: number
  minLength?: number
  maxLength?: number
  minItems?: number
  maxItems?: number
  pattern?: string
  $ref?: string
  $defs?: Record<string, Node>
}

/** A field of a table. */
interface Field {
  path: string
  node: Node
  required: boolean
  /** Which of several forms has it; absent when all have. */
  of?: string
}

/** A schema as JSON Schema, by what is sent or by what comes. */
export function nodeOf(schema: z.ZodType, io: 'input' | 'output'): Node {
  return z.toJSONSchema(schema, { io, unrepresentable: 'any' }) as Node
}

/** A table of what is to be sent: field, type, whether it is required, its limits, what it means. Empty without fields. */
export function requestTable(node: Node): string[] {
  const rows = fieldsOf(node).map(({ path, node, required, of }) => {
    const needed = required ? (of ? `with ${of}` : 'yes') : ''
    return row(`\`${path}\``, typeOf(node), needed, limitsOf(node), meaningOf(node, required ? undefined : of))
  })
  return table(['field', 'type', 'required', 'limits', 'meaning'], rows)
}

/** A table of what comes: field, type, whether it is always there, what it means. */
export function answerTable(node: Node): string[] {
  const rows = fieldsOf(node).map(({ path, node, required, of }) =>
    row(
      `\`${path}\``,
      typeOf(node),
      required ? (of ? `with ${of}` : 'yes') : '',
      meaningOf(node, required ? undefined : of),
    ),
  )
  return table(['field', 'type', 'always', 'meaning'], rows)
}

/** The rows of a table with several forms in it: a first cell for each, and its fields in the same columns. */
export function rowsBeside(first: string, node: Node): string[] {
  return fieldsOf(node).map(({ path, node, required }, i) =>
    row(i === 0 ? first : '', `\`${path}\``, typeOf(node), required ? 'yes' : '', limitsOf(node), meaningOf(node)),
  )
}

/** A table in Markdown. */
export function table(heads: string[], rows: string[]): string[] {
  return rows.length === 0 ? [] : [row(...heads), `|${heads.map(() => '---|').join('')}`, ...rows]
}

/** One row of it. */
export function row(...cells: string[]): string {
  return `|${cells.map(cell => (cell === '' ? ' ' : ` ${cell.replaceAll('|', '\\|')} `)).join('|')}|`
}

/** What a field holds, in words; forms with a name are links. */
export function typeOf(node: Node): string {
  const name = nameOf(node)
  if (name) return `[${name}](#${name.toLowerCase()})`
  if (node.const !== undefined) return `\`${JSON.stringify(node.const)}\``
  if (node.enum) return node.enum.map(each => `\`"${each}"\``).join(', ')
  const choices = node.anyOf ?? node.oneOf
  if (choices) return [...new Set(choices.map(typeOf))].join(' or ')
  if (node.type === 'array') return `list of ${node.items ? plural(typeOf(node.items)) : 'anything'}`
  if (node.type === 'object') return isTexts(node) ? mapOf(node) : 'object'
  const types = [node.type ?? 'anything'].flat()
  return types.map(type => (type === 'string' ? 'text' : type)).join(' or ')
}

/** The name of the form that this is; undefined for one without. */
export function nameOf({ $ref }: Node): string | undefined {
  return $ref?.split('/').at(-1)
}

function plural(type: string): string {
  return /^(text|integer|number|object|boolean)$/.test(type) ? `${type}s` : type
}

function isTexts(node: Node): boolean {
  return typeof node.additionalProperties === 'object'
}

function mapOf(node: Node): string {
  const value = typeOf(node.additionalProperties as Node)
  return value === 'anything' ? 'object' : `object of ${plural(value)}`
}

/** All fields, those inside of nameless objects by their path; of several forms with what tells them apart. */
function fieldsOf(node: Node): Field[] {
  const choices = node.oneOf ?? node.anyOf
  if (choices?.every(each => each.properties)) return fieldsOfChoices(choices)
  return Object.entries(node.properties ?? {}).flatMap(([name, child]) => {
    const field = { path: name, node: child, required: node.required?.includes(name) ?? false }
    return [field, ...fieldsInside(child).map(each => ({ ...each, path: `${name}${each.path}` }))]
  })
}

function fieldsInside(node: Node): Field[] {
  if (nameOf(node)) return []
  if (node.type === 'array' && node.items)
    return fieldsInside(node.items).map(each => ({ ...each, path: `[]${each.path}` }))
  if (!node.properties) return []
  return fieldsOf(node).map(each => ({ ...each, path: `.${each.path}` }))
}

/** Every field once for each way in which it is told; the one that tells the forms apart with all its values. */
function fieldsOfChoices(choices: Node[]): Field[] {
  const key = Object.entries(choices[0]?.properties ?? {}).find(([, child]) => child.const !== undefined)?.[0] ?? ''
  const labelOf = (choice: Node) => `\`${key}: ${JSON.stringify(choice.properties?.[key]?.const)}\``
  const all = choices.flatMap(choice =>
    fieldsOf(choice).map(field => ({
      ...field,
      label: labelOf(choice),
      sign: JSON.stringify([{ ...field.node, items: undefined, properties: undefined }, field.required]),
    })),
  )
  return [...Map.groupBy(all, ({ path, sign }) => (path === key ? key : `${path} ${sign}`)).values()].map(same => {
    const [{ path, node, required }] = same as [(typeof all)[number]]
    if (path === key) return { path, node: { enum: same.map(each => each.node.const) }, required }
    return {
      path,
      node,
      required,
      of: same.length < choices.length ? same.map(each => each.label).join(', ') : undefined,
    }
  })
}

function meaningOf({ description = '' }: Node, of?: string): string {
  return [of ? `with ${of}` : '', description].filter(Boolean).join(': ')
}

/** What a value may be at most and at least, and what it is when it is left out. */
function limitsOf(node: Node): string {
  const usual = node.default === undefined || node.default === '' ? [] : [`default \`${JSON.stringify(node.default)}\``]
  return [...boundsOf(node), ...usual].join(', ')
}

function boundsOf(node: Node): string[] {
  const inner = node.items && !nameOf(node.items) ? boundsOf(node.items).map(each => `each ${each}`) : []
  const names = node.propertyNames ? boundsOf(node.propertyNames).map(each => `names ${each}`) : []
  const values = isTexts(node) ? boundsOf(node.additionalProperties as Node).map(each => `texts ${each}`) : []
  const lowest = node.exclusiveMinimum === undefined ? node.minimum : node.exclusiveMinimum + 1
  const own = [
    between(lowest, node.maximum),
    between(node.minLength || undefined, node.maxLength, ' characters'),
    between(node.minItems || undefined, node.maxItems, ' entries'),
  ]
  return [...own.filter(each => each !== ''), ...inner, ...names, ...values]
}

function between(least: number | undefined, most: number | undefined, unit = ''): string {
  const low = least === undefined || least <= Number.MIN_SAFE_INTEGER ? undefined : least
  const high = most === undefined || most >= Number.MAX_SAFE_INTEGER ? undefined : most
  if (low !== undefined && high !== undefined) return `${low}–${grouped(high)}${unit}`
  if (high !== undefined) return `≤ ${grouped(high)}${unit}`
  if (low === 1 && unit) return 'not empty'
  return low === undefined ? '' : `≥ ${grouped(low)}${unit}`
}

function grouped(n: number): string {
  return n.toLocaleString('en')
}
