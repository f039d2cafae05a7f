import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { signIn } from '../support/socket.ts'
import { userSig } from '../support/tencent.ts'
import { inFolder } from './folder.ts'
import { settle } from './server-crowd.ts'
import { type ServerProcess, startServerProcess } from './server-process.ts'
import { handlesIn, type Place, vendorsOf } from './server-vendors.ts'
import { readTrace, straceInto } from './trace.ts'

const connections = 32

test(
  '[FA3] nothing that tells of a message leaves the server before the sync that covers it',
  {
    timeout: 180_000,
  },
  () =>
    inFolder(async folder => {
      const full = await traceServer(folder, 'full', 40)
      for (const [way, { sent, left }] of Object.entries(full)) {
        expect(sent, way).toBeGreaterThan(100)
        // Every one of them was seen leaving, or the look would be at nothing.
        expect(new Set(left.map(each => each.id)).size, way).toBe(sent)
        expect(
          left.filter(each => !each.covered),
          way,
        ).toEqual([])
      }
    }),
)

test('[FA3] the same look finds fault with a server that does not sync', { timeout: 120_000 }, () =>
  inFolder(async folder => {
    const relaxed = await traceServer(folder, 'relaxed', 5)
    for (const [way, { left }] of Object.entries(relaxed))
      expect(
        left.some(each => !each.covered),
        way,
      ).toBe(true)
  }),
)

/**
 * Runs a server under strace while many connections send through three vendors and one socket. By the way in which a
 * message is told of: how many were sent so that it must be, and what left the server of them.
 */
async function traceServer(folder: string, durability: 'full' | 'relaxed', each: number) {
  const trace = join(folder, 'server.trace')
  const server = await startServerProcess(folder, { durability, under: straceInto(trace) })
  const places = await settle(server)
  const told = await sendAll(server, [places[0] as Place, places[3] as Place], each)
  await server.end('SIGTERM')
  const lines = readFileSync(trace, 'latin1').split('\n')
  const ways = ['tencent', 'netease', 'volcengine', 'socket'].map(way => {
    const mine = new Map([...told].flatMap(([handle, { id, by }]) => (by === way ? [[handle, id]] : [])))
    const said = (text: string) => [...handlesOf(text)].flatMap(handle => mine.get(handle) ?? [])
    return [way, { sent: mine.size, left: readTrace(lines, said) }] as const
  })
  // The socket's user is in both places, so all that is sent is told there too.
  const pushed = readTrace(lines)
  return Object.fromEntries([...ways, ['push', { sent: told.size, left: pushed }] as const])
}

interface Told {
  id: string
  by: string
}

/** Sends so many messages on each connection; gives by the handle in its reply which message it is. */
async function sendAll(server: ServerProcess, places: Place[], each: number): Promise<Map<string, Told>> {
  const vendors = vendorsOf(server)
  const told = new Map<string, Told>()
  const userid = '1001'
  const credentials = { dialect: 'tencent', sdkappid: server.app.id, userid, usersig: userSig(server.app, userid) }
  const socket = await signIn(server, credentials)
  const speak = async (writer: number) => {
    const vendor = vendors[writer % vendors.length] as (typeof vendors)[number]
    for (let i = 0; i < each; i++) {
      const id = `${writer}-${i}`
      const place = places[i % places.length] as Place
      const saying = { place, from: userid, text: `ack-${id}.`, repeat: writer * 1000 + i + 1 }
      told.set(await vendor.say(saying), { id, by: vendor.name })
    }
  }
  const speakThere = async (writer: number) => {
    for (let i = 0; i < each; i++) {
      const id = `socket-${writer}-${i}`
      const message = { conv: places[0]?.id, client: id, parts: [{ type: 'text', text: `ack-${id}.` }] }
      const reply = await socket.ask('message.sendToGroup', message)
      told.set(`socket ${reply.id}`, { id, by: 'socket' })
    }
  }
  const http = Array.from({ length: connections }, (_, writer) => speak(writer))
  await Promise.all([...http, speakThere(0), speakThere(1), speakThere(2)])
  await expect
    .poll(() => new Set(socket.frames.filter(frame => frame.type === 'message').map(frame => frame.id)).size, {
      timeout: 20_000,
    })
    .toBe(told.size)
  await socket.close()
  return told
}

/** The handles of messages in what strace shows of a write: its quotes are escaped. */
function handlesOf(traced: string): string[] {
  const text = traced.replaceAll('\\"', '"')
  const replies = text.matchAll(/"type":"reply","id":\d+,"ok":\{"conv":\d+,"seq":\d+,"id":(\d+)/g)
  return [...handlesIn(text), ...[...replies].map(found => `socket ${found[1]}`)]
}
