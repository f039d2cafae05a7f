import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { root } from './files.ts'
import flags from './node-flags.json' with { type: 'json' }

/** How a program ended, and what it wrote to both outputs. */
export interface Ended {
  code: number
  output: string
}

/** Programs of the lockfile come before the machine's, so that all run on the Node of the lockfile. */
const env = {
  ...process.env,
  PATH: [join(root, 'node_modules/.bin'), process.env.PATH].join(delimiter),
}

/** Runs a program in the repository and gathers its output; a program that cannot be started ends with 127. */
export function run(program: string, args: string[], variables: Record<string, string> = {}): Promise<Ended> {
  return start(program, args, false, variables)
}

/** Runs a program in the repository with this terminal; gives its exit code. */
export async function show(program: string, args: string[], variables: Record<string, string> = {}): Promise<number> {
  return (await start(program, args, true, variables)).code
}

function start(program: string, args: string[], shown: boolean, variables: Record<string, string>): Promise<Ended> {
  const { promise, resolve } = Promise.withResolvers<Ended>()
  const child = spawn(program, args, {
    cwd: root,
    env: { ...env, ...variables },
    stdio: shown ? 'inherit' : ['ignore', 'pipe', 'pipe'],
    shell: process.platform === 'win32',
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk: Buffer) => {
      output += chunk
    })
  child.on('error', error => resolve({ code: 127, output: `${program}: ${error.message}` }))
  child.on('close', (code, signal) => resolve({ code: code ?? (signal ? 1 : 0), output }))
  return promise
}

/** Whether a program can be found. */
export function has(program: string): boolean {
  return (env.PATH ?? '').split(delimiter).some(folder => existsSync(join(folder, program)))
}

/** The Node that runs this, with the flags of scripts/run.mjs. */
export const node: [string, string[]] = [process.execPath, flags]
