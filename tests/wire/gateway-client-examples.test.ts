import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { App } from '../../src/core/apps/model.ts'
import type { Call } from '../../src/core/call.ts'
import { startDevice, type TestDevice } from '../support/device.ts'
import { nativeToken } from '../support/native.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { trusting } from '../support/trusting.ts'

let server: TestServer
let app: App
let devices: TestDevice[] = []
let programs: Program[] = []

/** An example in a process of its own. */
interface Program {
  process: ChildProcess
  /** All lines it wrote. */
  lines: string[]
  say(line: string): void
  ended: Promise<number | null>
}

beforeEach(async () => {
  // Examples sign in with tokens of the app's own making, the devices of the test without.
  server = await startServer({ signIns: [{ ...trusting, name: 'trusting' as never }] })
  app = server.apps[0] as App
  const rest: Call = { app, admin: true, origin: { dialect: 'native', via: 'rest' } }
  await server.core.users.save(
    rest,
    ['ann', 'ben'].map(id => ({ id })),
    { existing: 'update' },
  )
})

afterEach(async () => {
  for (const { process } of programs) process.kill('SIGKILL')
  await Promise.all(programs.map(program => program.ended))
  await Promise.all(devices.map(device => device.client.stop()))
  await server.stop()
  devices = []
  programs = []
})

async function online(user: string): Promise<TestDevice> {
  const credentials = { dialect: 'trusting', app: app.id, user, word: 'open' }
  const device = startDevice(server, app, user, { credentials })
  devices.push(device)
  await device.until('online')
  return device
}

function run(name: string, user: string, ...more: string[]): Program {
  const path = fileURLToPath(new URL(`../../client/examples/${name}.ts`, import.meta.url))
  const inputs = [server.url, String(app.id), nativeToken(app, user), ...more]
  const child = spawn(process.execPath, ['--no-warnings', path, ...inputs], { stdio: ['pipe', 'pipe', 'inherit'] })
  const lines: string[] = []
  let rest = ''
  child.stdout.setEncoding('utf8').on('data', data => {
    const parts = (rest + data).split('\n')
    rest = parts.pop() ?? ''
    lines.push(...parts)
  })
  const ended = new Promise<number | null>(resolve => child.on('close', resolve))
  const program = { process: child, lines, say: (line: string) => void child.stdin.write(`${line}\n`), ended }
  programs.push(program)
  return program
}

const patience = { timeout: 10_000 }
const textsOf = (device: TestDevice, conv: number) =>
  device.client.messages.local(conv).map(each => (each.parts?.[0] as { text?: string } | undefined)?.text)

test('[GW103] the echo bot answers messages and friend requests', async () => {
  const bot = run('echo-bot', 'bot')
  await expect.poll(() => bot.lines, patience).toContain('state: online ')
  const ann = await online('ann')
  expect(await ann.client.friends.add('bot', { ask: true })).toEqual({ became: 'asked' })
  await expect.poll(async () => (await ann.client.friends.list()).friends.map(each => each.user)).toEqual(['bot'])
  const { conv } = await ann.client.sendToUser('bot', 'hello')
  await ann.client.sendToUser('bot', 'again')
  await expect.poll(() => textsOf(ann, conv).sort(), patience).toEqual(['again', 'again', 'hello', 'hello'])
  bot.process.kill('SIGTERM')
  expect(await bot.ended).toBe(0)
  expect(bot.lines.at(-1)).toBe('state: stopped ')
})

test('[GW103] the group chat shows what is said, and what becomes of it', async () => {
  const ben = await online('ben')
  const chat = run('group-chat', 'ann', '', 'ben')
  await expect.poll(() => chat.lines[0], patience).toMatch(/^group: \d+$/)
  const conv = Number(chat.lines[0]?.slice(7))
  chat.say('hello all')
  await expect.poll(() => textsOf(ben, conv), patience).toEqual(['hello all'])
  await ben.client.messages.typing({ conv })
  await ben.client.sendToGroup(conv, 'hi ann')
  await ben.client.messages.react(conv, 1, '+1')
  await expect
    .poll(() => chat.lines.slice(1), patience)
    .toEqual(['1 ann: hello all', 'ben writes …', '2 ben: hi ann', 'now 1 ann: hello all [+1 1]'])
  chat.say('/edit 1 hello everybody')
  chat.say('/edit 2 not mine')
  chat.say('/recall 1')
  await expect
    .poll(() => chat.lines.slice(5), patience)
    .toEqual(['now 1 ann: hello everybody (edited) [+1 1]', 'refused: group.role', 'now 1 ann: (recalled) (edited)'])
  await expect.poll(() => textsOf(ben, conv)).toEqual([undefined, 'hi ann'])
  chat.process.stdin?.end()
  expect(await chat.ended).toBe(0)
})

test('[GW103] the presence board shows who comes, goes and does something', async () => {
  const ben = await online('ben')
  const board = run('presence-board', 'ann', 'ben,cy')
  await expect.poll(() => board.lines, patience).toEqual(['ben: online', 'nobody knows cy'])
  await ben.client.presence.setStatus('cooking')
  await expect.poll(() => board.lines.at(-1), patience).toBe('ben: online (cooking)')
  await ben.client.stop()
  await expect.poll(() => board.lines.at(-1), patience).toBe('ben: offline')
  board.process.kill('SIGTERM')
  expect(await board.ended).toBe(0)
  expect(await server.core.presence.watching.list(app.id, 'ann', { limit: 10 })).toMatchObject({ found: [] })
})
