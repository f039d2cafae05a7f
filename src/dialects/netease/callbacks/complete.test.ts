import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { askedSamples } from '../../../../tests/support/netease-asked.ts'
import { openWorld, type World } from '../../../../tests/support/netease-callbacks.ts'
import { messageSamples } from '../../../../tests/support/netease-copied.ts'
import { customSamples } from '../../../../tests/support/netease-copied-custom.ts'
import { otherSamples } from '../../../../tests/support/netease-copied-others.ts'
import { teamSamples } from '../../../../tests/support/netease-copied-teams.ts'
import { parseJson, writeJson } from '../../../lib/json.ts'
import { callbacks, copies } from './callbacks.ts'

interface Entry {
  eventType: number | string
  fields: { name: string; type: string }[]
}

const file = new URL('../../../../catalog/netease-im/callbacks.json', import.meta.url)
const catalogue = JSON.parse(readFileSync(file, 'utf8')) as Record<
  'thirdPartyCallback' | 'messageCopy',
  { events: Entry[] }
>
const entries = [
  ...catalogue.thirdPartyCallback.events.map(each => ({ id: `callback/${each.eventType}`, ...each })),
  ...catalogue.messageCopy.events.map(each => ({ id: `copy/${each.eventType}`, ...each })),
]
const documented = entries.filter(each => each.fields.length > 0)

let world: World

beforeAll(async () => {
  world = await openWorld()
})

afterAll(() => world.node.stop())

/** The bodies of all samples of an entry, as they are read from the wire. */
function bodiesOf(id: string): Record<string, unknown>[] {
  const asked = askedSamples.filter(each => each.id === id).map(each => each.body(world))
  const told = [...messageSamples, ...teamSamples, ...customSamples, ...otherSamples]
    .filter(each => each.id === id)
    .flatMap(each => each.bodies(world))
  return parseJson(writeJson([...asked, ...told])) as Record<string, unknown>[]
}

/** Whether a value has one of the catalogue's JSON types. */
function fits(value: unknown, type: string): boolean {
  if (type === 'int' || type === 'long') return Number.isSafeInteger(value)
  if (type === 'object') return typeof value === 'object' && !Array.isArray(value)
  const inside = /^array<(.+)>$/.exec(type)?.[1]
  if (inside) return Array.isArray(value) && value.every(each => fits(each, inside))
  if (typeof value !== 'string') return false
  if (type === 'string') return true
  if (type === 'string(JSON)') return parseJson(value) !== undefined
  if (type === 'string(JSON array)') return Array.isArray(parseJson(value))
  throw new Error(`the catalogue has a new type: ${type}`)
}

describe('the catalogue of callbacks and copies', () => {
  test('every entry is there, and those without fields are marked as assumed', () => {
    const all = [...callbacks.asked, ...copies.told]
    expect(new Set(all.map(each => each.id))).toEqual(new Set(entries.map(each => each.id)))
    const bare = entries.filter(each => each.fields.length === 0).map(each => each.id)
    expect(new Set(all.filter(each => each.assumed).map(each => each.id))).toEqual(new Set(bare))
    for (const { id } of entries) expect(bodiesOf(id), id).not.toEqual([])
  })

  test.each(documented.map(each => [each.id, each] as const))('%s has its documented fields', (id, { fields }) => {
    const bodies = bodiesOf(id)
    const seen = new Set(bodies.flatMap(Object.keys))
    expect([...seen].sort()).toEqual(fields.map(each => each.name).sort())
    for (const { name, type } of fields)
      for (const body of bodies) if (name in body) expect(fits(body[name], type), `${name} is ${body[name]}`).toBe(true)
  })
})
