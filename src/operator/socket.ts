import { once } from 'node:events'
import { existsSync, lstatSync, rmSync } from 'node:fs'
import type { Server } from 'node:http'
import { connect } from 'node:net'
import { dirname } from 'node:path'

/** Longer paths do not fit into a socket's address on every system. */
export const longestPath = 100

/** Why there can be no socket at a path; undefined when there can. */
export function unfit(path: string, platform: NodeJS.Platform = process.platform): string | undefined {
  const bytes = Buffer.byteLength(path)
  if (platform === 'win32') return 'Windows has no such sockets'
  return bytes > longestPath ? `its path has ${bytes} bytes, and ${longestPath} are possible: ${path}` : undefined
}

/**
 * Lets a server listen at a Unix socket that only this process's user can connect to. What a killed process left there is
 * replaced; rejects when a process still listens there, or when a file stands there that is no socket.
 */
export async function listenAt(server: Server, path: string): Promise<void> {
  const folder = dirname(path)
  if (!existsSync(folder)) throw refusal('ENOENT', `there is no folder ${folder}`)
  const there = lstatSync(path, { throwIfNoEntry: false })
  if (there && !there.isSocket()) throw refusal('EEXIST', `${path} is there, and is no socket`)
  if (there && (await answers(path))) throw refusal('EADDRINUSE', `another process listens at ${path}`)
  if (there) rmSync(path, { force: true })
  const listening = once(server, 'listening')
  // Never open for others, not even for the moment that changing its mode afterwards would take.
  const before = process.umask(0o177)
  try {
    server.listen(path)
  } finally {
    process.umask(before)
  }
  await listening
}

function answers(path: string): Promise<boolean> {
  return new Promise(resolve => {
    const socket = connect(path)
    const end = (answer: boolean) => {
      socket.destroy()
      resolve(answer)
    }
    socket.once('connect', () => end(true))
    socket.once('error', () => end(false))
  })
}

/** In the form of the system's own refusals. */
function refusal(code: string, text: string): Error {
  return Object.assign(new Error(`operator: ${text}`), { code, syscall: 'listen' })
}
