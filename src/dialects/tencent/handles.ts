import { createHash } from 'node:crypto'
import type { Core } from '../../core/core.ts'
import type { Message } from '../../core/model.ts'
import { writeJson } from '../../lib/json.ts'
import { Refusal } from '../dialect.ts'
import { seconds } from './shapes.ts'

/** How Tencent names a one-to-one message: `<MsgSeq>_<MsgRandom>_<MsgTime>`, with both numbers from the sender. */
export interface MsgKey {
  MsgSeq: number
  MsgRandom: number
  MsgTime: number
}

type Named = Pick<Message, 'id' | 'origin' | 'client' | 'shown'>

const two32 = 2 ** 32

/** The client id that keeps a sender's numbers: they outlive the content, so that a recalled message keeps its key. */
export function directClientId(MsgRandom: number, MsgSeq: number | undefined): string {
  return MsgSeq === undefined ? `${MsgRandom}` : `${MsgRandom}/${MsgSeq}`
}

/** The client id of a group message: same sender, same content, same Random is the same message. */
export function groupClientId(Random: number, MsgBody: unknown, CloudCustomData: string | undefined): string {
  const content = createHash('sha256')
    .update(writeJson([MsgBody, CloudCustomData]))
    .digest('base64url')
  return `${Random}#${content.slice(0, 11)}`
}

/** A MsgSeq for a message to many, whose sender gave none: it must be the same for all and for a repeat. */
export function sharedSeq(from: string, MsgRandom: number): number {
  return createHash('sha256').update(`${MsgRandom}/${from}`).digest().readUInt32BE()
}

/**
 * The numbers of any message. What the sender did not bring comes from the id, invertibly:
 * MsgSeq = id mod 2^32, MsgRandom = id div 2^32.
 */
export function keyOf(message: Named): MsgKey {
  const own = message.origin.dialect === 'tencent' && message.origin.via === 'rest' ? message.client : undefined
  const [, random, seq] = /^(\d+)(?:\/(\d+))?(?:#.*)?$/.exec(own ?? '') ?? []
  return {
    MsgSeq: seq === undefined ? message.id % two32 : Number(seq),
    MsgRandom: random === undefined ? Math.floor(message.id / two32) : Number(random),
    MsgTime: seconds(message.shown),
  }
}

/** The key as text. */
export function textOf({ MsgSeq, MsgRandom, MsgTime }: MsgKey): string {
  return `${MsgSeq}_${MsgRandom}_${MsgTime}`
}

/** The other name of a message, by which clients know it. */
export function msgIdOf(sender: string, { MsgRandom, MsgTime }: MsgKey): string {
  return `${sender}-${MsgTime}-${MsgRandom}`
}

/** Reads a key; Refusal 90054 for what is none. */
export function readKey(text: string): MsgKey {
  const [, MsgSeq, MsgRandom, MsgTime] = /^(\d{1,10})_(\d{1,10})_(\d{1,12})$/.exec(text) ?? []
  if (MsgTime === undefined) throw new Refusal(90054, 'MsgKey is not <MsgSeq>_<MsgRandom>_<MsgTime>')
  return { MsgSeq: Number(MsgSeq), MsgRandom: Number(MsgRandom), MsgTime: Number(MsgTime) }
}

/**
 * The message of a conversation with this key, if it is still there. Only the messages of its second are looked at. Of
 * several the oldest, so that pages which go on from a key never come round to it again.
 */
export async function findByKey(core: Core, conv: number, text: string, sender?: string): Promise<Message | undefined> {
  const { MsgTime } = readKey(text)
  const [from, to] = [MsgTime * 1000, MsgTime * 1000 + 999]
  const accept = (message: Message) =>
    textOf(keyOf(message)) === text && (sender === undefined || message.sender === sender)
  let after: { shown: number; seq: number } | undefined
  for (;;) {
    const page = await core.history.read(
      { id: conv },
      { by: 'time', from, to, after, limit: 1, reverse: false, accept },
    )
    const found = page.messages[0]
    if (found || !page.next) return found
    after = page.next
  }
}
