import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import flags from '../scripts/node-flags.json' with { type: 'json' }

const here = fileURLToPath(new URL('.', import.meta.url))

/** A server under measurement, in a process of its own. */
export interface Subject {
  process: ChildProcess
  port: number
  /** Processor time used so far, in seconds. */
  cpu(): number
  stop(): Promise<void>
}

/** Starts a TypeScript server file and waits for the line that names its port. */
export async function startSubject(
  file: string,
  env: Record<string, string> = {},
  args: string[] = [],
): Promise<Subject> {
  // MAGPIE_PROFILE names a folder that takes a CPU profile of each thread of the server.
  const profile = process.env.MAGPIE_PROFILE ? ['--cpu-prof', `--cpu-prof-dir=${process.env.MAGPIE_PROFILE}`] : []
  const child = spawn(process.execPath, [...flags, ...profile, file, ...args], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const port = await new Promise<number>((resolve, reject) => {
    child.once('exit', code => reject(new Error(`${file} ended with ${code}`)))
    createInterface({ input: child.stdout as NodeJS.ReadableStream }).on('line', line => {
      const found = /(?:port |:)(\d{4,5})\b/.exec(line)
      if (found) resolve(Number(found[1]))
    })
  })
  return {
    process: child,
    port,
    cpu: () => cpuSeconds(child.pid as number),
    async stop() {
      const gone = new Promise(resolve => child.once('exit', resolve))
      child.kill('SIGTERM')
      await gone
    },
  }
}

function cpuSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
  return (Number(fields[11]) + Number(fields[12])) / 100
}

/** What the generator measured; times in ms. */
export interface Measured {
  ok: number
  failed: number
  seen: number
  /** Answered with success over the whole run, warm-up and end included. */
  acked: number
  /** Of a paced run: requests that were due, and answers within the deadline. */
  offered: number
  intime: number
  seconds: number
  p50: number
  p99: number
  max: number
  /** Cores that the subject used while it was measured. */
  serverCpu: number
}

/** Compiles the generator if it is older than its source. Needs a C compiler and Linux. */
export function buildGenerator(): string {
  const source = join(here, 'load.c')
  const folder = join(here, 'build')
  const binary = join(folder, 'load')
  if (existsSync(binary) && statSync(binary).mtimeMs > statSync(source).mtimeMs) return binary
  mkdirSync(folder, { recursive: true })
  const built = spawnSync('cc', ['-O2', '-o', binary, source], { stdio: 'inherit' })
  if (built.status !== 0)
    throw new Error('the load generator needs a C compiler on Linux: apt-get install gcc libc6-dev')
  return binary
}

let runs = 0

/** Runs the generator once against a subject; `measuring` is called when all are connected and warm. */
export async function load(
  generator: string,
  subject: Subject,
  orders: string[],
  measuring?: () => void,
): Promise<Measured> {
  const file = join(tmpdir(), `magpie-load-${process.pid}-${Date.now()}`)
  // Numbers that were used against a server before would make the same message once more, which is no message.
  const serial = runs++ * 50_000_000
  writeFileSync(file, `port ${subject.port}\nserial ${serial}\n${orders.join('\n')}\n`)
  const child = spawn(generator, [file], { stdio: ['ignore', 'pipe', 'pipe'] })
  let from = 0
  let used = 0
  createInterface({ input: child.stderr }).on('line', line => {
    if (line === 'measuring') {
      from = subject.cpu()
      measuring?.()
    } else if (line === 'measured') used = subject.cpu() - from
    else console.error(line)
  })
  let output = ''
  child.stdout.on('data', data => {
    output += data
  })
  const code = await new Promise(resolve => child.once('close', resolve))
  rmSync(file, { force: true })
  if (code !== 0) throw new Error(`the load generator ended with ${code}`)
  const measured = JSON.parse(output) as Omit<Measured, 'serverCpu'>
  return { ...measured, serverCpu: used / measured.seconds }
}
