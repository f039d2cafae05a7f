import { createHash, randomBytes } from 'node:crypto'
import type { App } from '../../src/core/apps/model.ts'
import { readExact } from './exact-json.ts'
import type { TestServer } from './server.ts'

/** What a test wants otherwise than a well-made call has it. */
export interface NeteaseOptions {
  method?: string
  /** Instead of `/nimserver/<key>`. */
  path?: string
  /** Over the right headers; undefined leaves one out. */
  headers?: Record<string, string | undefined>
  /** Instead of the form made of the fields. */
  body?: string | Uint8Array<ArrayBuffer>
  /** Seconds since 1970, instead of now. */
  curTime?: number
}

/** Calls a NetEase V1 operation over HTTP with the app's real CheckSum; `fields` are the form's. */
export async function callNetease(
  server: Pick<TestServer, 'url'>,
  app: App,
  key: string,
  fields: unknown,
  options: NeteaseOptions = {},
): Promise<{ status: number; body: unknown }> {
  const method = options.method ?? 'POST'
  const reply = await fetch(`${server.url}${options.path ?? `/nimserver/${key}`}`, {
    method,
    headers: headersFor(app, options),
    body: method === 'GET' ? undefined : (options.body ?? form(fields as Record<string, unknown>)),
  })
  return { status: reply.status, body: readExact(await reply.text()) }
}

function headersFor(app: App, options: NeteaseOptions): Record<string, string> {
  const { appKey, appSecret } = app.netease as { appKey: string; appSecret: string }
  const nonce = randomBytes(8).toString('hex')
  const curTime = String(options.curTime ?? Math.floor(Date.now() / 1000))
  const given = { Nonce: nonce, CurTime: curTime, ...options.headers }
  const sum = createHash('sha1').update(`${appSecret}${given.Nonce}${given.CurTime}`).digest('hex')
  const all = {
    AppKey: appKey,
    CheckSum: sum,
    'Content-Type': 'application/x-www-form-urlencoded;charset=utf-8',
    ...given,
  }
  return Object.fromEntries(Object.entries(all).filter((pair): pair is [string, string] => pair[1] !== undefined))
}

function form(fields: Record<string, unknown>): string {
  return new URLSearchParams(Object.entries(fields).map(([name, value]) => [name, String(value)])).toString()
}
