import { readdirSync } from 'node:fs'
import { request } from 'node:http'
import { afterEach, expect, test } from 'vitest'
import { filesUnder } from '../../scripts/files.ts'
import { connect } from '../../tests/support/socket.ts'
import { parseConfig } from '../config.ts'
import { findAccounts } from '../keys.ts'
import { type Running, start } from '../start.ts'
import { isNear } from './chat.ts'
import { idOf } from './page/names.ts'

const running: Running[] = []
afterEach(async () => {
  for (const each of running.splice(0)) await each.stop()
})

/** A server as an operator starts it; its address. */
async function serve(more = ''): Promise<string> {
  const config = parseConfig(`listen: { port: 0 }\nstore: memory\nlog: silent\n${more}`, 'test')
  const server = await start(config, findAccounts(config).accounts)
  running.push(server)
  return `http://127.0.0.1:${server.listening.port}`
}

const own = `accounts:
  - { id: 1, apps: [{ id: 2, native: { secret: ${'s'.repeat(32)} } }] }
`

function signIn(url: string, body: string, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(`${url}/chat/sign-in`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body,
  })
}

function underName(url: string, host: string): Promise<number | undefined> {
  const headers = { host, 'content-type': 'application/json' }
  return new Promise((resolve, reject) => {
    const asking = request(`${url}/chat/sign-in`, { method: 'POST', headers }, reply => {
      reply.resume()
      resolve(reply.statusCode)
    })
    asking.on('error', reject).end(ann)
  })
}

const ann = JSON.stringify({ name: 'Ann' })

test('[CP10] page, style and modules are served, without types, under a policy that lets in nothing else', async () => {
  const url = await serve()
  const page = await fetch(`${url}/chat`)
  expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8')
  const policy = page.headers.get('content-security-policy') ?? ''
  expect(policy).toContain("default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self';")
  expect(policy).not.toContain('unsafe')
  const html = await page.text()
  expect(html).not.toMatch(/<script(?![^>]*src=)|<style|\bon\w+=|style=/)
  const paths = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map(match => match[1] as string)
  expect(paths).toHaveLength(3)

  const modules = new Set<string>()
  const types = new Map([
    ['css', 'text/css'],
    ['svg', 'image/svg+xml'],
    ['ts', 'text/javascript'],
  ])
  // Every import leads to something that is there.
  for (const todo = [...paths]; todo.length > 0; ) {
    const path = todo.pop() as string
    if (modules.has(path)) continue
    modules.add(path)
    const reply = await fetch(url + path)
    expect(reply.status, path).toBe(200)
    expect(reply.headers.get('content-type'), path).toContain(types.get(path.split('.').at(-1) as string))
    expect(reply.headers.get('x-content-type-options')).toBe('nosniff')
    if (!path.endsWith('.ts')) continue
    const code = await reply.text()
    expect(code, path).not.toMatch(/^\s*(import type|export type|interface|export interface) /m)
    for (const [, from] of code.matchAll(/from '(\.[^']+)'/g)) todo.push(new URL(from as string, url + path).pathname)
  }
  const files = filesUnder('src/chat/page', '.ts').map(path => `/chat/${path}`)
  expect([...modules].filter(path => path.includes('/page/')).sort()).toEqual(files.sort())
  expect(modules).toContain('/chat/client/src/client.ts')
})

test('[CP10] a page is asked for by its tag, and nothing beside it is served', async () => {
  const url = await serve()
  const etag = (await fetch(`${url}/chat`)).headers.get('etag') as string
  expect((await fetch(`${url}/chat`, { headers: { 'if-none-match': etag } })).status).toBe(304)
  const tests = readdirSync('client/src').find(name => name.endsWith('.test.ts'))
  const others = [
    'nothing.ts',
    `client/src/${tests}`,
    'src/main.ts',
    'src/chat/chat.ts',
    '../package.json',
    '%2e%2e/package.json',
  ]
  for (const path of others) expect((await fetch(`${url}/chat/${path}`)).status, path).toBe(404)
})

test('[CP11] it is there unasked only where nobody else comes; the configuration decides otherwise', async () => {
  const at = async (more: string) => {
    const url = await serve(more)
    return [(await fetch(`${url}/chat`)).status, (await signIn(url, ann)).status]
  }
  const on = [200, 200]
  const off = [404, 404]
  expect(await at('')).toEqual(on)
  expect(await at('chat: { demo: false }')).toEqual(off)
  expect(await at(own)).toEqual(off)
  expect(await at('trustProxy: [10.0.0.1]')).toEqual(off)
  expect(await at(`${own}chat: { demo: true }`)).toEqual(on)
  const everywhere = parseConfig('listen: { port: 0, host: 0.0.0.0 }\nstore: memory\nlog: silent\n', 'test')
  const server = await start(everywhere, findAccounts(everywhere).accounts)
  running.push(server)
  expect((await fetch(`http://127.0.0.1:${server.listening.port}/chat`)).status).toBe(404)
})

test('[CP12] a name gets a token that signs its user in, and the user if need be', async () => {
  const url = await serve()
  const given = JSON.stringify({ name: ' Zoë O’Hara ' })
  const ticket = (await (await signIn(url, given)).json()) as Record<string, unknown>
  expect(ticket).toMatchObject({ app: 1400000001, user: 'zoë-o-hara' })
  const { app, token } = ticket
  const socket = await connect({ port: Number(new URL(url).port) })
  socket.ws.send(JSON.stringify({ id: 0, do: 'signIn', with: { dialect: 'native', app, token } }))
  expect(await socket.next('welcome')).toMatchObject({ user: 'zoë-o-hara' })
  const { users } = await socket.ask('user.get', { users: ['zoë-o-hara'] })
  expect(users).toMatchObject([{ nick: 'Zoë O’Hara' }])
  // A name that somebody else gave them stays.
  await socket.ask('user.update', { nick: 'Zoë' })
  await signIn(url, given)
  expect((await socket.ask('user.get', { users: ['zoë-o-hara'] })).users).toMatchObject([{ nick: 'Zoë' }])
  await socket.close()
  for (const wrong of ['', '{', 'null', '{"name":7}', '{"name":"!!!"}'])
    expect((await signIn(url, wrong)).status, wrong).toBe(400)
})

test('[CP13] no other site gets a token in its visitor’s name, and unasked nobody from elsewhere does', async () => {
  const url = await serve()
  const refused = async (headers: Record<string, string>, at = url) => (await signIn(at, ann, headers)).status
  expect(await refused({ 'sec-fetch-site': 'cross-site' })).toBe(403)
  expect(await refused({ 'sec-fetch-site': 'same-site' })).toBe(403)
  expect(await refused({ origin: 'https://evil.example' })).toBe(403)
  expect(await refused({ 'sec-fetch-site': 'same-origin', origin: url })).toBe(200)
  for (const trace of ['x-forwarded-for', 'forwarded', 'x-real-ip', 'via'])
    expect(await refused({ [trace]: '203.0.113.9' }), trace).toBe(403)
  // A name that somebody's DNS points at this computer is another site's.
  expect(await underName(url, 'evil.example')).toBe(403)
  expect(await underName(url, 'localhost')).toBe(200)
  const open = await serve(`${own}chat: { demo: true }`)
  expect(await underName(open, 'chat.example')).toBe(200)
  expect(await refused({ 'x-forwarded-for': '203.0.113.9' }, open)).toBe(200)
  expect(await refused({ origin: 'https://evil.example' }, open)).toBe(403)
})

test('[CP13] hosts that stand for this computer alone', () => {
  for (const host of ['localhost', '127.0.0.1', '127.1.2.3', '::1', '[::1]']) expect(isNear(host), host).toBe(true)
  for (const host of ['0.0.0.0', '::', '10.0.0.1', '127.0.0.1.example.com', 'localhost.example', ''])
    expect(isNear(host), host).toBe(false)
})

test('[CP12] ids of names have letters and digits, and at most 32 bytes', () => {
  expect(idOf('  Ann   Lee! ')).toBe('ann-lee')
  expect(idOf('小明')).toBe('小明')
  expect(idOf('--')).toBe('')
  expect(idOf('é'.repeat(40))).toBe('é'.repeat(16))
  expect(idOf(`${'a'.repeat(31)} b`)).toBe('a'.repeat(31))
})
