import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { expect } from 'vitest'
import { stringify } from 'yaml'
import type { Received } from '../../scripts/receiver/received.ts'
import { openReceiver } from '../../scripts/receiver/receiver.ts'
import type { App } from '../../src/core/apps/model.ts'
import { testAccount } from '../support/server.ts'
import { callTencent } from '../support/tencent.ts'
import { type ServerProcess, startServerProcess } from './server-process.ts'

/** What the rounds were about, in numbers. */
export interface Tally {
  acknowledged: number
  /** Requests that the back end got. */
  told: number
  /** Those that were told again. */
  repeated: number
  /** Kills that found acknowledged messages of which the back end had not heard yet. */
  between: number
}

const writers = 12
const group = 'everybody'
const token = 'a token'
const events = ['C2C.CallbackAfterSendMsg', 'Group.CallbackAfterSendMsg']

/**
 * Kills a server under writers, again and again on the same folder, between commits and deliveries; expects that its
 * back end was told of every acknowledged message in the end, and in each conversation of none before an older one.
 */
export async function killWebhookRounds(folder: string, rounds: number): Promise<Tally> {
  const receiver = await openReceiver({ secrets: { tencent: token }, rules: ['*: delay 3 allow'], keep: 1_000_000 })
  const account = testAccount(2100000001, 1)
  const [app] = account.apps as [App]
  const webhook = { kind: 'tencent', url: receiver.url, secret: token, on: events, concurrency: 8 }
  const written = { ...account, apps: [{ ...app, webhooks: [webhook] }] }
  writeFileSync(join(folder, 'accounts.yaml'), stringify([written]))
  const acknowledged: string[] = []
  const heard = () => new Set(receiver.received.map(textOf))
  const missing = () => {
    const known = heard()
    return acknowledged.filter(text => !known.has(text))
  }
  let between = 0
  let server = await startServerProcess(folder)
  try {
    await settle(server)
    for (let round = 0; round < rounds; round++) {
      const began = acknowledged.length
      const working = Promise.all(Array.from({ length: writers }, (_, i) => write(server, i, round, acknowledged)))
      await expect.poll(() => acknowledged.length, { timeout: 20_000, interval: 5 }).toBeGreaterThan(began + 40)
      // Moments that differ from round to round, and are the same in every run.
      await delay(30 + ((((round + 1) * 0x9e3779b1) >>> 0) % 500))
      await server.end('SIGKILL')
      await working
      if (missing().length > 0) between++
      server = await startServerProcess(folder)
    }
    await expect.poll(missing, { timeout: 30_000, interval: 100 }).toEqual([])
    expectOrder(receiver.received)
    expect(receiver.received.filter(each => each.verified !== 'good')).toEqual([])
  } finally {
    await server.end('SIGKILL')
    await receiver.stop()
  }
  const told = receiver.received.length
  return { acknowledged: acknowledged.length, told, repeated: told - heard().size, between }
}

async function settle(server: ServerProcess): Promise<void> {
  const Accounts = Array.from({ length: writers }, (_, i) => [`w_${i}`, `r_${i}`]).flat()
  await demand(server, 'im_open_login_svc/multiaccount_import', { Accounts })
  const MemberList = Accounts.slice(1).map(Member_Account => ({ Member_Account }))
  const made = { Type: 'Public', GroupId: group, Name: group, Owner_Account: Accounts[0], MemberList }
  await demand(server, 'group_open_http_svc/create_group', made)
}

/** One writer says one thing after another until the server is gone: to their own reader, and to everybody. */
async function write(server: ServerProcess, i: number, round: number, acknowledged: string[]): Promise<void> {
  for (let n = 0; ; n++) {
    const Text = `${i}/${round}/${n}`
    const MsgBody = [{ MsgType: 'TIMTextElem', MsgContent: { Text } }]
    const random = (round * 100_000 + n) * writers + i
    try {
      if (n % 4 === 0) {
        const body = { GroupId: group, From_Account: `w_${i}`, Random: random, MsgBody }
        await demand(server, 'group_open_http_svc/send_group_msg', body)
      } else {
        const body = { From_Account: `w_${i}`, To_Account: `r_${i}`, MsgRandom: random, MsgBody }
        await demand(server, 'openim/sendmsg', body)
      }
    } catch {
      return
    }
    acknowledged.push(Text)
  }
}

async function demand(server: ServerProcess, command: string, body: object): Promise<void> {
  const reply = await callTencent(server, server.app, command, body)
  if (reply.body.ErrorCode !== 0) throw new Error(`${command}: ${JSON.stringify(reply.body)}`)
}

function textOf({ body }: Received): string {
  return (body.MsgBody as { MsgContent: { Text: string } }[])[0]?.MsgContent.Text ?? ''
}

/** First arrivals follow the order of each conversation: its writer's own, and in the group that of its numbers. */
function expectOrder(received: readonly Received[]): void {
  const seen = new Set<string>()
  const last = new Map<string, number>()
  for (const each of received) {
    const text = textOf(each)
    if (seen.has(text)) continue
    seen.add(text)
    const [writer = '', round, n] = text.split('/')
    const [where, place] =
      each.body.GroupId === group ? [group, Number(each.body.MsgSeq)] : [writer, Number(round) * 1_000_000 + Number(n)]
    expect(place, `${text} after ${last.get(where)} of ${where}`).toBeGreaterThan(last.get(where) ?? -1)
    last.set(where, place)
  }
}
