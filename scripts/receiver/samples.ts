import { createHash } from 'node:crypto'

/** A webhook as a vendor would send it, for tests. */
export interface Sample {
  /** What follows the address: path and query. */
  path: string
  headers: Record<string, string>
  body: string
}

const hex = (algorithm: string, text: string) => createHash(algorithm).update(text).digest('hex')

/** A webhook of Tencent; signed when a token is given. `time` is in seconds. */
export function tencentSample(
  command: string,
  fields: object = {},
  { token, time = Math.floor(Date.now() / 1000) }: { token?: string; time?: number } = {},
): Sample {
  const query = new URLSearchParams({
    SdkAppid: '1400000001',
    CallbackCommand: command,
    contenttype: 'json',
    ClientIP: '192.0.2.7',
    OptPlatform: 'RESTAPI',
    ...(token !== undefined && { Sign: hex('sha256', `${token}${time}`), RequestTime: String(time) }),
  })
  return sample({ CallbackCommand: command, ...fields }, {}, `/?${query}`)
}

/** A callback (`eventType` is a number) or a copy (a text) of NetEase. */
export function neteaseSample(eventType: number | string, fields: object = {}, appSecret = ''): Sample {
  const body = JSON.stringify({ eventType, ...fields })
  const [MD5, CurTime] = [hex('md5', body), String(Date.now())]
  const headers = { AppKey: 'key-1', CurTime, MD5, CheckSum: hex('sha1', appSecret + MD5 + CurTime) }
  return { path: '/', headers: { 'Content-Type': 'application/json', ...headers }, body }
}

/** An event of Volcengine. */
export function volcengineSample(EventType: string, data: object, secret = '', EventId = 'event-1'): Sample {
  const event = {
    EventType,
    EventData: JSON.stringify(data),
    EventTime: '2026-01-02T03:04:05Z',
    EventId,
    AppId: '1400000001',
    Version: '2020-12-01',
    Nonce: '7391',
  }
  // The texts of these samples are ASCII, where the usual order is that of bytes.
  const Signature = hex('sha256', [...Object.values(event), secret].sort().join(''))
  return sample({ ...event, Signature })
}

const sample = (body: object, headers = {}, path = '/'): Sample => ({
  path,
  headers: { 'Content-Type': 'application/json', ...headers },
  body: JSON.stringify(body),
})

/** Posts it; redirects are not followed. */
export function post(url: string, { path, headers, body }: Sample): Promise<Response> {
  return fetch(url + path, { method: 'POST', headers, body, redirect: 'manual' })
}
