import { createHash, randomBytes } from 'node:crypto'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openBlobFolder } from '../../src/storage/blobs/folder.ts'
import { openMemory } from '../../src/storage/memory.ts'
import { nativeToken } from '../support/native.ts'
import { startServer, type TestServer, type TestServerOptions } from '../support/server.ts'
import { signIn } from '../support/socket.ts'

let folder: string
let server: TestServer

async function start(options: TestServerOptions = {}) {
  const blobs = await openBlobFolder({ folder, durability: 'relaxed' })
  server = await startServer({ blobs, ...options })
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'magpie-files-'))
})

afterEach(async () => {
  await server.stop()
  rmSync(folder, { recursive: true })
})

/** A token as a device gets it, of the first app unless another is named. */
async function tokenOf(user: string, app = server.apps[0]): Promise<string> {
  if (!app) throw new Error('no such app')
  const device = await signIn(server, { dialect: 'native', app: app.id, token: nativeToken(app, user) })
  const { token, expires } = (await device.ask('file.token')) as { token: string; expires: number }
  expect(expires - server.core.clock()).toBeGreaterThan(3_590_000)
  device.ws.close()
  return token
}

interface Stored {
  url: string
  size: number
  type: string
  name: string
}

function post(token: string | undefined, body: Uint8Array<ArrayBuffer> | string, name = 'a.png', type = 'image/png') {
  const headers = { 'content-type': type, ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) }
  return fetch(`${server.url}/files?name=${encodeURIComponent(name)}`, { method: 'POST', headers, body })
}

async function store(token: string, body: Uint8Array<ArrayBuffer> | string, name?: string, type?: string) {
  const reply = await post(token, body, name, type)
  expect(reply.status).toBe(201)
  return (await reply.json()) as Stored
}

const refused = async (reply: Response) => [reply.status, ((await reply.json()) as { code: string }).code]
const sum = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')
const kept = () =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter(each => each.isFile())
    .map(each => each.name)

describe('handing a file in', () => {
  test('[BL10] five megabytes come back as they were, with type, name and size, for whoever has the address', async () => {
    await start()
    const bytes = randomBytes(5 * 1024 * 1024)
    const stored = await store(await tokenOf('ann'), bytes, 'Grüße & Küsse/天空.png')
    expect(stored).toEqual({ url: expect.any(String), size: bytes.length, type: 'image/png', name: '天空.png' })
    expect(stored.url).toMatch(new RegExp(`^${server.url}/files/[0-9a-f]{32}/%E5%A4%A9%E7%A9%BA\\.png$`))
    const reply = await fetch(stored.url)
    expect(reply.headers.get('content-type')).toBe('image/png')
    expect(reply.headers.get('content-length')).toBe(String(bytes.length))
    expect(reply.headers.get('content-disposition')).toBe(
      `inline; filename="__.png"; filename*=UTF-8''%E5%A4%A9%E7%A9%BA.png`,
    )
    expect(sum(await reply.bytes())).toBe(sum(bytes))
    expect(kept()).toEqual([stored.url.split('/')[4]])
  })

  test('[BL11] without a token, with a wrong, an expired or a forged one nothing is kept', async () => {
    const clock = { now: Date.now() }
    await start({ apps: 2, clock: () => clock.now })
    const token = await tokenOf('ann')
    const [claims = '', mark] = token.split('.')
    const said = JSON.parse(Buffer.from(claims, 'base64url').toString())
    const other = Buffer.from(JSON.stringify({ ...said, app: server.apps[1]?.id })).toString('base64url')
    for (const wrong of ['x', 'x.y', claims, `${claims}.`, `${other}.${mark}`, `${token}.z`, `${token}A`])
      expect(await refused(await post(wrong, 'x')), wrong).toEqual([401, 'caller.signature'])
    const reply = await post(undefined, 'x')
    expect(reply.headers.get('www-authenticate')).toBe('Bearer')
    expect(await refused(reply)).toEqual([401, 'caller.unknown'])
    clock.now += 3_600_000
    expect(await refused(await post(token, 'x'))).toEqual([401, 'caller.expired'])
    expect(kept()).toEqual([])
  })

  test('[BL11] another app’s token is that app’s: files are written down as its user’s', async () => {
    await start({ apps: 2 })
    const [first, second] = [await tokenOf('ann', server.apps[0]), await tokenOf('ann', server.apps[1])]
    const files = [await store(first, 'a'), await store(second, 'b')]
    const found = await Promise.all(files.map(({ url }) => server.core.files.find(url.split('/')[4] as string)))
    expect(found.map(each => each?.app)).toEqual(server.apps.map(app => app.id))
    // A token of an app that is no more, or disabled, is none.
    ;(server.apps[1] as { disabled: boolean }).disabled = true
    expect(await refused(await post(second, 'x'))).toEqual([403, 'app.disabled'])
    expect((await post(first, 'x')).status).toBe(201)
  })

  test('[BL12] who is banned, signed out everywhere or deleted hands nothing in', async () => {
    await start()
    const app = server.apps[0] as (typeof server.apps)[0]
    const call = { app, admin: true, origin: { dialect: 'tencent', via: 'rest' } } as const
    const tokens = await Promise.all(['ann', 'ben', 'cat'].map(user => tokenOf(user)))
    await server.core.users.ban(call, 'ann', true, { now: true })
    await server.core.users.signOut(call, 'ben')
    await server.core.users.remove(call, ['cat'])
    const replies = await Promise.all(tokens.map(async token => refused(await post(token, 'x'))))
    expect(replies).toEqual([
      [403, 'user.banned'],
      [403, 'user.kicked'],
      [403, 'user.missing'],
    ])
    expect(kept()).toEqual([])
  })

  test('[BL13] a token holds over a restart, and on every node', async () => {
    const memory = openMemory()
    await start({ store: memory })
    const { accounts } = server
    const token = await tokenOf('ann')
    const { url } = await store(token, 'before')
    const path = new URL(url).pathname
    await server.stop()
    await start({ store: memory, accounts })
    expect(await (await fetch(server.url + path)).text()).toBe('before')
    expect((await post(token, 'after')).status).toBe(201)
    // A server with other data has another secret.
    await server.stop()
    await start({ accounts })
    expect(await refused(await post(token, 'x'))).toEqual([401, 'caller.signature'])
    await memory.close()
  })

  test('[BL14] one that is too large is refused and leaves nothing, also when its length was not said', async () => {
    await start({ files: { most: 100_000 } })
    const token = await tokenOf('ann')
    expect(await refused(await post(token, randomBytes(100_001)))).toEqual([413, 'request.large'])
    expect(await refused(await streamed(token, 30, 10_000))).toEqual([413, 'request.large'])
    expect(kept()).toEqual([])
    expect((await streamed(token, 10, 10_000)).status).toBe(201)
    expect((await store(token, randomBytes(100_000))).size).toBe(100_000)
    expect((await store(token, '')).size).toBe(0)
  })

  test('[BL15] a line that is cut midway leaves nothing', async () => {
    await start()
    const token = await tokenOf('ann')
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'video/mp4', 'content-length': 5_000_000 }
    const sending = request(`${server.url}/files`, { method: 'POST', headers })
    sending.on('error', () => {})
    sending.write(randomBytes(1_000_000))
    await expect.poll(kept).toHaveLength(1)
    sending.destroy()
    await expect.poll(kept).toEqual([])
    // Whoever was cut off may go on.
    for (let i = 0; i < 5; i++) expect((await post(token, 'x')).status).toBe(201)
  })

  test('[BL16] one user hands in 60 a minute, four at a time; others go on', async () => {
    await start({ limits: 'vendor' })
    const [ann, ben] = [await tokenOf('ann'), await tokenOf('ben')]
    const headers = { authorization: `Bearer ${ann}`, 'content-length': 10 }
    const open = Array.from({ length: 4 }, () => request(`${server.url}/files`, { method: 'POST', headers }))
    for (const each of open) each.on('error', () => {}).write('begun')
    await expect.poll(kept).toHaveLength(4)
    expect(await refused(await post(ann, 'x'))).toEqual([429, 'rate.exceeded'])
    for (const each of open) each.destroy()
    await expect.poll(kept).toEqual([])
    let done = 5
    for (; done < 70 && (await post(ann, 'x')).status === 201; done++);
    expect(done).toBe(60)
    expect((await post(ben, 'x')).status).toBe(201)
  })

  test('[BL17] pages of everywhere may do so: the token proves who it is, and no cookie', async () => {
    await start()
    const asked = await fetch(`${server.url}/files`, { method: 'OPTIONS', headers: { origin: 'https://app.example' } })
    expect(asked.status).toBe(204)
    expect(asked.headers.get('access-control-allow-origin')).toBe('*')
    expect(asked.headers.get('access-control-allow-headers')).toContain('authorization')
    const token = await tokenOf('ann')
    for (const reply of [await post(token, 'x'), await post('wrong', 'x')])
      expect(reply.headers.get('access-control-allow-origin')).toBe('*')
  })

  test('[BL18] the address is the configured one, behind which nobody sees the server itself', async () => {
    await start({ files: { url: 'https://chat.example.com' } })
    const { url } = await store(await tokenOf('ann'), 'x', 'x.txt', 'text/plain')
    expect(url).toMatch(/^https:\/\/chat\.example\.com\/files\/[0-9a-f]{32}\/x\.txt$/)
  })
})

describe('reading a file', () => {
  test('[BL20] a part, the end, and what lies behind it', async () => {
    await start()
    const { url } = await store(await tokenOf('ann'), '0123456789', 'digits.mp4', 'video/mp4')
    const read = async (range: string, more: Record<string, string> = {}) => {
      const reply = await fetch(url, { headers: { range, ...more } })
      return [reply.status, reply.headers.get('content-range'), await reply.text()]
    }
    expect(await read('bytes=2-4')).toEqual([206, 'bytes 2-4/10', '234'])
    expect(await read('bytes=7-')).toEqual([206, 'bytes 7-9/10', '789'])
    expect(await read('bytes=-2')).toEqual([206, 'bytes 8-9/10', '89'])
    expect(await read('bytes=8-99')).toEqual([206, 'bytes 8-9/10', '89'])
    expect(await read('bytes=10-')).toEqual([416, 'bytes */10', ''])
    expect(await read('bytes=-0')).toEqual([416, 'bytes */10', ''])
    for (const whole of ['bytes=0-1,3-4', 'bytes=4-2', 'lines=1-2', 'bytes=-'])
      expect(await read(whole), whole).toEqual([200, null, '0123456789'])
    const etag = (await fetch(url)).headers.get('etag') as string
    expect(await read('bytes=2-4', { 'if-range': etag })).toEqual([206, 'bytes 2-4/10', '234'])
    expect(await read('bytes=2-4', { 'if-range': '"other"' })).toEqual([200, null, '0123456789'])
  })

  test('[BL21] it is kept by who has it, asked for by its tag, and described without its bytes', async () => {
    await start()
    const { url } = await store(await tokenOf('ann'), 'hello', 'a.txt', 'text/plain; charset=utf-8')
    const first = await fetch(url)
    expect(first.headers.get('cache-control')).toBe('public, max-age=31536000, immutable')
    const etag = first.headers.get('etag') as string
    const again = await fetch(url, { headers: { 'if-none-match': `"x", ${etag}` } })
    expect([again.status, await again.text()]).toEqual([304, ''])
    const head = await fetch(url, { method: 'HEAD' })
    expect([head.status, head.headers.get('content-length'), await head.text()]).toEqual([200, '5', ''])
    expect(head.headers.get('content-type')).toBe('text/plain; charset=utf-8')
  })

  test('[BL22] nothing that is handed in does anything in a browser', async () => {
    await start()
    const token = await tokenOf('ann')
    const types: [string, string, string][] = [
      ['image/png', 'inline', 'image/png'],
      ['Image/JPEG', 'inline', 'image/jpeg'],
      ['video/mp4', 'inline', 'video/mp4'],
      ['image/svg+xml', 'attachment', 'image/svg+xml'],
      ['text/html', 'attachment', 'text/html'],
      ['application/pdf', 'attachment', 'application/pdf'],
      ['text/html, image/png', 'attachment', 'application/octet-stream'],
      ['nonsense', 'attachment', 'application/octet-stream'],
    ]
    for (const [said, how, type] of types) {
      const { url } = await store(token, '<script>alert(1)</script>', 'x"\r\n.png', said)
      const { headers } = await fetch(url)
      expect(headers.get('content-type'), said).toBe(type)
      expect(headers.get('content-disposition'), said).toBe(`${how}; filename="x_.png"; filename*=UTF-8''x%22.png`)
      expect(headers.get('x-content-type-options')).toBe('nosniff')
      expect(headers.get('content-security-policy')).toContain("default-src 'none'")
      expect(headers.get('content-security-policy')).toMatch(/\bsandbox$/)
    }
  })

  test('[BL23] other ids and paths are nobody’s', async () => {
    await start()
    const { url } = await store(await tokenOf('ann'), 'x')
    const id = url.split('/')[4] as string
    const others = [
      `/files/${'0'.repeat(32)}/a`,
      `/files/${id}`,
      `/files/${id.toUpperCase()}/a`,
      '/files/..%2f..%2fx/a',
    ]
    for (const path of [...others, '/files', '/files/']) expect((await fetch(server.url + path)).status, path).toBe(404)
    // The name is for people: the id says which bytes it are.
    expect(await (await fetch(`${server.url}/files/${id}/other%20name`)).text()).toBe('x')
  })
})

/** Pieces one after another, without a length said before. */
function streamed(token: string, pieces: number, length: number): Promise<Response> {
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${token}`, 'transfer-encoding': 'chunked' }
    const sending = request(`${server.url}/files`, { method: 'POST', headers }, async reply => {
      const body = (await reply.toArray()).join('')
      resolve(new Response(body, { status: reply.statusCode as number }))
    })
    sending.on('error', reject)
    for (let i = 0; i < pieces; i++) sending.write(randomBytes(length))
    sending.end()
  })
}
