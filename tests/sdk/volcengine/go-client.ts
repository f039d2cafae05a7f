import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { writeJson } from '../../../src/lib/json.ts'
import { readExact } from '../../support/exact-json.ts'
import type { TestServer } from '../../support/server.ts'
import { firstKey } from '../../support/volcengine.ts'
import type { Ask } from './client.ts'
import { goBody } from './go-form.ts'

/** What the vendor's Go client sent and got: the bodies as they were, and what the client made of its own struct. */
export interface GoAnswer {
  sent: unknown
  // biome-ignore lint/suspicious/noExplicitAny: tests look into it freely
  raw: any
  // biome-ignore lint/suspicious/noExplicitAny: as above
  typed?: any
  error?: string
}

/** Back ends that call through the vendor's Go client, unmodified but for host and keys. */
export interface GoClients {
  ask: Ask
  /** Of each action: the answers that the client read into its own structs, each with `goBody` of the call. */
  typed: ReadonlyMap<string, (GoAnswer & { form: unknown })[]>
  close(): void
}

/** Builds the program in `go/` with the Go of this machine. Throws with what Go says when it cannot. */
export function buildGoClients(): GoClients {
  const folder = mkdtempSync(join(tmpdir(), 'magpie-go-'))
  const program = join(folder, 'client')
  const source = join(import.meta.dirname, 'go')
  // A machine that has Go need not have a C compiler.
  const env = { ...process.env, CGO_ENABLED: '0' }
  const built = spawnSync('go', ['build', '-o', program, '.'], { cwd: source, env, encoding: 'utf8' })
  if (built.status !== 0) throw new Error(`go build: ${built.error?.message ?? built.stderr}`)
  const clients = new Map<TestServer, GoClient>()
  const typed = new Map<string, (GoAnswer & { form: unknown })[]>()
  return {
    typed,
    async ask(back, action, body) {
      const { accessKeyId, secretKey } = firstKey(back.server, back.app)
      const client =
        clients.get(back.server) ?? start(program, [`127.0.0.1:${back.server.port}`, accessKeyId, secretKey])
      clients.set(back.server, client)
      const answer = await client.call(action, body)
      const form = readExact(goBody(action, body))
      if (answer.typed !== undefined) typed.set(action, [...(typed.get(action) ?? []), { ...answer, form }])
      return answer.raw
    },
    close() {
      for (const client of clients.values()) client.process.kill()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

interface GoClient {
  process: ChildProcess
  call(action: string, body: object): Promise<GoAnswer>
}

function start(program: string, args: string[]): GoClient {
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'inherit'] })
  const waiting: ((answer: GoAnswer) => void)[] = []
  createInterface({ input: child.stdout }).on('line', line => waiting.shift()?.(readExact(line) as GoAnswer))
  return {
    process: child,
    call(action, body) {
      child.stdin.write(`${writeJson({ action, body })}\n`)
      return new Promise(resolve => waiting.push(resolve))
    },
  }
}

/** The fields of an answer that the client's struct does not have; throws where it holds another value. */
export function unknownToGo(raw: unknown, typed: unknown, name = ''): string[] {
  if (Array.isArray(raw) && Array.isArray(typed)) {
    if (raw.length !== typed.length) throw new Error(`${name}: ${raw.length} items became ${typed.length}`)
    return raw.flatMap((each, i) => unknownToGo(each, typed[i], `${name}[]`))
  }
  if (isObject(raw) && isObject(typed))
    return Object.entries(raw).flatMap(([key, value]) =>
      // What is empty is left out, whether the struct has it or not.
      key in typed || isEmpty(value) ? unknownToGo(value, typed[key], `${name}.${key}`) : [`${name}.${key}`],
    )
  if (isEmpty(raw) && isEmpty(typed)) return []
  if (raw !== typed) throw new Error(`${name}: ${String(raw)} became ${String(typed)}`)
  return []
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isEmpty(value: unknown): boolean {
  if (Array.isArray(value)) return value.length === 0
  if (isObject(value)) return Object.keys(value).length === 0
  return value === undefined || value === null || value === 0 || value === '' || value === false
}
