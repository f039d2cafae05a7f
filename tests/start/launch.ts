import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { root } from '../../scripts/files.ts'

/** A real process of the server, or of one of its commands. */
export interface Launched {
  process: ChildProcess
  /** Everything it wrote so far. */
  out(): string
  err(): string
  /** The addresses of its line that says it is ready; rejects when it ends before. */
  ready: Promise<string[]>
  /** Its exit code, or the signal that ended it. */
  ended: Promise<number | string>
}

/** How to start it. */
export interface LaunchOptions {
  args?: string[]
  env?: Record<string, string>
  /** Through this file instead of Node with `src/main.ts`. */
  through?: string[]
}

/** A folder of its own to start in, where `magpie.yaml` and `data` are found by themselves. */
export interface Place {
  folder: string
  configure(yaml: string): void
  launch(options?: LaunchOptions): Launched
  /** Ends what still runs and removes the folder. */
  clean(): Promise<void>
}

const node = [process.execPath, '--disable-warning=ExperimentalWarning']

/** Makes such a folder; without another configuration the server takes any free port. */
export function makePlace(): Place {
  const folder = mkdtempSync(join(tmpdir(), 'magpie-start-'))
  const running = new Set<Launched>()
  const configure = (yaml: string) => writeFileSync(join(folder, 'magpie.yaml'), yaml)
  configure('listen: { port: 0 }\n')
  return {
    folder,
    configure,
    launch(options = {}) {
      const launched = launch(folder, options)
      running.add(launched)
      launched.ended.then(() => running.delete(launched))
      return launched
    },
    async clean() {
      await Promise.all(
        [...running].map(each => {
          each.process.kill('SIGKILL')
          return each.ended
        }),
      )
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

function launch(folder: string, { args = [], env = {}, through }: LaunchOptions): Launched {
  const [program = '', ...rest] = through ?? [...node, join(root, 'src/main.ts')]
  const outside = Object.entries(process.env).filter(([name]) => !name.startsWith('MAGPIE_'))
  const child = spawn(program, [...rest, ...args], {
    cwd: folder,
    env: { ...Object.fromEntries(outside), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let out = ''
  let err = ''
  child.stderr.on('data', data => {
    err += data
  })
  const ended = once(child, 'close').then(([code, signal]) => code ?? signal)
  const ready = new Promise<string[]>((resolve, reject) => {
    child.stdout.on('data', data => {
      out += data
      const line = /^magpie: ready at (.*) \(store/m.exec(out)
      if (line) resolve(line[1]?.split(' and ') ?? [])
    })
    ended.then(code => reject(new Error(`ended with ${code}: ${err}${out}`)))
  })
  ready.catch(() => {})
  return { process: child, out: () => out, err: () => err, ready, ended }
}
