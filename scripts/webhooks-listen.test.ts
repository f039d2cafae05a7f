import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { request } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { parse } from 'yaml'
import { root } from './files.ts'
import { node } from './programs.ts'
import { openReceiver } from './receiver/receiver.ts'
import { neteaseSample, post, tencentSample, volcengineSample } from './receiver/samples.ts'

interface Command {
  process: ChildProcess
  out(): string
  err(): string
  ended: Promise<unknown>
}

let folder: string
const running: Command[] = []

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'magpie-webhooks-'))
})

afterEach(async () => {
  for (const each of running.splice(0)) {
    each.process.kill('SIGKILL')
    await each.ended
  }
  rmSync(folder, { recursive: true })
})

function listen(...args: string[]): Command {
  const [program, flags] = node
  const child = spawn(program, [...flags, join(root, 'scripts/webhooks-listen.ts'), ...args], { cwd: folder })
  const text = { out: '', err: '' }
  child.stdout.on('data', chunk => {
    text.out += chunk
  })
  child.stderr.on('data', chunk => {
    text.err += chunk
  })
  const ended = once(child, 'close').then(([code, signal]) => code ?? signal)
  const command = { process: child, out: () => stripVTControlCharacters(text.out), err: () => text.err, ended }
  running.push(command)
  return command
}

/** The address, once it listens. */
async function urlOf(read: () => string): Promise<string> {
  await vi.waitFor(() => expect(read()).toMatch(/ready at \S+\n/), { timeout: 10_000, interval: 20 })
  return /ready at (\S+)/.exec(read())?.[1] ?? ''
}

test.each(['SIGTERM', 'SIGINT'] as const)('says what to configure, shows what comes, and ends on %s', async signal => {
  const command = listen('--port', '0', '--tencent-token', 'to ken', '--rule', 'C2C.*: refuse 120001 no swearing')
  const url = await urlOf(command.out)
  await vi.waitFor(() => expect(command.out()).toContain('Signatures are not checked of: NetEase, Volcengine'))
  const yaml = /in the app:\n((?: .*\n)+)/.exec(command.out())?.[1] ?? ''
  const [tencent, netease] = parse(yaml).webhooks
  expect(tencent).toEqual({ kind: 'tencent', url, secret: 'to ken' })
  expect(netease).toEqual({ kind: 'netease', url })

  const sample = tencentSample('C2C.CallbackBeforeSendMsg', { MsgKey: '1_2_3' }, { token: 'to ken' })
  const reply = await (await post(url, sample)).json()
  expect(reply).toEqual({ ActionStatus: 'OK', ErrorCode: 120001, ErrorInfo: 'no swearing' })
  expect((await post(url, tencentSample('C2C.CallbackBeforeSendMsg', {}, { token: 'token' }))).status).toBe(401)
  await post(url, volcengineSample('RoomCreate', { RoomId: 'r1' }))
  await vi.waitFor(() => expect(command.out()).toContain('→ allow\n'))
  expect(command.out()).toMatch(/ {2}C2C\.CallbackBeforeSendMsg {2}verified\n[\s\S]*"MsgKey": "1_2_3"/)
  expect(command.out()).toContain('→ refuse 120001 no swearing\n')
  expect(command.out()).toContain('BAD (Sign is not SHA-256 of token + RequestTime)')
  expect(command.out()).toMatch(/RoomCreate {2}not verified\n[\s\S]*"EventData": \{\n\s+"RoomId": "r1"/)

  command.process.kill(signal)
  expect(await command.ended).toBe(0)
})

test('--json writes webhooks alone to stdout, and rules come from a file', async () => {
  writeFileSync(join(folder, 'rules.yaml'), "- callback/1: refuse 20001\n- '*: fail 500 times 1'\n")
  const secrets = ['--netease-secret', 'secret', '--volcengine-secret', 'callback']
  const command = listen('--port', '0', '--json', '--rules', 'rules.yaml', '--rule', 'callback/2: drop', ...secrets)
  const url = await urlOf(command.err)
  const callback = neteaseSample(1, {}, 'secret')
  expect(await (await post(url, callback)).json()).toEqual({ errCode: 1, responseCode: 20001 })
  expect(await (await post(url, neteaseSample(2, {}, 'secret'))).json()).toEqual({ errCode: 1 })
  const event = volcengineSample('x', {}, 'callback')
  expect((await post(url, event)).status).toBe(500)
  expect((await post(url, event)).status).toBe(200)
  await vi.waitFor(() => expect(command.out().split('\n')).toHaveLength(5))
  const lines = command.out().trimEnd().split('\n')
  expect(lines.map(line => JSON.parse(line))).toMatchObject([
    { id: 'callback/1', verified: 'good', answer: 'refuse 20001' },
    { id: 'callback/2', verified: 'good', answer: 'drop' },
    { id: 'callback/x', verified: 'good', answer: 'fail 500', seenBefore: false },
    { id: 'callback/x', verified: 'good', answer: 'allow', seenBefore: true },
  ])
})

test('--self-signed leaves a certificate that clients can trust', async () => {
  const command = listen('--port', '0', '--self-signed', 'cert.pem')
  const url = await urlOf(command.out)
  expect(url).toMatch(/^https:/)
  const ca = readFileSync(join(folder, 'cert.pem'), 'utf8')
  const { path, body } = tencentSample('a')
  const status = await new Promise((resolve, reject) => {
    const asked = request(url + path, { method: 'POST', ca }, response => resolve(response.statusCode))
    asked.on('error', reject).end(body)
  })
  expect(status).toBe(200)
})

test.each([
  [['--rule', '*: dance'], /"dance" is none of: allow/],
  [['--rules', 'nowhere.yaml'], /nowhere\.yaml/],
  [['--port', '70000'], /expected a whole number from 0 to 65535/],
  [['--cert', 'cert.pem'], /--cert and --key belong together/],
  [['--cert', 'cert.pem', '--key', 'key.pem'], /cannot read cert\.pem/],
])('%s is refused', async (args, said) => {
  const command = listen(...args)
  expect(await command.ended).toBe(1)
  expect(command.err()).toMatch(said)
})

test('a port that is taken is said in one line', async () => {
  const taken = await openReceiver()
  const command = listen('--port', String(taken.port))
  expect(await command.ended).toBe(1)
  expect(command.err()).toMatch(/^webhooks:listen: .*EADDRINUSE.*\n$/)
  await taken.stop()
})

test.each(['delay 60000', 'stream'])('ends at once while an answer with "%s" is still under way', async what => {
  const command = listen('--port', '0', '--rule', `*: ${what}`)
  const url = await urlOf(command.out)
  const answer = post(url, tencentSample('a')).then(response => response.text())
  const cut = expect(answer).rejects.toThrow()
  await vi.waitFor(() => expect(command.out()).toContain('→ '))
  command.process.kill('SIGTERM')
  const late = setTimeout(() => command.process.kill('SIGKILL'), 5_000)
  expect(await command.ended).toBe(0)
  clearTimeout(late)
  await cut
})
