import { execFile } from 'node:child_process'
import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { type Launched, makePlace, type Place } from './launch.ts'

let place: Place

beforeEach(() => {
  place = makePlace()
})

afterEach(() => place.clean())

const curls = (text: string) => text.split('\n').filter(line => line.trim().startsWith('curl '))

/** Runs the printed lines as a person would, in a shell. */
async function runAll(lines: string[]): Promise<Record<string, unknown>[]> {
  const outputs = await Promise.all(
    lines.map(line => promisify(execFile)('sh', ['-c', `${line.trim().replace(/ {3}#.*/, '')} -s`])),
  )
  return outputs.map(({ stdout }) => JSON.parse(stdout))
}

const good = [
  { ActionStatus: 'OK', ErrorInfo: '', ErrorCode: 0 },
  { code: 200, info: { accid: 'u_2', name: 'Bob', token: expect.any(String) } },
  { ResponseMetadata: expect.objectContaining({ Action: 'RegisterUsers' }), Result: { FailedInfos: [] } },
]

async function stop(server: Launched): Promise<void> {
  server.process.kill('SIGTERM')
  expect(await server.ended).toBe(0)
}

describe('the first start', () => {
  test('[SU1] makes keys that only the owner can read, and prints three calls that work', async () => {
    const server = place.launch()
    await server.ready
    await expect.poll(() => curls(server.out()).length).toBe(3)
    const file = join(place.folder, 'data', 'keys.yaml')
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(statSync(join(place.folder, 'data')).mode & 0o777).toBe(0o700)
    const [account] = parse(readFileSync(file, 'utf8')).accounts
    const [app] = account.apps
    const [{ accessKeyId, secretAccessKey }] = account.keys
    const shown = [app.tencent.secretKey, app.netease.appKey, app.netease.appSecret, accessKeyId, secretAccessKey]
    for (const secret of [...shown, app.volcengine.rtcAppKey]) expect(server.out()).toContain(secret)
    expect(await runAll(curls(server.out()))).toEqual(good)
    expect(server.err()).toBe('')
    await stop(server)
  })

  test('[SU2] the second start prints no secrets; `keys` prints them again, with calls that work', async () => {
    const first = place.launch()
    const [url = ''] = await first.ready
    await stop(first)
    // The printed calls name the port, so it must be the one that `keys` reads.
    place.configure(`listen: { port: ${new URL(url).port} }\n`)
    const second = place.launch()
    await second.ready
    await expect.poll(second.out).toContain('"npm run keys" prints')
    const text = readFileSync(join(place.folder, 'data', 'keys.yaml'), 'utf8')
    const secrets = text.match(/(?<=(secretKey|appSecret|secretAccessKey|rtcAppKey): ).+/g) ?? []
    expect(secrets).toHaveLength(4)
    for (const secret of secrets) expect(second.out()).not.toContain(secret)
    expect(curls(second.out())).toEqual([])

    const keys = place.launch({ args: ['keys'] })
    expect(await keys.ended).toBe(0)
    for (const secret of secrets) expect(keys.out()).toContain(secret)
    expect(await runAll(curls(keys.out()))).toEqual(good)
    await stop(second)
  })

  test('[SU3] two first starts at once keep one set of keys, and one of them gives way', async () => {
    const both = [place.launch(), place.launch()]
    const states = await Promise.all(both.map(each => Promise.race([each.ready.catch(() => 'gone'), each.ended])))
    const gone = both.filter((_, i) => !Array.isArray(states[i]))
    const [stays] = both.filter(each => !gone.includes(each)) as [Launched]
    expect(gone).toHaveLength(1)
    expect(await gone[0]?.ended).toBe(1)
    await stays.ready
    const keys = place.launch({ args: ['keys'] })
    await keys.ended
    const printed = curls(keys.out()).map(line =>
      line.replace(/:\d+\//g, `:${new URL((states.find(Array.isArray) as string[])[0] as string).port}/`),
    )
    // Volcengine's signature covers the host, which `keys` cannot know for a port that was taken by chance.
    expect(await runAll(printed.slice(0, 2))).toEqual(good.slice(0, 2))
    await stop(stays)
  })

  test('[SU2] keys of the configuration are printed by nobody but `keys`, and none are made', async () => {
    place.configure(`listen: { port: 0 }
accounts:
  - { id: 7, keys: [{ accessKeyId: AK7, secretAccessKey: SK7 }], apps: [{ id: 8, tencent: { secretKey: only-tencent } }] }
`)
    const server = place.launch()
    await server.ready
    await stop(server)
    expect(server.out()).not.toMatch(/SK7|only-tencent/)
    expect(() => statSync(join(place.folder, 'data', 'keys.yaml'))).toThrow('ENOENT')
    const keys = place.launch({ args: ['keys'] })
    expect(await keys.ended).toBe(0)
    expect(keys.out()).toContain('only-tencent')
    expect(keys.out()).not.toContain('NetEase')
  })

  test('[SU2] with store memory `keys` says why there are none, instead of printing what no server knows', async () => {
    place.configure('store: memory\n')
    const keys = place.launch({ args: ['keys'] })
    expect(await keys.ended).toBe(1)
    expect(keys.err()).toBe('magpie: store: memory keeps no keys; each start makes new ones and prints them\n')
  })

  test.each([
    ['accounts:\n  - id: 1\n    name: [\n', ':4: '],
    ['accounts:\n  - id: none\n', ':2: accounts.0.id: '],
    ['# nothing\n', ':1: accounts are missing'],
  ])('[SU4] a broken keys.yaml is refused with its line', async (text, message) => {
    const first = place.launch()
    await first.ready
    await stop(first)
    const file = join(place.folder, 'data', 'keys.yaml')
    writeFileSync(file, text)
    const again = place.launch()
    expect(await again.ended).toBe(1)
    expect(again.err()).toMatch(/^magpie: .*\n$/)
    expect(again.err()).toContain(`${file}${message}`)
  })
})
