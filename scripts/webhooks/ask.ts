import { request } from 'node:http'
import { operatorPath, readConfig } from '../../src/config.ts'

/** A command that came to nothing; the message is one line for people. */
export class Refused extends Error {
  override name = 'Refused'
}

/** Puts one question to the server of this configuration and gives its answer. */
export type Ask = <T>(method: 'GET' | 'PUT' | 'POST' | 'DELETE', path: string, body?: object) => Promise<T>

/** Asks the server that the configuration found from here belongs to. Refused when there is none, or when it refuses. */
export const ask: Ask = async (method, path, body) => {
  const socketPath = operatorPath(readConfig(process.env))
  if (!socketPath)
    throw new Refused(
      'with "store: memory" a server has no folder for its socket: name one with "operator" in the configuration',
    )
  const { status, text } = await exchange(socketPath, method, path, body)
  const answer = read(text)
  if (status !== 200) throw new Refused(String(answer.error ?? `the server answered ${status}`))
  return answer as never
}

function exchange(socketPath: string, method: string, path: string, body: object | undefined) {
  return new Promise<{ status: number; text: string }>((resolve, reject) => {
    const text = body && JSON.stringify(body)
    const headers =
      text === undefined ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }
    const asked = request({ socketPath, method, path, headers }, response => {
      const chunks: Buffer[] = []
      response.on('data', chunk => chunks.push(chunk))
      response.on('error', reject)
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString() }))
    })
    asked.on('error', (error: NodeJS.ErrnoException) => reject(new Refused(whyNobody(error, socketPath))))
    asked.end(text)
  })
}

function whyNobody({ code, message }: NodeJS.ErrnoException, path: string): string {
  if (code === 'ENOENT' || code === 'ECONNREFUSED')
    return `no server is running with this configuration (nobody at ${path})`
  if (code === 'EACCES') return `only the user that the server runs as may use ${path}`
  return `the server does not answer at ${path}: ${message}`
}

function read(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text)
  } catch {
    throw new Refused(`the server's answer cannot be read: ${text.slice(0, 200)}`)
  }
}
