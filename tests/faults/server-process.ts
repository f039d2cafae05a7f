import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parse, stringify } from 'yaml'
import type { Account, App } from '../../src/core/apps/model.ts'
import { testAccount } from '../support/server.ts'

/** The whole server in a process of its own, as an operator runs it. */
export interface ServerProcess {
  url: string
  port: number
  /** Its own process id, also when another program runs it. */
  pid: number
  accounts: Account[]
  app: App
  /** All it said so far. */
  said(): string
  /** Ends it and waits until it is gone; SIGKILL unless said otherwise. */
  end(signal?: NodeJS.Signals): Promise<void>
}

/** How to run it. */
export interface RunOptions {
  durability?: 'full' | 'relaxed'
  /** A program that runs it, with its arguments. */
  under?: string[]
  /** Any free one by default. */
  port?: number
}

const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url))

/** Where the data of a server in `folder` is. */
export const dataOf = (folder: string) => join(folder, 'data')

/** Starts the server on a folder, whose credentials stay the same; rejects with what it said if it does not get ready. */
export async function startServerProcess(folder: string, options: RunOptions = {}): Promise<ServerProcess> {
  const accounts = accountsOf(folder)
  const { child, said } = spawnServer(folder, options)
  const gone = once(child, 'close')
  const url = await readyUrl(child, said)
  const pid = Number(readFileSync(join(dataOf(folder), 'lock.pid'), 'utf8'))
  dieWithUs(child, pid)
  return {
    url,
    port: Number(new URL(url).port),
    pid,
    accounts,
    app: accounts[0]?.apps[0] as App,
    said,
    async end(signal = 'SIGKILL') {
      kill(pid, signal)
      await gone
    },
  }
}

/** Runs the server on a folder without waiting for anything. */
export function spawnServer(folder: string, options: RunOptions = {}): { child: ChildProcess; said(): string } {
  const config = join(folder, 'magpie.yaml')
  writeFileSync(config, stringify(configOf(folder, options)))
  const command = [...(options.under ?? []), process.execPath, '--disable-warning=ExperimentalWarning', main]
  // What is set outside is meant for somebody else's server.
  const outside = Object.entries(process.env).filter(([name]) => !/^(MAGPIE|VITEST|NODE)_/.test(name))
  const child = spawn(command[0] as string, command.slice(1), {
    env: { ...Object.fromEntries(outside), MAGPIE_CONFIG: config },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  dieWithUs(child, child.pid as number)
  let text = ''
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (data: Buffer) => {
      text += data
    })
  return { child, said: () => text }
}

function configOf(folder: string, { durability = 'full', port = 0 }: RunOptions): object {
  const accounts = accountsOf(folder).map(account => ({
    ...account,
    keys: account.keys.map(({ account: _, ...key }) => key),
    apps: account.apps.map(({ account: _, ...app }) => app),
  }))
  return { listen: { port }, store: `sqlite:${dataOf(folder)}`, durability, limits: 'off', log: 'silent', accounts }
}

function accountsOf(folder: string): Account[] {
  const file = join(folder, 'accounts.yaml')
  if (!existsSync(file)) writeFileSync(file, stringify([testAccount(2100000001, 1)]))
  return parse(readFileSync(file, 'utf8'))
}

async function readyUrl(child: ChildProcess, said: () => string): Promise<string> {
  return new Promise((resolve, reject) => {
    child.stdout?.on('data', () => {
      const found = /^magpie: ready at (http:\S+)/m.exec(said())?.[1]
      if (found) resolve(found)
    })
    child.once('error', reject)
    child.once('close', code => reject(new Error(`the server ended with ${code}: ${said()}`)))
  })
}

/** Nothing that a failed test left running outlives the tests. */
function dieWithUs(child: ChildProcess, pid: number): void {
  const die = () => kill(pid, 'SIGKILL')
  process.once('exit', die)
  child.once('close', () => process.off('exit', die))
}

function kill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch (error) {
    // It is gone already.
    if ((error as { code?: string }).code !== 'ESRCH') throw error
  }
}
