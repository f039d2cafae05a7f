import { writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { makePlace, type Place } from './launch.ts'

let place: Place

beforeEach(() => {
  place = makePlace()
})

afterEach(() => place.clean())

/** What a start says that comes to nothing: nothing but one line. */
async function refusal(env: Record<string, string> = {}): Promise<string> {
  const server = place.launch({ env })
  expect(await server.ended, server.err()).toBe(1)
  expect(server.out()).toBe('')
  expect(server.err().trimEnd().split('\n'), server.err()).toHaveLength(1)
  return server.err().trimEnd()
}

describe('a wrong configuration', () => {
  test.each([
    ['store: memory\nstoer: x\n', 'magpie: magpie.yaml:2: stoer: there is no such key'],
    ['listen: {\n', 'magpie: magpie.yaml:2: '],
  ])('[SU4] is refused with file and line: %j', async (yaml, line) => {
    place.configure(yaml)
    expect(await refusal()).toContain(line)
  })

  test('[WH46] with an id of a webhook that nobody knows is refused with file and line', async () => {
    const app = 'accounts: [{ id: 1, apps: [{ id: 2, webhooks: [\n  { kind: tencent, url: http://127.0.0.1:9, on: [\n'
    place.configure(`store: memory\n${app}  C2C.CallbackAfterSendMsg, C2C.CallbackAfterSendMsgs ] }] }] }]\n`)
    const at = 'magpie: magpie.yaml:4: accounts.0.apps.0.webhooks.0.on.1: '
    expect(await refusal()).toBe(`${at}webhooks of kind tencent have no "C2C.CallbackAfterSendMsgs"`)
  })

  test('[SU4] several mistakes are told together, each with its line', async () => {
    place.configure('durability: maybe\nlog: loud\n')
    const server = place.launch()
    expect(await server.ended).toBe(1)
    const lines = server.err().trimEnd().split('\n')
    expect(lines).toHaveLength(2)
    expect(lines[0]).toContain('magpie.yaml:1: durability')
    expect(lines[1]).toContain('magpie.yaml:2: log')
  })

  test.each([
    [{ MAGPIE_PORT: 'many' }, 'magpie: MAGPIE_PORT (listen.port): '],
    [{ MAGPIE_CONFIG: 'elsewhere.yaml' }, 'magpie: elsewhere.yaml: there is no such file (MAGPIE_CONFIG)'],
    [{ MAGPIE_CONFIG: '.' }, 'magpie: .: cannot be read: EISDIR'],
  ])('[SU5] of the environment is refused by the variable: %j', async (env, line) => {
    expect(await refusal(env)).toContain(line)
  })

  test('[SU4] certificates that are not there, or are none, are refused', async () => {
    place.configure('tls: { port: 0, cert: a.pem, key: b.pem }\n')
    expect(await refusal()).toBe('magpie: tls.cert: cannot read a.pem')
    writeFileSync(join(place.folder, 'a.pem'), 'no certificate')
    writeFileSync(join(place.folder, 'b.pem'), 'no key')
    expect(await refusal()).toContain('magpie: tls: a.pem cannot be used with its key')
  })
})

describe('what stands in the way', () => {
  test('[SU6] a port that is taken gives one line, for http and for https', async () => {
    const other = createServer().listen(0, '127.0.0.1')
    await new Promise(resolve => other.once('listening', resolve))
    const { port } = other.address() as { port: number }
    place.configure(`listen: { port: ${port} }\n`)
    expect(await refusal()).toBe(`magpie: listen EADDRINUSE: address already in use 127.0.0.1:${port}`)
    place.configure(`listen: { port: 0 }\ntls: { port: ${port}, selfSigned: true }\n`)
    expect(await refusal()).toBe(`magpie: listen EADDRINUSE: address already in use 127.0.0.1:${port}`)
    other.close()
  })

  test('[SU7] a second process on the same data gives one line and leaves the first alone', async () => {
    const first = place.launch()
    const [url] = await first.ready
    const folder = join(place.folder, 'data')
    expect(await refusal()).toBe(`magpie: data folder ${folder} is in use by process ${first.process.pid}`)
    expect(await (await fetch(`${url}/readyz`)).text()).toBe('ready\n')
  })

  test('[SU8] data of a newer version, or a folder that cannot be made, give one line', async () => {
    const folder = join(place.folder, 'data')
    const first = place.launch()
    await first.ready
    first.process.kill('SIGTERM')
    await first.ended
    const db = new Database(join(folder, 'magpie.db'))
    db.prepare(`UPDATE meta SET value = 99 WHERE name = 'schema'`).run()
    db.close()
    expect(await refusal()).toContain('magpie: the data is of schema 99, this Magpie knows schema')
    writeFileSync(join(place.folder, 'file'), '')
    place.configure('store: sqlite:./file/data\n')
    expect(await refusal()).toMatch(/^magpie: ENOTDIR/)
  })
})
