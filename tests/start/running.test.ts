import { once } from 'node:events'
import { readFileSync, statSync } from 'node:fs'
import { request as httpsRequest } from 'node:https'
import { connect as connectTcp } from 'node:net'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { root } from '../../scripts/files.ts'
import { readStoryKeys } from '../../scripts/story-server.ts'
import { openVendors } from '../../scripts/story-vendors.ts'
import type { App } from '../../src/core/apps/model.ts'
import { callNetease } from '../support/netease.ts'
import type { TestServer } from '../support/server.ts'
import { signIn } from '../support/socket.ts'
import { callTencent } from '../support/tencent.ts'
import { callVolcengine } from '../support/volcengine.ts'
import { type Launched, makePlace, type Place } from './launch.ts'

const run = join(root, 'scripts/run.mjs')
const main = join(root, 'src/main.ts')
const portOf = (url: string) => Number(new URL(url).port)

/** How a process ended, and after how many ms. */
async function end(server: Launched, signal: NodeJS.Signals): Promise<{ code: number | string; ms: number }> {
  const start = Date.now()
  server.process.kill(signal)
  const code = await server.ended
  return { code, ms: Date.now() - start }
}

describe('stopping', () => {
  let place: Place

  beforeEach(() => {
    place = makePlace()
  })

  afterEach(() => place.clean())

  const secrets = () => readStoryKeys(place.folder)

  async function device(url: string, user: string) {
    const keys = secrets()
    const usersig = openVendors(url, keys).userSig(user)
    return signIn({ port: portOf(url) }, { dialect: 'tencent', sdkappid: keys.appId, userid: user, usersig })
  }

  test('[SU9] SIGTERM tells connected devices to come back and ends with 0, whatever connections do', async () => {
    const server = place.launch()
    const [url = ''] = await server.ready
    const devices = [await device(url, 'ann'), await device(url, 'ben')]
    // One that says nothing, one in the middle of a call, and one that never answers a farewell.
    const silent = connectTcp(portOf(url), '127.0.0.1')
    const halfway = connectTcp(portOf(url), '127.0.0.1')
    halfway.write('POST /v4/openim/sendmsg HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{"half')
    const deaf = await device(url, 'cid')
    ;(deaf.ws as unknown as { _socket: { pause(): void } })._socket.pause()
    for (const each of [silent, halfway]) each.on('error', () => {})
    const { code, ms } = await end(server, 'SIGTERM')
    expect(code).toBe(0)
    expect(ms).toBeLessThan(5000)
    expect(await Promise.all(devices.map(each => each.closed))).toEqual([4001, 4001])
    expect(server.out()).toContain('magpie: SIGTERM, stopping\n')
    expect(server.err()).toBe('')
    deaf.ws.terminate()
    silent.destroy()
    halfway.destroy()
  })

  test('[SU9] the runner of `npm start` hands signals on and ends as its server did', async () => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      const runner = place.launch({
        through: [process.execPath, run, main],
      })
      const [url = ''] = await runner.ready
      expect(await end(runner, signal)).toMatchObject({ code: 0 })
      expect(runner.out()).toContain(`magpie: ${signal}, stopping`)
      await expect(fetch(`${url}/healthz`)).rejects.toThrow()
    }
  })

  test('[SU9] the runner of `npm start` ends by the signal that killed its server', async () => {
    const runner = place.launch({ through: [process.execPath, run, main] })
    await runner.ready
    process.kill(Number(readFileSync(join(place.folder, 'data', 'lock.pid'), 'utf8')), 'SIGKILL')
    expect(await runner.ended).toBe('SIGKILL')
  })

  test('[SU9] npm’s shell may die without handing its signal on: the server stops all the same', async () => {
    const shell = ['sh', '-c', `"${process.execPath}" "${run}" "${main}"; true`]
    const runner = place.launch({ through: shell, env: { npm_lifecycle_event: 'start' } })
    await runner.ready
    runner.process.kill('SIGTERM')
    // It ends for us when nobody holds its output any more.
    expect(await runner.ended).toBe('SIGTERM')
    expect(runner.out()).toContain('magpie: SIGTERM, stopping')
  })

  test('[SU9] what was sent before the end is there after the next start', async () => {
    const server = place.launch({ env: { MAGPIE_DURABILITY: 'relaxed' } })
    const [url = ''] = await server.ready
    expect(server.out()).toContain('durability relaxed)')
    await openVendors(url, secrets()).tencent('im_open_login_svc/account_import', { UserID: 'ann', Nick: 'Ann' })
    await end(server, 'SIGTERM')
    const again = place.launch()
    const [next = ''] = await again.ready
    expect(again.out()).toContain('durability full)')
    const found = await openVendors(next, secrets()).netease('user/getUinfos.action', { accids: '["ann"]' })
    expect(found.uinfos).toMatchObject([{ accid: 'ann', name: 'Ann' }])
  })
})

describe('a running server', () => {
  let place: Place
  let server: Launched
  let url: string
  let secure: string

  beforeAll(async () => {
    place = makePlace()
    // The environment comes before the file.
    place.configure(`listen: { host: 0.0.0.0, port: 1 }
tls: { port: 0, selfSigned: true }
durability: relaxed
log: silent
`)
    const env = { MAGPIE_HOST: '127.0.0.1', MAGPIE_PORT: '0', MAGPIE_STORE: 'sqlite:./elsewhere', MAGPIE_LIMITS: 'off' }
    server = place.launch({ env: { ...env, MAGPIE_LOG: 'warn' } })
    ;[url, secure] = (await server.ready) as [string, string]
  })

  afterAll(() => place.clean())

  test('[SU5] MAGPIE_* variables come before the file', () => {
    expect(portOf(url)).toBeGreaterThan(1)
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:/)
    expect(server.out()).toContain('(store sqlite:./elsewhere, durability relaxed)')
    expect(statSync(join(place.folder, 'elsewhere', 'keys.yaml')).isFile()).toBe(true)
  })

  test('[SU10] a self-signed certificate serves https and wss, kept for the owner alone', async () => {
    expect(secure).toMatch(/^https:/)
    const body = await new Promise<string>((resolve, reject) => {
      httpsRequest(`${secure}/healthz`, { rejectUnauthorized: false }, reply => {
        reply.on('data', data => resolve(String(data)))
      })
        .on('error', reject)
        .end()
    })
    expect(body).toBe('ok\n')
    await expect(fetch(`${secure}/healthz`)).rejects.toThrow()
    const ws = new WebSocket(`${secure.replace('https', 'wss')}/gateway`, { rejectUnauthorized: false })
    await once(ws, 'open')
    ws.send(JSON.stringify({ id: 1, do: 'signIn', with: { dialect: 'nobody' } }))
    const [reply] = await once(ws, 'message')
    expect(JSON.parse(String(reply))).toMatchObject({ id: 1, err: { code: 'caller.unknown' } })
    ws.terminate()
    expect(statSync(join(place.folder, 'elsewhere', 'tls.pem.json')).mode & 0o777).toBe(0o600)
  })

  test('[SU11] /healthz, /readyz and /metrics answer; other paths are nobody’s', async () => {
    expect(await (await fetch(`${url}/healthz`)).text()).toBe('ok\n')
    expect(await (await fetch(`${url}/readyz`)).text()).toBe('ready\n')
    const metrics = await fetch(`${url}/metrics`)
    expect(metrics.headers.get('content-type')).toContain('text/plain')
    const text = await metrics.text()
    for (const name of [
      'magpie_gateway_sockets 0',
      'magpie_store_commits ',
      'magpie_volcengine_unshown_ids 0',
      'magpie_event_loop_delay_p99_seconds ',
    ])
      expect(text).toContain(`\n${name}`)
    expect((await fetch(`${url}/v5/x`)).status).toBe(404)
    await fetch(`${url}/v4/openim/sendmsg`, { method: 'POST', body: '{}' })
    expect(await (await fetch(`${url}/metrics`)).text()).toMatch(
      /magpie_call_seconds_count\{dialect="tencent",operation="none",outcome="60012"\} \d/,
    )
  })

  const large = ' '.repeat(3 * 1024 * 1024)

  test.each([
    ['tencent', '/v4/openim/sendmsg', 200, { ActionStatus: 'FAIL', ErrorCode: 93000, ErrorInfo: expect.any(String) }],
    ['netease', '/nimserver/msg/sendMsg.action', 200, { code: 414, desc: expect.any(String) }],
    [
      'volcengine',
      '/?Action=SendMessage&Version=2020-12-01',
      400,
      {
        ResponseMetadata: expect.objectContaining({
          Action: 'SendMessage',
          Error: { CodeN: 0, Code: 'InvalidParameter.RequestTooLarge', Message: expect.any(String) },
        }),
        Result: {},
      },
    ],
  ])('[SU12] a body over all limits is refused in the words of %s', async (_name, path, status, body) => {
    const reply = await fetch(url + path, { method: 'POST', body: large }).catch(error => error)
    expect(reply.status, String(reply)).toBe(status)
    expect(await reply.json()).toEqual(body)
  })

  test('[SU12] malformed bodies are refused in each vendor’s words', async () => {
    const keys = readStoryKeys(place.folder, 'elsewhere')
    const { appId: id, tencentKey: secretKey, appKey, appSecret, ...key } = keys
    const app = { id, account: 1, tencent: { secretKey, admins: ['administrator'] }, netease: { appKey, appSecret } }
    const here = { url, port: portOf(url), accounts: [{ id: 1, keys: [key] }] } as unknown as TestServer
    const raw = '{"a":'
    const byTencent = await callTencent(here, app as App, 'openim/sendmsg', {}, { raw })
    expect(byTencent).toMatchObject({ status: 200, body: { ActionStatus: 'FAIL', ErrorCode: 90001 } })
    for (const body of ['accid=%E4%B8', new Uint8Array([0x61, 0x3d, 0xff])]) {
      const byNetease = await callNetease(here, app as App, 'user/create.action', {}, { body })
      expect(byNetease).toEqual({ status: 200, body: { code: 414, desc: expect.any(String) } })
    }
    const byVolcengine = await callVolcengine(here, app, 'BatchGetUser', {}, { text: raw })
    expect(byVolcengine.status).toBe(400)
    expect(byVolcengine.body.ResponseMetadata.Error.Code).toBe('InvalidParameter.MalformedBody')
    expect(server.err()).toBe('')
  })
})
