import { z } from 'zod'
import type { Dialect, Operation } from '../src/dialects/dialect.ts'
import type { Field } from './catalogue.ts'

/** One way to break an operation: it answers something fixed without acting, or it never sees an optional field. */
export type Mutant = { key: string } & ({ kind: 'reply'; answer: unknown } | { kind: 'field'; path: string })

/** The name under which a mutant is counted and excused. */
export function nameOf(dialect: string, mutant: Pick<Mutant, 'key'> & { path?: string }): string {
  return `${dialect} ${mutant.key} ${mutant.path === undefined ? 'answers without acting' : `without ${mutant.path}`}`
}

/** Says of each call of the operation, counted from 0, whether the true operation must answer it. */
export type Genuine = (call: number) => boolean

/** Puts the mutant into its dialect; gives what takes it out again. Throws when the dialect has no such operation. */
export function apply(dialect: Pick<Dialect, 'operations'>, mutant: Mutant, genuine: Genuine = () => false) {
  const operations = dialect.operations as Map<string, Operation>
  const original = operations.get(mutant.key)
  if (!original) throw new Error(`there is no operation ${mutant.key}`)
  operations.set(mutant.key, mutate(original, mutant, genuine))
  return () => {
    operations.set(mutant.key, original)
  }
}

function mutate(original: Operation, mutant: Mutant, genuine: Genuine): Operation {
  let calls = 0
  let isGenuine = false
  // Every call begins by reading its fields, so that is where calls are counted.
  const request = z.preprocess(input => {
    isGenuine = genuine(calls++)
    return isGenuine || mutant.kind === 'reply' ? input : drop(input, mutant.path)
  }, original.request)
  if (mutant.kind === 'field') return { ...original, request }
  return {
    ...original,
    request,
    run: (...given) => (isGenuine ? original.run(...given) : structuredClone(mutant.answer)),
  }
}

/** The value without the field at a path like `List[].Name`; the same value when the field is not there. Text that is JSON is looked into. */
export function drop(value: unknown, path: string): unknown {
  return without(value, path.split('.'))
}

function without(value: unknown, [part = '', ...rest]: string[]): unknown {
  if (typeof value === 'string') return withoutInText(value, [part, ...rest])
  if (Array.isArray(value)) return each(value, item => without(item, [part, ...rest]))
  if (typeof value !== 'object' || value === null) return value
  const name = part.replace(/(\[\])+$/, '')
  if (!Object.hasOwn(value, name)) return value
  const { [name]: inner, ...others } = value as Record<string, unknown>
  if (rest.length === 0) return others
  const left = without(inner, rest)
  return left === inner ? value : { ...value, [name]: left }
}

function withoutInText(text: string, path: string[]): unknown {
  if (!/^\s*[{[]/.test(text)) return text
  try {
    const value: unknown = JSON.parse(text)
    const left = without(value, path)
    return left === value ? text : JSON.stringify(left)
  } catch {
    return text
  }
}

function each(list: unknown[], change: (item: unknown) => unknown): unknown[] {
  const changed = list.map(change)
  return changed.some((item, i) => item !== list[i]) ? changed : list
}

/** Paths of the fields that a mutant can leave out, and of documented ones that the operation does not read at all. */
export interface Optional {
  read: string[]
  unread: string[]
}

/** The optional fields of an operation: what its schema leaves open, and what the catalogue does. */
export function optionalFields(schema: z.ZodType, documented: readonly Field[]): Optional {
  const open = documented.filter(field => field.required === false).map(field => field.name.replace(/(\[\])+$/, ''))
  const read = open.filter(path => knows(schema, path.split('.')))
  return {
    read: [...new Set([...optionalPaths(schema), ...read])].sort(),
    unread: [...new Set(open)].filter(path => !read.includes(path)).sort(),
  }
}

const deepest = 6

function optionalPaths(schema: z.ZodType, prefix = '', depth = 0): string[] {
  if (depth > deepest) return []
  return shapes(schema).flatMap(shape =>
    Object.entries(shape).flatMap(([name, inner]) => {
      const path = prefix + name
      const own = inner.safeParse(undefined).success ? [path] : []
      const list = core(inner).some(each => each instanceof z.ZodArray)
      return [...own, ...optionalPaths(inner, `${path}${list ? '[]' : ''}.`, depth + 1)]
    }),
  )
}

/** Whether a schema has a field there. What cannot be looked into is taken to have every field. */
function knows(schema: z.ZodType, [part = '', ...rest]: string[]): boolean {
  const found = shapes(schema)
  if (found.length === 0) return core(schema).some(isOpaque)
  return found.some(shape => {
    const inner = shape[part.replace(/(\[\])+$/, '')]
    return inner !== undefined && (rest.length === 0 || knows(inner, rest))
  })
}

/** The fields of the objects that a schema, or the items of its list, may be. */
function shapes(schema: z.ZodType): Record<string, z.ZodType>[] {
  return core(schema).flatMap(each => {
    if (each instanceof z.ZodArray) return shapes(each.element as z.ZodType)
    return each instanceof z.ZodObject ? [each.shape as Record<string, z.ZodType>] : []
  })
}

const isOpaque = (schema: z.ZodType): boolean => {
  if (schema instanceof z.ZodArray) return core(schema.element as z.ZodType).some(isOpaque)
  return [z.ZodUnknown, z.ZodAny, z.ZodCustom, z.ZodRecord, z.ZodTransform, z.ZodMap].some(
    kind => schema instanceof kind,
  )
}

/** What stands inside wrappers that say only how a value is treated. */
function core(schema: z.ZodType): z.ZodType[] {
  const inner = (of: unknown) => core(of as z.ZodType)
  if (schema instanceof z.ZodPipe) return inner(schema.in instanceof z.ZodTransform ? schema.out : schema.in)
  if (schema instanceof z.ZodUnion) return schema.options.flatMap(inner)
  if (schema instanceof z.ZodIntersection) return [...inner(schema.def.left), ...inner(schema.def.right)]
  if (schema instanceof z.ZodLazy) return inner(schema.unwrap())
  const wrapper = [
    z.ZodOptional,
    z.ZodNullable,
    z.ZodDefault,
    z.ZodPrefault,
    z.ZodCatch,
    z.ZodReadonly,
    z.ZodNonOptional,
  ]
  const found = wrapper.find(kind => schema instanceof kind)
  return found ? inner((schema as z.ZodOptional).unwrap()) : [schema]
}
