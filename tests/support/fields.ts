import type { z } from 'zod'
import { type Node, nameOf, nodeOf } from '../../scripts/form-tables.ts'
import { nativeOperations } from '../../src/dialects/native/native.ts'
import { forms } from './forms.ts'

/** Which fields of which forms were seen on the wire. */
export interface SeenFields {
  /** Takes what a frame of the server holds, and what its operation was if it is a reply. */
  see(frame: Record<string, unknown> & { type: string }, operation?: string): void
  /** Fields that are promised and were not seen: `<frame, operation or form>.<path>`. */
  unseen(): string[]
}

/** Holds what comes over the wire against all that the forms promise. */
export function openSeenFields(): SeenFields {
  const all = new Set<string>()
  const seen = new Set<string>()
  const named = new Map<string, Node>()
  const frameNodes = nodesOf(forms)
  const answerNodes = nodesOf(Object.fromEntries([...nativeOperations].map(([key, { reply }]) => [key, reply])))
  for (const [name, node] of [...frameNodes, ...answerNodes, ...named]) promise(node, name)

  function nodesOf(schemas: Record<string, z.ZodType>): Map<string, Node> {
    return new Map(
      Object.entries(schemas).map(([name, schema]) => {
        const node = nodeOf(schema, 'output')
        for (const [form, inside] of Object.entries(node.$defs ?? {})) named.set(form, inside)
        return [name, node]
      }),
    )
  }

  function promise(node: Node, path: string) {
    if (nameOf(node)) return
    for (const choice of node.anyOf ?? node.oneOf ?? []) promise(choice, pathOf(choice, path))
    if (node.items) promise(node.items, path)
    for (const [name, child] of Object.entries(node.properties ?? {})) {
      all.add(`${path}.${name}`)
      promise(child, `${path}.${name}`)
    }
  }

  function look(node: Node, value: unknown, path: string): void {
    const name = nameOf(node)
    if (name) {
      look(named.get(name) as Node, value, name)
      return
    }
    for (const choice of node.anyOf ?? node.oneOf ?? [])
      if (fits(choice, value)) look(choice, value, pathOf(choice, path))
    if (Array.isArray(value)) for (const each of value) look(node.items ?? {}, each, path)
    if (typeof value !== 'object' || value === null) return
    for (const [field, child] of Object.entries(node.properties ?? {})) {
      const held = (value as Record<string, unknown>)[field]
      if (held === undefined) continue
      seen.add(`${path}.${field}`)
      look(child, held, `${path}.${field}`)
    }
  }

  /** Of several forms the ones that have all fields of the value and lack none. */
  function fits(choice: Node, value: unknown): boolean {
    const { properties, required = [] } = named.get(nameOf(choice) ?? '') ?? choice
    if (!properties || typeof value !== 'object' || value === null) return false
    const held = value as Record<string, unknown>
    const told = Object.entries(properties).every(
      ([name, { const: only }]) => only === undefined || held[name] === only,
    )
    return told && required.every(name => name in held) && Object.keys(held).every(name => name in properties)
  }

  return {
    see({ type, ...frame }, operation) {
      look(frameNodes.get(type) ?? {}, frame, type)
      if (operation && type === 'reply') look(answerNodes.get(operation) ?? {}, frame.ok, operation)
    },
    unseen: () => [...all].filter(each => !seen.has(each)).sort(),
  }
}

/** Kinds of parts are told apart by their type. */
function pathOf({ properties }: Node, path: string): string {
  const type = properties?.type?.const
  return type === undefined ? path : `${path}(${type})`
}
