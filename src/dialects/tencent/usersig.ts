import { createHmac, timingSafeEqual } from 'node:crypto'
import { inflateSync } from 'node:zlib'
import { z } from 'zod'
import type { App } from '../../core/apps/model.ts'
import { Refusal } from '../dialect.ts'

/** What a UserSig says (TLSSigAPIv2, `model.md` §2). Times in seconds; `expire` is a duration. */
export interface Ticket {
  identifier: string
  sdkappid: number
  time: number
  expire: number
  userbuf?: string
  sig: string
}

/** A real one has some 250 characters; this leaves room for any userbuf. */
const longest = 4096
/** A document larger than this is no ticket, whatever it inflates to. */
const largest = 8192

const second = z.int().min(0)
const form = z.object({
  'TLS.ver': z.literal('2.0'),
  'TLS.identifier': z.string().min(1),
  'TLS.sdkappid': z.int().min(0),
  'TLS.time': second,
  'TLS.expire': second,
  'TLS.userbuf': z.string().optional(),
  'TLS.sig': z.string().min(1),
})

/** Reads a UserSig without believing it: Refusal 70003 when it cannot be decoded, 70005 when it is no ticket. */
export function readUserSig(text: string): Ticket {
  const read = form.safeParse(documentOf(text))
  if (!read.success) throw new Refusal(70005, 'the UserSig holds no ticket')
  const fields = read.data
  return {
    identifier: fields['TLS.identifier'],
    sdkappid: fields['TLS.sdkappid'],
    time: fields['TLS.time'],
    expire: fields['TLS.expire'],
    userbuf: fields['TLS.userbuf'],
    sig: fields['TLS.sig'],
  }
}

function documentOf(text: string): unknown {
  const inflated = inflate(text)
  try {
    return JSON.parse(inflated)
  } catch {
    throw new Refusal(70005, 'the UserSig holds no JSON')
  }
}

function inflate(text: string): string {
  if (text.length > longest || !/^[\w*-]+$/.test(text)) throw new Refusal(70003, 'the UserSig is not decodable')
  const base64 = text.replace(/[*_-]/g, char => (char === '*' ? '+' : char === '-' ? '/' : '='))
  try {
    // A ticket fits one small chunk; the usual ones would leave megabytes behind when thousands sign in at once.
    const options = { maxOutputLength: largest, chunkSize: 1024 }
    return inflateSync(Buffer.from(base64, 'base64'), options).toString()
  } catch {
    throw new Refusal(70003, 'the UserSig is not decodable')
  }
}

/** The MAC that the holder of a key gives a ticket. The key is the text that the console shows, not the bytes it spells. */
export function signatureOf(ticket: Omit<Ticket, 'sig'>, secretKey: string): Buffer {
  const lines = [
    `TLS.identifier:${ticket.identifier}`,
    `TLS.sdkappid:${ticket.sdkappid}`,
    `TLS.time:${ticket.time}`,
    `TLS.expire:${ticket.expire}`,
  ]
  if (ticket.userbuf !== undefined) lines.push(`TLS.userbuf:${ticket.userbuf}`)
  return createHmac('sha256', secretKey)
    .update(`${lines.join('\n')}\n`)
    .digest()
}

/**
 * The ticket of a UserSig that an app's key signed for this user. Refusal: 70003 and 70005 for what is none, 70014 for
 * another app's, 70013 for another user's, 70016 for an app without a key, 70009 for a wrong MAC. Says nothing of time.
 */
export function verifyUserSig(app: App, userId: string, text: string): Ticket {
  const ticket = readUserSig(text)
  if (ticket.sdkappid !== app.id) throw new Refusal(70014, 'the UserSig was made for another SDKAppID')
  if (ticket.identifier !== userId) throw new Refusal(70013, 'the UserSig was made for another UserID')
  if (!app.tencent) throw new Refusal(70016, 'the app has no key')
  const mac = Buffer.from(ticket.sig, 'base64')
  const expected = signatureOf(ticket, app.tencent.secretKey)
  if (mac.length !== expected.length || !timingSafeEqual(mac, expected))
    throw new Refusal(70009, 'the UserSig was not signed with the key of the app')
  return ticket
}
