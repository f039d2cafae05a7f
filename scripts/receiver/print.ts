import { styleText } from 'node:util'
import { writeJson } from '../../src/lib/json.ts'
import { objectIn, type Received } from './received.ts'

const marks = {
  good: styleText('green', 'verified'),
  unchecked: styleText('yellow', 'not verified'),
  bad: styleText('red', 'BAD'),
}

/** What arrived as a block of lines for people. */
export function blockOf(received: Received): string {
  const { vendor, id, app, at, verified, why, seenBefore, answer, raw } = received
  const mark = why ? `${marks[verified]} (${why})` : marks[verified]
  const head = [`── ${new Date(at).toISOString()}`, vendor, ...(app ? [`app ${app}`] : []), styleText('bold', id), mark]
  const body = bodyOf(received)
  const lines = [
    ...(seenBefore ? [styleText('yellow', 'seen before')] : []),
    ...Object.entries({ ...notes(received), ...magpieHeaders(received) }).map(([name, value]) => `${name}: ${value}`),
    ...(body ? pretty(body) : raw.toString()).split('\n'),
    `→ ${answer}`,
  ]
  return `${head.join('  ')}\n${lines.map(line => `   ${line}`).join('\n')}\n`
}

/** What arrived as one line of JSON. */
export function lineOf(received: Received): string {
  const { vendor, id, app, at, verified, why, seenBefore, answer, method, path, query, raw } = received
  const body = bodyOf(received)
  const time = new Date(at).toISOString()
  const magpie = magpieHeaders(received)
  const content = body ? { body } : { text: raw.toString() }
  return writeJson({
    time,
    vendor,
    app,
    id,
    verified,
    why,
    seenBefore,
    answer,
    method,
    path,
    query,
    magpie,
    ...content,
  })
}

/** The body with Volcengine's EventData unfolded; undefined when it is no JSON object. */
function bodyOf({ vendor, body, raw }: Received): Record<string, unknown> | undefined {
  if (Object.keys(body).length === 0 && objectIn(raw.toString()) === undefined) return undefined
  const data = vendor === 'volcengine' ? objectIn(String(body.EventData)) : undefined
  return data ? { ...body, EventData: data } : body
}

const magpieHeaders = ({ headers }: Received) =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => name.startsWith('x-magpie-')))

function notes({ query }: Received): Record<string, string> {
  const shown = ['OptPlatform', 'ClientIP'].map(name => [name, query[name]] as const)
  return Object.fromEntries(shown.filter((each): each is [string, string] => each[1] !== undefined))
}

const { rawJSON } = JSON as unknown as { rawJSON(text: string): unknown }

const pretty = (value: unknown) =>
  JSON.stringify(value, (_, part) => (typeof part === 'bigint' ? rawJSON(String(part)) : part), 2)
