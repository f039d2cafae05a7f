import { existsSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { type BrowserContext, chromium } from 'playwright-core'

/** A real browser, and a site of its own that serves the chat app. */
export interface Browser {
  context: BrowserContext
  site: string
  close(): Promise<void>
}

const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/** Starts Chromium with an empty profile in a folder; throws when there is none. */
export async function startBrowser(folder: string): Promise<Browser> {
  const site = await serveChat()
  const context = await launchChromium(folder)
  return {
    context,
    site: site.url,
    async close() {
      await context.close()
      await site.close()
    },
  }
}

/** Starts Chromium alone; `options` are what differs from a desktop's window. */
export function launchChromium(folder: string, options: LaunchOptions = {}): Promise<BrowserContext> {
  const executablePath = pathOf('chromium')
  return chromium.launchPersistentContext(folder, { ...options, executablePath, headless: true, args: flags })
}

type LaunchOptions = NonNullable<Parameters<typeof chromium.launchPersistentContext>[1]>

function pathOf(program: string): string {
  const paths = (process.env.PATH ?? '').split(delimiter).map(folder => join(folder, program))
  const found = paths.find(existsSync)
  if (!found) throw new Error(`this test needs ${program}: apt-get install ${program}`)
  return found
}

/** Serves one page with the chat app, on a free port of loopback. */
async function serveChat(): Promise<{ url: string; close(): Promise<void> }> {
  const entry = fileURLToPath(new URL('./chat.ts', import.meta.url))
  const built = await build({ entryPoints: [entry], bundle: true, format: 'esm', platform: 'browser', write: false })
  const script = built.outputFiles[0]?.text ?? ''
  const page =
    '<!doctype html><meta charset="utf-8"><title>chat</title><body></body><script type="module" src="/chat.js"></script>'
  const server = createServer((request, reply) => {
    const isScript = request.url === '/chat.js'
    reply.setHeader('content-type', isScript ? 'text/javascript' : 'text/html')
    reply.end(isScript ? script : page)
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.closeAllConnections()
      await new Promise(resolve => server.close(resolve))
    },
  }
}
