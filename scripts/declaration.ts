import type { Entry, Field } from './catalogue.ts'

/** Fields as a tree: what stands inside objects and the items of lists. */
interface Branch {
  field?: Field
  list: boolean
  inside: Map<string, Branch>
}

/** The name of a declaration: `group_open_http_svc/create_group` → `createGroup`. */
export function nameOfDeclaration(id: string): string {
  const last =
    id
      .replace(/\.action$|@.*/, '')
      .split('/')
      .at(-1) ?? id
  const words = last.split(/[^A-Za-z0-9]+/).filter(Boolean)
  const joined = words.map((word, i) => (i === 0 ? word : word.charAt(0).toUpperCase() + word.slice(1))).join('')
  const name = joined.charAt(0).toLowerCase() + joined.slice(1)
  return reserved.has(name) ? `${name}One` : name
}

const reserved = new Set(['import', 'delete', 'export', 'new', 'switch', 'default', 'in', 'with', 'function'])

/** An operation's declaration in TypeScript: its fields with their notes, its codes as comments, and a `run` to be written. */
export function declarationOf(entry: Entry): string {
  const form = entry.path.startsWith('/nimserver/')
  const lines = [
    `/** ${oneLine(entry.title)}; catalogue: ${entry.id}${entry.confidence === 'doc' ? '' : ` (${entry.confidence})`}. */`,
    `const ${nameOfDeclaration(entry.id)} = operation({`,
    `  key: '${entry.id}',`,
    ...entry.semantics.map(line => `  // ${oneLine(line)}`),
    `  request: ${objectOf(treeOf(entry.request), form, '  ')},`,
    ...entry.errors.map(({ code, when }) => `  // ${code}: ${oneLine(when)}`),
    '  async run(_core, _call, _r) {',
    "    throw new Fault('operation.unsupported')",
    '  },',
    '})',
  ]
  return `${lines.join('\n')}\n`
}

/** A whole new resource file around a declaration. */
export function resourceFile(entry: Entry, catalogue: string): string {
  const list = nameOfDeclaration(entry.area)
  const name = nameOfDeclaration(entry.id)
  return `import { z } from 'zod'
import { Fault } from '../../core/errors.ts'
import { resource } from '../dialect.ts'

const operation = resource()

${declarationOf(entry)}
/** \`${catalogue}/${entry.area}.json\`. */
export const ${list === name ? `${list}Operations` : list} = [${name}]
`
}

const oneLine = (text: string) => text.replace(/\s+/g, ' ').replaceAll('*/', '* /').trim()

function treeOf(fields: readonly Field[]): Map<string, Branch> {
  const tree = new Map<string, Branch>()
  for (const field of fields) {
    let inside = tree
    let branch: Branch | undefined
    for (const part of field.name.split('.')) {
      const name = part.replace(/(\[\])+$/, '')
      branch = inside.get(name) ?? { list: false, inside: new Map() }
      branch.list ||= part !== name
      inside.set(name, branch)
      inside = branch.inside
    }
    if (branch) branch.field = field
  }
  return tree
}

function objectOf(tree: Map<string, Branch>, form: boolean, indent: string): string {
  if (tree.size === 0) return 'z.object({})'
  const deeper = `${indent}  `
  const fields = [...tree].flatMap(([name, branch]) => {
    const note = branch.field?.note ? [`${deeper}// ${oneLine(branch.field.note)}`] : []
    const key = /^[A-Za-z_$][\w$]*$/.test(name) ? name : `'${name}'`
    const open = branch.field?.required ? '' : '.optional()'
    return [...note, `${deeper}${key}: ${schemaOf(branch, form, deeper)}${open},`]
  })
  return `z.object({\n${fields.join('\n')}\n${indent}})`
}

function schemaOf({ field, list, inside }: Branch, form: boolean, indent: string): string {
  const type = field?.type ?? 'object'
  if (form) return formSchema(type)
  const items = /^array<(.+)>$/.exec(type)?.[1]
  const one = inside.size > 0 ? objectOf(inside, form, indent) : plainSchema(items ?? type)
  return list || items !== undefined ? `z.array(${one})` : one
}

const plain: Record<string, string> = {
  string: 'z.string()',
  boolean: 'z.boolean()',
  bool: 'z.boolean()',
  number: 'z.number()',
  float: 'z.number()',
  double: 'z.number()',
  object: 'z.record(z.string(), z.unknown())',
  'object(map)': 'z.record(z.string(), z.unknown())',
  // Longer ones than a number holds come as bigints.
  int64: 'z.union([z.int(), z.bigint()])',
  long: 'z.union([z.int(), z.bigint()])',
}

function plainSchema(type: string): string {
  const map = /^map<string,(.+)>$/.exec(type)?.[1]
  if (map) return `z.record(z.string(), ${map.startsWith('array<') ? 'z.array(z.unknown())' : plainSchema(map)})`
  if (type.startsWith('string')) return 'z.string()'
  return plain[type] ?? (/^u?int(eger|\d+)?$/.test(type) ? 'z.int()' : 'z.unknown()')
}

// Everything in a form is text; lists and objects are JSON texts.
function formSchema(type: string): string {
  if (/^(int|long)$/.test(type)) return 'z.string().regex(/^-?\\d+$/)'
  return type === 'boolean' ? "z.enum(['true', 'false'])" : 'z.string()'
}

/** A scenario to be finished: the catalogue's example, or its required fields and the kinds of what comes back. */
export function scenarioOf(entry: Entry): object {
  const { request, response } = entry.example ?? {}
  const send = request ?? Object.fromEntries(needed(entry.request).map(field => [field.name, `(${field.type})`]))
  const expect =
    response ??
    Object.fromEntries(
      entry.response.filter(field => /^\w+$/.test(field.name)).map(field => [field.name, { $is: kindOf(field.type) }]),
    )
  return {
    name: `${oneLine(entry.title)}: say what it proves`,
    proves: [entry.id],
    steps: [{ call: entry.id, send, expect }],
  }
}

const needed = (fields: readonly Field[]) => fields.filter(field => field.required && /^\w+$/.test(field.name))

function kindOf(type: string): string {
  if (type.startsWith('array')) return 'array'
  if (/^(object|map)/.test(type)) return 'object'
  if (type.startsWith('bool')) return 'bool'
  if (/^(u?int|long)/.test(type)) return 'int'
  if (/^(float|double|number)/.test(type)) return 'number'
  return type.startsWith('string') ? 'string' : 'any'
}
