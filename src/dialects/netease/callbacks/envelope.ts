import { createHash } from 'node:crypto'
import type { App, Webhook } from '../../../core/apps/model.ts'
import { writeJson } from '../../../lib/json.ts'
import type { Outgoing, Post } from '../../callbacks.ts'

/**
 * The POST that carries a body: the MD5 of its bytes, and with the app's secret the CheckSum over that and the time (ms).
 * A message's `env` chooses among the back end's addresses.
 */
export function posted(app: App, webhook: Webhook, { body, route }: Outgoing, contentType: string): Post {
  const text = writeJson(body)
  const url = (route && Object.hasOwn(webhook.urls, route) ? webhook.urls[route] : undefined) ?? webhook.url
  return { url, headers: { 'content-type': contentType, ...proofOf(app, text, String(Date.now())) }, body: text }
}

function proofOf({ netease }: App, text: string, CurTime: string): Record<string, string> {
  const MD5 = createHash('md5').update(text).digest('hex')
  if (!netease) return { CurTime, MD5 }
  return { AppKey: netease.appKey, CurTime, MD5, CheckSum: bodySum(netease.appSecret, MD5, CurTime) }
}

/** `lower_hex(SHA1(AppSecret + MD5 + CurTime))`; there is no Nonce. */
export function bodySum(appSecret: string, md5: string, curTime: string): string {
  return createHash('sha1').update(`${appSecret}${md5}${curTime}`).digest('hex')
}
