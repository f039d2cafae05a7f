import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openReceiver, type Receiver } from '../../scripts/receiver/receiver.ts'
import { startServer, type TestServer } from '../../tests/support/server.ts'
import type { App } from '../core/apps/model.ts'
import { openChanges } from '../webhooks/changes.ts'
import { type Operator, openOperator } from './operator.ts'
import type { ParkedShown } from './shown.ts'
import { unfit } from './socket.ts'

const after = 'C2C.CallbackAfterSendMsg'

let folder: string
let path: string
let receiver: Receiver
let server: TestServer
let app: App
let operator: Operator | undefined
let warned: string[]

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'magpie-operator-'))
  path = join(folder, 'operator.sock')
  receiver = await openReceiver()
  server = await startServer({
    apps: 2,
    webhooks: [{ kind: 'tencent', url: receiver.url, on: [after], secret: 'top secret', tries: 1 }],
  })
  app = server.apps[0] as App
  warned = []
  operator = await open(path)
})

afterEach(async () => {
  await operator?.close()
  await server.stop()
  await receiver.stop()
  rmSync(folder, { recursive: true })
})

async function open(at: string | undefined): Promise<Operator | undefined> {
  const core = { ...server.core, log: { ...server.core.log, warn: (_: object, text: string) => warned.push(text) } }
  const changes = await openChanges(core, server.webhooks)
  return openOperator(at, { core, webhooks: server.webhooks, changes })
}

interface Answer {
  status: number
  body: Record<string, unknown>
}

function ask(method: string, url: string, body?: unknown): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const text = typeof body === 'string' ? body : JSON.stringify(body)
    const headers = body === undefined ? {} : { 'content-type': 'application/json' }
    const asked = request({ socketPath: path, method, path: url, headers }, async response => {
      const chunks: Buffer[] = []
      for await (const chunk of response) chunks.push(chunk)
      resolve({ status: response.statusCode ?? 0, body: JSON.parse(Buffer.concat(chunks).toString()) })
    })
    asked.on('error', reject)
    asked.end(text)
  })
}

const call = () => ({ app, admin: true, origin: { dialect: 'tencent' as const, via: 'rest' as const } })

async function say(...texts: string[]): Promise<void> {
  await server.core.users.save(call(), [{ id: 'u_1' }, { id: 'u_2' }], { existing: 'update' })
  for (const text of texts)
    await server.core.send.toUser(call(), 'u_2', { from: 'u_1', parts: [{ type: 'text', text }] })
}

describe('the socket', () => {
  test('[OP1] is for its owner alone, whatever the mask says, and goes with the server', async () => {
    expect(statSync(path).mode & 0o777).toBe(0o600)
    expect(process.umask()).not.toBe(0o177)
    await operator?.close()
    operator = undefined
    expect(existsSync(path)).toBe(false)
  })

  test('[OP1] of a killed process is replaced', async () => {
    await operator?.close()
    const dying = `require('net').createServer().listen(process.argv[1], () => process.kill(process.pid, 'SIGKILL'))`
    expect(spawnSync(process.execPath, ['-e', dying, path]).signal).toBe('SIGKILL')
    expect(statSync(path).isSocket()).toBe(true)
    operator = await open(path)
    expect((await ask('GET', '/webhooks')).status).toBe(200)
  })

  test('[OP1] where somebody listens, or where another file stands, is not taken', async () => {
    const taken = { code: 'EADDRINUSE', syscall: 'listen', message: `operator: another process listens at ${path}` }
    await expect(open(path)).rejects.toMatchObject(taken)
    expect((await ask('GET', '/webhooks')).status).toBe(200)
    const file = join(folder, 'notes')
    writeFileSync(file, 'mine')
    await expect(open(file)).rejects.toMatchObject({ code: 'EEXIST', syscall: 'listen' })
    expect(readFileSync(file, 'utf8')).toBe('mine')
    await expect(open(join(folder, 'nowhere', 'x'))).rejects.toMatchObject({
      ...{ code: 'ENOENT', syscall: 'listen', message: `operator: there is no folder ${join(folder, 'nowhere')}` },
    })
  })

  test('[OP2] is not opened without a path, and a path that is too long is warned of', async () => {
    expect(await open(undefined)).toBeUndefined()
    expect(warned).toEqual([])
    const long = join(folder, 'ä'.repeat(50))
    expect(await open(long)).toBeUndefined()
    const bytes = Buffer.byteLength(long)
    expect(warned).toEqual([
      `there is no operator's socket: its path has ${bytes} bytes, and 100 are possible: ${long}; "operator" in the configuration names another place for it`,
    ])
    expect(unfit('x'.repeat(100), 'linux')).toBeUndefined()
    expect(unfit('x'.repeat(101), 'linux')).toContain('101 bytes')
    expect(unfit('x', 'win32')).toContain('Windows')
  })
})

describe('the commands', () => {
  test('[OP3] all apps are shown with settings and standing, and no secret', async () => {
    receiver.answer('*: fail 500')
    await say('one', 'two')
    await expect.poll(async () => (await server.webhooks.standing(app.id))[0]).toMatchObject({ parked: 2, waiting: 0 })
    const { status, body } = await ask('GET', '/webhooks')
    expect(status).toBe(200)
    expect(body).toEqual({
      apps: [
        {
          ...{ id: app.id, name: app.name, home: 'tencent', changed: { webhooks: false, home: false } },
          webhooks: [
            {
              settings: { ...app.webhooks[0], secret: '…' },
              standing: { waiting: 0, parked: 2, down: false },
            },
          ],
        },
        { id: app.id + 1, name: `app ${app.id + 1}`, home: 'tencent', changed: expect.anything(), webhooks: [] },
      ],
    })
    expect(JSON.stringify(body)).not.toContain('top secret')
    const put = await ask('PUT', `/webhooks/${app.id}/tencent`, { kind: 'tencent', url: receiver.url, secret: 'other' })
    expect(JSON.stringify(put)).not.toContain('other')
  })

  test('[OP7] what is set aside is shown with its reason, the newest first, and told again', async () => {
    receiver.answer('*: fail 500 times 2', '*: fail 403')
    await say('one', 'two')
    await expect.poll(() => receiver.received.length).toBe(2)
    await new Promise(resolve => setTimeout(resolve, 5))
    await say('three')
    const parked = async (query = '') => (await ask('GET', `/webhooks/${app.id}/tencent/parked${query}`)).body
    await expect.poll(() => parked()).toMatchObject({ events: 3 })
    const shown = (await parked()) as unknown as ParkedShown
    expect(shown.why).toMatch(/^status 403/)
    expect(shown.entries.map(each => each.why.slice(0, 10))).toEqual(['status 403', 'status 500', 'status 500'])
    const [newest] = shown.entries
    expect(newest).toMatchObject({ from: newest?.to, count: 1, tries: 1, again: false })
    const about = { type: 'message.sent', key: expect.any(String), place: newest?.from, at: expect.any(Number) }
    expect(newest?.first).toEqual([about])
    expect(await parked('?limit=1')).toEqual({ ...shown, entries: [newest] })

    receiver.answer()
    expect(await ask('POST', `/webhooks/${app.id}/tencent/redrive`)).toEqual({ status: 200, body: { events: 3 } })
    await expect.poll(() => receiver.received.length).toBe(6)
    expect(receiver.received[5]?.headers['x-magpie-redriven']).toBe('1')
    await expect.poll(() => parked()).toEqual({ events: 0, why: null, entries: [] })
    expect((await ask('POST', `/webhooks/${app.id}/tencent/redrive`)).body).toEqual({ events: 0 })
  })

  test('[OP4] a back end is added, replaced, taken away and forgotten', async () => {
    const name = 'zwei/drei ?'
    const url = `/webhooks/${app.id}/${encodeURIComponent(name)}`
    const settings = {
      kind: 'tencent',
      url: receiver.url,
      on: ['Sns.CallbackFriendAdd'],
      templates: { [after]: { a: 1 } },
    }
    const put = await ask('PUT', url, settings)
    expect(put).toMatchObject({ status: 200, body: { settings: { ...settings, name, timeout: 2000 } } })
    expect(app.webhooks.map(each => each.name)).toEqual(['tencent', name])
    await ask('PUT', url, { ...settings, timeout: 1000 })
    expect(app.webhooks[1]?.timeout).toBe(1000)
    expect(await ask('DELETE', url)).toEqual({ status: 200, body: { removed: true } })
    expect(app.webhooks.map(each => each.name)).toEqual(['tencent'])
    await ask('DELETE', `/webhooks/${app.id}/tencent`)
    expect(app.webhooks).toEqual([])
    const reset = await ask('DELETE', `/webhooks/${app.id}`)
    expect(reset.body).toMatchObject({
      id: app.id,
      changed: { webhooks: false },
      webhooks: [{ settings: { tries: 1 } }],
    })
    expect(app.webhooks[0]?.secret).toBe('top secret')
  })

  test('[OP4] the home dialect is changed and forgotten', async () => {
    const url = `/apps/${app.id}/home`
    expect(await ask('PUT', url, { home: 'netease' })).toEqual({ status: 200, body: { home: 'netease' } })
    expect(app.home).toBe('netease')
    expect((await ask('PUT', url, {})).status).toBe(400)
    expect((await ask('PUT', url)).status).toBe(400)
    expect(app.home).toBe('netease')
    expect(await ask('DELETE', url)).toEqual({ status: 200, body: { home: 'tencent' } })
  })

  test.each([
    ['GET', '/webhooks/5/tencent/parked', undefined, 404, /^there is no app 5$/],
    ['PUT', '/webhooks/1400000001.0/x', {}, 404, /^there is no app 1400000001\.0$/],
    ['DELETE', '/webhooks/none', undefined, 404, /^there is no app none$/],
    ['PUT', '/apps/5/home', { home: 'netease' }, 404, /^there is no app 5$/],
    ['POST', '/webhooks/1400000001/x/redrive', undefined, 404, /^app 1400000001 has no webhook "x"; it has tencent$/],
    ['GET', '/webhooks/1400000001/x/parked', undefined, 404, /it has tencent$/],
    ['DELETE', '/webhooks/1400000001/x', undefined, 404, /it has tencent$/],
    ['DELETE', '/webhooks/1400000002/x', undefined, 404, /it has none$/],
    ['GET', '/webhooks/1400000001/tencent/parked?limit=0', undefined, 400, /^limit: expected a whole number from 1/],
    ['GET', '/webhooks/1400000001/tencent/parked?limit=101', undefined, 400, /^limit/],
    ['PUT', '/webhooks/1400000001/x', { kind: 'tencent' }, 400, /^url: /],
    ['PUT', '/webhooks/1400000001/x', '{"kind":', 400, /JSON/],
    ['PUT', '/webhooks/1400000001/x', ' '.repeat(1024 * 1024 + 1), 413, /too large/],
    ['PUT', '/apps/1400000001/home', { home: 'native' }, 400, /^home: /],
    ['GET', '/elsewhere', undefined, 404, /^there is no GET \/elsewhere$/],
  ])('[OP5] %s %s is refused in words', async (method, url, body, status, said) => {
    const before = structuredClone(server.apps)
    expect(await ask(method, url, body)).toEqual({ status, body: { error: expect.stringMatching(said) } })
    expect(server.apps).toEqual(before)
  })

  test('[OP5] a body may have a mebibyte', async () => {
    const settings = { kind: 'tencent', url: receiver.url, templates: { [after]: 'x'.repeat(800_000) } }
    expect((await ask('PUT', `/webhooks/${app.id}/large`, settings)).status).toBe(200)
  })

  test('a command under way has half a second to end', async () => {
    const headers = { 'content-type': 'application/json', 'content-length': 9 }
    const asked = request({ socketPath: path, method: 'PUT', path: '/webhooks/1/x', headers })
    const cut = new Promise(resolve => asked.on('error', resolve))
    asked.write('{')
    await new Promise(resolve => setTimeout(resolve, 50))
    const began = Date.now()
    await operator?.close()
    operator = undefined
    expect(Date.now() - began).toBeLessThan(2000)
    expect(await cut).toMatchObject({ code: 'ECONNRESET' })
  })
})
