import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { z } from 'zod'
import type { App } from '../../src/core/apps/model.ts'
import { readExact, writable } from './exact-json.ts'
import { type Difference, difference, FixtureError, fill, type Kept, show } from './matchers.ts'
import type { TestServer } from './server.ts'

/*
 * A fixture file tests/conformance/<dialect>/<area>.json holds scenarios; each runs in an app of its own.
 * In `send` and `expect` stand kept values: {"$use":"name"} or "${name}" inside a string. Kept from the start are
 * `app` (the app's number), `appKey` (NetEase), `rtcAppId` (Volcengine) and `admin` (Tencent). Matchers: see matchers.ts.
 */

const dialectName = z.enum(['tencent', 'netease', 'volcengine', 'native'])

const step = z.strictObject({
  dialect: dialectName.optional(),
  call: z.string(),
  /** The body as it goes on the wire; for NetEase V1 the form's fields. */
  send: z.record(z.string(), z.unknown()).default({}),
  /** What the dialect's signer takes besides, such as another caller. */
  options: z.record(z.string(), z.unknown()).optional(),
  status: z.int().default(200),
  expect: z.unknown().refine(value => value !== undefined, 'a step without "expect" proves nothing'),
  note: z.string().optional(),
})

const scenario = z.strictObject({
  name: z.string().min(1),
  note: z.string().optional(),
  proves: z.array(z.string()).default([]),
  steps: z.array(step).min(1),
})

const file = z.strictObject({ note: z.string().optional(), scenarios: z.array(scenario) })

/** The dialects that fixtures speak. */
export type FixtureDialect = z.output<typeof dialectName>
/** One request and the whole reply that must come. */
export type Step = z.output<typeof step>
/** Steps on one app that prove the effect of operations. */
export type Scenario = z.output<typeof scenario>

/** A fixture file that was read, or why it could not be. */
export interface Fixture {
  dialect: FixtureDialect
  area: string
  /** From the repository's root. */
  path: string
  scenarios: Scenario[]
  /** What is wrong with the file; its scenarios do not run then. */
  broken?: string
}

/** Sends one operation with the dialect's real signature. */
export type Send = (
  server: TestServer,
  app: App,
  key: string,
  body: unknown,
  options?: unknown,
) => Promise<{ status: number; body: unknown }>

const root = fileURLToPath(new URL('../..', import.meta.url))

/** All fixture files below a folder, in order; files that cannot be used carry the reason instead of throwing. */
export function loadFixtures(folder = join(root, 'tests/conformance')): Fixture[] {
  const found = readdirSync(folder, { withFileTypes: true }).filter(entry => entry.isDirectory())
  return found
    .flatMap(entry => readdirSync(join(folder, entry.name)).map(name => join(folder, entry.name, name)))
    .filter(path => path.endsWith('.json'))
    .sort()
    .map(path => loadFixture(path, folder))
}

function loadFixture(path: string, folder: string): Fixture {
  const dialect = basename(dirname(path)) as FixtureDialect
  const shown = join('tests/conformance', path.slice(folder.length + 1))
  const fixture: Fixture = { dialect, area: basename(path, '.json'), path: shown, scenarios: [] }
  try {
    fixture.scenarios = parseFixture(readFileSync(path, 'utf8'))
    if (!dialectName.safeParse(dialect).success) fixture.broken = `${shown}: "${dialect}" is no dialect`
  } catch (error) {
    fixture.broken = `${shown}: ${(error as Error).message}`
  }
  return fixture
}

/** Reads the text of a fixture file. Throws FixtureError naming the scenario and the place in it. */
export function parseFixture(text: string): Scenario[] {
  const parsed = file.safeParse(readExact(text))
  if (!parsed.success) throw new FixtureError(parsed.error.issues.map(issue => explain(issue, text)).join('; '))
  const names = parsed.data.scenarios.map(each => each.name)
  const twice = names.find((name, i) => names.indexOf(name) < i)
  if (twice) throw new FixtureError(`two scenarios are named "${twice}"`)
  for (const each of parsed.data.scenarios) checkProves(each)
  return parsed.data.scenarios
}

function explain(issue: z.core.$ZodIssue, text: string): string {
  const [list, index, ...rest] = issue.path
  const named = (readExact(text) as { scenarios?: { name?: unknown }[] }).scenarios?.[Number(index)]?.name
  const where = list === 'scenarios' && index !== undefined ? `scenario ${show(named ?? index)}: ` : ''
  return `${where}${(where ? rest : issue.path).join('.') || 'file'}: ${issue.message}`
}

function checkProves(one: Scenario): void {
  const called = new Set(one.steps.map(each => each.call))
  const missing = one.proves.find(key => !called.has(key))
  if (missing) throw new FixtureError(`scenario "${one.name}" proves ${missing} but never calls it`)
}

/** The name of a scenario's test: `<dialect> <area>: <name> [<dialect> <operation>] …`. */
export function titleOf(fixture: Fixture, one: Scenario): string {
  const proved = one.proves.map(key => ` [${fixture.dialect} ${key}]`).join('')
  return `${fixture.dialect} ${fixture.area}: ${one.name}${proved}`
}

/** The signer of a dialect: `call<Dialect>` of tests/support/<dialect>.ts. Throws FixtureError when there is none. */
export async function sender(dialect: FixtureDialect): Promise<Send> {
  const path = join(root, 'tests/support', `${dialect}.ts`)
  const name = `call${dialect[0]?.toUpperCase()}${dialect.slice(1)}`
  const module = existsSync(path) ? ((await import(pathToFileURL(path).href)) as Record<string, Send>) : {}
  if (!module[name]) throw new FixtureError(`tests/support/${dialect}.ts exports no ${name}`)
  return module[name]
}

/** What a scenario's steps may use from the start. */
export function given(app: App): Kept {
  return new Map<string, unknown>([
    ['app', app.id],
    ['appKey', app.netease?.appKey],
    ['rtcAppId', app.volcengine?.rtcAppId],
    ['admin', app.tencent?.admins[0]],
  ])
}

/** A step whose reply was not the expected one. */
export interface Failure extends Difference {
  /** Counted from 0. */
  step: number
  call: string
  /** The whole reply. */
  reply: string
}

/** Sends a scenario's steps in order until one's reply differs; undefined when all fit. Rejects with FixtureError. */
export async function runScenario(
  server: TestServer,
  app: App,
  fixture: Pick<Fixture, 'dialect'>,
  one: Scenario,
  senderOf: (dialect: FixtureDialect) => Promise<Send> = sender,
): Promise<Failure | undefined> {
  const kept = given(app)
  for (const [i, each] of one.steps.entries()) {
    const dialect = each.dialect ?? fixture.dialect
    const send = await senderOf(dialect)
    const options = each.options && fill(each.options, kept)
    const reply = await send(server, app, each.call, wire(dialect, fill(each.send, kept)), options)
    const found =
      difference(each.expect, exact(reply.body), kept) ?? difference(each.status, reply.status, kept, 'HTTP status')
    if (found) return { ...found, step: i, call: `${dialect} ${each.call}`, reply: show(reply.body, 2000) }
  }
  return undefined
}

// A signer that gives the body as text leaves the reading to us.
const exact = (body: unknown) => (typeof body === 'string' && /^\s*[{[]/.test(body) ? readExact(body) : body)

// Form fields are text; elsewhere every value goes as JSON.
function wire(dialect: FixtureDialect, send: unknown): unknown {
  if (dialect !== 'netease') return writable(send)
  const fields = Object.entries(send as Record<string, unknown>)
  return Object.fromEntries(fields.map(([name, value]) => [name, typeof value === 'bigint' ? String(value) : value]))
}

/** A failure as people read it. */
export function describeFailure(fixture: Pick<Fixture, 'path'>, one: Scenario, failure: Failure): string {
  return [
    `${fixture.path}: scenario "${one.name}", step ${failure.step + 1} (${failure.call})`,
    `  at       ${failure.path || 'the reply'}`,
    `  expected ${failure.expected}`,
    `  actual   ${failure.actual}`,
    `  reply    ${failure.reply}`,
  ].join('\n')
}
