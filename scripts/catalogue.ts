import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { readExact } from '../tests/support/exact-json.ts'
import { root } from './files.ts'

const field = z.object({
  /** Dotted, `[]` after a list: `MemberList[].Member_Account`. */
  name: z.string(),
  type: z.string(),
  required: z.boolean().optional(),
  note: z.string().default(''),
  /** Where it stands in the request, if the catalogue tells: body, query or path. */
  in: z.string().optional(),
})

const operation = z.object({
  id: z.string(),
  method: z.string(),
  path: z.string(),
  title: z.string(),
  request: z.array(field),
  response: z.array(field),
  errors: z.array(z.object({ code: z.union([z.number(), z.string()]), when: z.string() })),
  semantics: z.array(z.string()).default([]),
  confidence: z.enum(['doc', 'sdk', 'inferred']),
  example: z
    .object({ request: z.record(z.string(), z.unknown()).optional(), response: z.unknown().optional() })
    .optional(),
})

const areaFile = z.object({ area: z.string(), operations: z.array(operation) })

/** One field of a request or a reply. */
export type Field = z.output<typeof field>
/** One operation of a vendor, and the area it belongs to. */
export type Entry = z.output<typeof operation> & { area: string }

/** What is known of one vendor API. */
export interface Catalogue {
  /** The folder: `tencent-im`. */
  name: string
  /** The dialect that answers it: `tencent`. */
  dialect: string
  /** In the vendor's order by area; ids are unique. */
  operations: Entry[]
  /**
   * Ids of what the vendor calls back: Tencent's commands; `callback/<EventType>` of the others, since an operation may
   * have an event's name; `copy/<eventType>` of NetEase's message copies.
   */
  callbacks: string[]
}

/** Reads all catalogues of the project, in the order of its README. Throws when a file is not in the catalogue's form. */
export function readCatalogues(folder = join(root, 'catalog')): Catalogue[] {
  const order = ['tencent-im', 'netease-im', 'volcengine-im', 'volcengine-rtc']
  const rank = (name: string) => (order.includes(name) ? order.indexOf(name) : order.length)
  return readdirSync(folder, { withFileTypes: true })
    .filter(entry => entry.isDirectory())
    .map(entry => readCatalogue(entry.name, folder))
    .sort((a, b) => rank(a.name) - rank(b.name))
}

/** Reads one catalogue. */
export function readCatalogue(name: string, folder = join(root, 'catalog')): Catalogue {
  const operations = new Map<string, Entry>()
  const callbacks: string[] = []
  for (const file of readdirSync(join(folder, name)).sort()) {
    if (!file.endsWith('.json')) continue
    const json = readExact(readFileSync(join(folder, name, file), 'utf8'))
    if (file === 'callbacks.json' || file === 'webhooks.json') callbacks.push(...callbackIds(json))
    else if (file !== 'errors.json') {
      const area = areaFile.safeParse(json)
      if (!area.success) throw new Error(`catalog/${name}/${file}: ${z.prettifyError(area.error)}`)
      for (const each of area.data.operations) operations.set(each.id, { ...each, area: area.data.area })
    }
  }
  return { name, dialect: name.replace(/-.*/, ''), operations: [...operations.values()], callbacks }
}

// Each vendor lists its callbacks in its own form.
const event = z
  .union([z.object({ eventType: z.union([z.number(), z.string()]) }), z.object({ name: z.string() })])
  .transform(each => ('name' in each ? each.name : String(each.eventType)))
const events = z.object({ events: z.array(event) })
const callbackFile = z.union([
  z
    .object({ webhooks: z.array(z.object({ command: z.string() })) })
    .transform(json => json.webhooks.map(each => each.command)),
  z
    .object({ thirdPartyCallback: events, messageCopy: events })
    .transform(json => [
      ...json.thirdPartyCallback.events.map(type => `callback/${type}`),
      ...json.messageCopy.events.map(type => `copy/${type}`),
    ]),
  events.transform(json => json.events.map(name => `callback/${name}`)),
])

const callbackIds = (json: unknown): string[] => callbackFile.parse(json)
