import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startNode, type TestNode } from '../../../../tests/support/core.ts'
import { channelSamples } from '../../../../tests/support/tencent-callbacks/channels.ts'
import { directSamples } from '../../../../tests/support/tencent-callbacks/direct.ts'
import { friendSamples } from '../../../../tests/support/tencent-callbacks/friends.ts'
import { groupMessageSamples } from '../../../../tests/support/tencent-callbacks/group.ts'
import { memberSamples } from '../../../../tests/support/tencent-callbacks/members.ts'
import { otherSamples } from '../../../../tests/support/tencent-callbacks/others.ts'
import { at, callOf, newsOf, type Sample } from '../../../../tests/support/tencent-callbacks/sample.ts'
import { groupSamples } from '../../../../tests/support/tencent-callbacks/settings.ts'
import type { Event } from '../../../core/events.ts'
import { parseJson, writeJson } from '../../../lib/json.ts'
import { callbacks } from './callbacks.ts'

const samples = [
  ...directSamples,
  ...groupMessageSamples,
  ...memberSamples,
  ...groupSamples,
  ...friendSamples,
  ...otherSamples,
  ...channelSamples,
]

let node: TestNode
let conv: number
beforeAll(async () => {
  node = startNode({ clock: () => at })
  await node.users('ann', 'ben', 'cat')
  for (const text of ['one', 'two'])
    await node.core.send.toUser(node.call, 'ben', { from: 'ann', parts: [{ type: 'text', text }] })
  conv = (await node.core.directs.find(node.call.app.id, 'ann', 'ben')) as number
  await node.group('ann', ['ben'], { kind: 'public' })
})
afterAll(() => node.stop())

async function bodyOf({ id, told, asked, by }: Sample): Promise<unknown> {
  if (asked) {
    const [entry] = callbacks.asked.filter(each => each.id === id && each.point === asked.point)
    const call = callOf(by)
    if (!entry?.fires(call, asked.draft as never)) return undefined
    return entry.body(node.core, call, asked.draft as never, id)
  }
  const event = real(told as Event)
  const news = newsOf(event, by)
  const entries = callbacks.told.filter(each => each.id === id && each.event === event.type)
  expect(entries).toHaveLength(1)
  const [entry] = entries
  const about = { at: event.type === 'read' ? at + 5000 : at, id }
  return entry?.fires(news, event as never) ? entry.body(node.core, news, event as never, about) : undefined
}

/** What was read is looked up, so it must be in a conversation of the store. */
function real(event: Event): Event {
  if (event.type !== 'read' || event.conversation.type !== 'direct') return event
  return { ...event, conv, conversation: { ...event.conversation, id: conv } }
}

/** As it goes over the wire. */
const written = (body: unknown) => (body === undefined ? undefined : parseJson(writeJson(body)))

describe('the bodies of Tencent webhooks', () => {
  test.each(samples.map(sample => [`${sample.id}: ${sample.name}`, sample] as const))('%s', async (_, sample) => {
    expect(written(await bodyOf(sample))).toStrictEqual(sample.body)
  })
})

interface Field {
  name: string
  type: string
}

const catalogue: { webhooks: { command: string; phase: string; request: Field[] }[] } = JSON.parse(
  readFileSync(new URL('../../../../catalog/tencent-im/webhooks.json', import.meta.url), 'utf8'),
)

/** All fields of bodies by their path as the catalogue writes it, with the types that their values have. */
function fieldsOf(body: unknown, path: string, known: ReadonlySet<string>, found: Map<string, Set<string>>): void {
  if (typeof body !== 'object' || body === null) return
  for (const [name, value] of Object.entries(body)) {
    const at = path ? `${path}.${name}` : name
    const types = found.get(at) ?? new Set()
    found.set(at, types.add(typeOfValue(value)))
    const items = Array.isArray(value) ? value : [value]
    const inside = Array.isArray(value) ? `${at}[]` : at
    // Of objects whose fields the catalogue does not list, nothing more can be said.
    if ([...known].some(each => each.startsWith(`${inside}.`)))
      for (const item of items) fieldsOf(item, inside, known, found)
  }
}

function typeOfValue(value: unknown): string {
  if (!Array.isArray(value)) return Number.isInteger(value) ? 'integer' : typeof value
  if (value.length === 0) return 'array'
  return `array<${typeof value[0]}>`
}

function fits(documented: string, types: ReadonlySet<string>): boolean {
  const allowed = documented.replace('uint32', 'integer').split('|')
  return [...types].every(
    type => allowed.includes(type) || (type === 'array' && allowed.some(each => each.startsWith('array'))),
  )
}

describe('the catalogue', () => {
  test('[TE97] every command of the catalogue is offered, as the question or the event that it is, and nothing else', () => {
    const offered = (entries: readonly { id: string }[]) => [...new Set(entries.map(each => each.id))].sort()
    const commands = (phase: string) =>
      catalogue.webhooks.flatMap(each => (each.phase === phase ? each.command : [])).sort()
    expect(offered(callbacks.asked)).toEqual(commands('before'))
    expect(offered(callbacks.told)).toEqual(commands('after'))
    expect(catalogue.webhooks).toHaveLength(54)
  })

  test.each(catalogue.webhooks.map(each => [each.command, each] as const))(
    '[TE97] %s has every documented field with its type, and no other',
    (command, { request }) => {
      const bodies = samples.flatMap(({ id, body }) => (id === command && body ? { CallbackCommand: id, ...body } : []))
      const documented = new Map(request.map(field => [field.name, field.type]))
      const found = new Map<string, Set<string>>()
      for (const body of bodies) fieldsOf(body, '', new Set(documented.keys()), found)
      expect([...found.keys()].sort()).toEqual([...documented.keys()].sort())
      for (const [name, types] of found) expect([name, fits(documented.get(name) ?? '', types)]).toEqual([name, true])
    },
  )
})
