import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { parse } from 'yaml'
import { root } from './files.ts'
import flags from './node-flags.json' with { type: 'json' }

/** The credentials that the first start made. */
export interface Keys {
  appId: number
  tencentKey: string
  appKey: string
  appSecret: string
  accessKeyId: string
  secretAccessKey: string
}

/** A server in a process of its own. */
export interface StoryServer {
  url: string
  port: number
  pid: number
  /** Ends it as a power cut does: no handler runs, nothing is written any more. Resolves when it is gone. */
  kill(): Promise<void>
  /** Ends it in good order; by force if that takes longer than 5 seconds. */
  stop(): Promise<void>
}

/** Starts `src/main.ts` on a data folder; port 0 takes a free one. Rejects with what it said when it does not get ready. */
export async function startStoryServer(folder: string, port = 0): Promise<StoryServer> {
  const config = join(folder, 'magpie.yaml')
  writeFileSync(config, `store: ${JSON.stringify(`sqlite:${join(folder, 'data')}`)}\nlimits: off\nlog: warn\n`)
  // What is set outside is meant for somebody else's server.
  const outside = Object.entries(process.env).filter(([name]) => !name.startsWith('MAGPIE_'))
  const child = spawn(process.execPath, [...flags, join(root, 'src/main.ts')], {
    env: { ...Object.fromEntries(outside), MAGPIE_CONFIG: config, MAGPIE_PORT: String(port) },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const dieWithUs = () => child.kill('SIGKILL')
  process.prependOnceListener('exit', dieWithUs)
  const gone = once(child, 'exit').finally(() => process.off('exit', dieWithUs))
  const url = await readyUrl(child)
  return {
    url,
    port: Number(new URL(url).port),
    pid: child.pid as number,
    async kill() {
      child.kill('SIGKILL')
      await gone
    },
    async stop() {
      child.kill('SIGTERM')
      const late = setTimeout(() => child.kill('SIGKILL'), 5000)
      await gone
      clearTimeout(late)
    },
  }
}

function readyUrl(child: ChildProcess): Promise<string> {
  const said: string[] = []
  return new Promise((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr])
      createInterface({ input: stream as NodeJS.ReadableStream }).on('line', line => {
        said.push(line)
        const found = /^magpie: ready at (http:\S+)/.exec(line)?.[1]
        if (found) resolve(found)
      })
    child.once('close', code => reject(new Error(`the server ended with ${code}:\n${said.join('\n')}`)))
    child.once('error', reject)
  })
}

/** Reads the credentials that a server keeps in its data folder. */
export function readStoryKeys(folder: string, data = 'data'): Keys {
  const { accounts } = parse(readFileSync(join(folder, data, 'keys.yaml'), 'utf8'))
  const [{ keys, apps }] = accounts
  const [app] = apps
  return {
    appId: app.id,
    tencentKey: app.tencent.secretKey,
    ...app.netease,
    ...keys[0],
  }
}
