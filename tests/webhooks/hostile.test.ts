import { afterEach, describe, expect, test } from 'vitest'
import { openReceiver } from '../../scripts/receiver/receiver.ts'
import type { Webhook } from '../../src/core/apps/model.ts'
import {
  cutShort,
  drip,
  dripHeaders,
  flood,
  type Hostile,
  hangUp,
  large,
  noHttp,
  openHostile,
  says,
  silent,
  type Trick,
} from './hostile.ts'
import { type Setting, startSetting, until } from './setting.ts'

const stops: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop()
})

async function start(...args: Parameters<typeof startSetting>): Promise<Setting> {
  const setting = await startSetting(...args)
  stops.push(setting.stop)
  return setting
}

async function hostile(trick: Trick): Promise<Hostile> {
  const server = await openHostile(trick)
  stops.push(server.stop)
  return server
}

const taken = says(200, { ActionStatus: 'OK', ErrorCode: 0, ErrorInfo: '' })

/** A server with so many back ends, by the names 0, 1, 2 …. */
async function startMany(others: Hostile[], webhook: Partial<Webhook>): Promise<Setting> {
  const setting = await start()
  const [usual] = setting.app.webhooks as [Webhook]
  setting.app.webhooks = others.map(({ url }, i) => ({ ...usual, ...webhook, url, name: `${i}` }))
  await setting.server.webhooks.set(setting.app)
  return setting
}

/** What the texts of the requests were, each once, in the order in which they first came. */
function told({ bodies }: Hostile): string[] {
  return [...new Set(bodies.map(body => JSON.parse(body).MsgBody[0].MsgContent.Text as string))]
}

/** How those behave of whom nobody knows whether they are there. */
const absences: [string, Trick][] = [
  ['says nothing', silent],
  ['hangs up', hangUp],
  ['cuts its answer', cutShort],
  ['speaks another protocol', noHttp],
  ['drips headers', dripHeaders],
  ['drips a body', drip],
  ['is busy', says(429, '')],
  ['is behind a gateway that cannot reach it', says(502, '')],
  ['is under repair', says(503, '')],
  ['is behind a gateway that waits in vain', says(504, '')],
]

/** How those behave who are there and do not take an event. */
const refusals: [string, Trick, string][] = [
  ['sends no JSON', says(200, '<html>'), 'status 200: <html>'],
  ['sends nothing', says(200, ''), 'status 200: '],
  ['fails', says(500, '\0\ud83d oh no'), 'status 500: '],
  ['knows no such page', says(404, ''), 'status 404: '],
  ['forbids it', says(403, ''), 'status 403: '],
  ['floods', flood, 'the answer is larger than 262144 bytes'],
  ['sends too much', large(300_000), 'the answer is larger than 262144 bytes'],
]

describe('back ends that do not behave', () => {
  test('[WH20] whoever is not there, in whatever way, gets every event once they are back, in order, and nothing is set aside', async () => {
    let back = false
    const others = await Promise.all(absences.map(([, trick]) => hostile((...args) => (back ? taken : trick)(...args))))
    const { server, app, say } = await startMany(others, { timeout: 100, tries: 2 })
    for (const text of ['one', 'two', 'three']) await say('u_1', 'u_2', text)
    // More often than they have tries.
    await until(() => others.every(each => each.bodies.length >= 6), 10_000)
    for (const [i, [name]] of absences.entries()) expect(told(others[i] as Hostile), name).toEqual(['one'])
    back = true
    await until(() => others.every(each => told(each).length === 3), 10_000)
    for (const [i, [name]] of absences.entries())
      expect(told(others[i] as Hostile), name).toEqual(['one', 'two', 'three'])
    await until(async () => (await server.webhooks.standing(app.id)).every(each => each.waiting === 0))
    for (const each of await server.webhooks.standing(app.id)) expect(each).toMatchObject({ parked: 0, down: false })
  })

  test('[WH21] whoever is there and takes nothing has each event set aside after so many tries, with what they said', async () => {
    const others = await Promise.all(refusals.map(([, trick]) => hostile(trick)))
    const { server, app, say } = await startMany(others, { tries: 2 })
    for (const text of ['one', 'two']) await say('u_1', 'u_2', text)
    await until(async () => (await server.webhooks.standing(app.id)).every(each => each.parked === 2), 10_000)
    for (const [i, [name, , why]] of refusals.entries()) {
      expect(others[i]?.bodies, name).toHaveLength(4)
      const aside = await server.core.parking.list(app.id, `${i}`)
      expect(aside, name).toMatchObject([
        { count: 1, tries: 2, why: expect.stringContaining(why) },
        { count: 1, tries: 2 },
      ])
      expect(aside[0]?.why.isWellFormed() && !aside[0].why.includes('\0'), name).toBe(true)
    }
  })

  test('[WH22] a redirect is an answer like another: nobody goes where it points', async () => {
    const second = await openReceiver()
    stops.push(second.stop)
    const first = await hostile(says(307, '', { location: second.url }))
    const { server, app, say } = await start({ url: first.url, tries: 2 })
    await say('u_1', 'u_2', 'one')
    await until(async () => (await server.webhooks.standing(app.id))[0]?.parked === 1)
    expect(first.bodies).toHaveLength(2)
    expect(second.received).toEqual([])
  })

  test('[WH23] a flood is cut off, and what waits for a back end takes no memory: events are read as they are needed', async () => {
    const other = await hostile(flood)
    const { server, app, say } = await start({ url: other.url, tries: 3, concurrency: 16 })
    // Hundreds of events of 4 kB.
    const text = 'x'.repeat(4000)
    for (let i = 0; i < 12; i++)
      await Promise.all(
        Array.from({ length: 40 }, (_, j) => say(`u_${1 + (j % 8)}`, `u_${2 + (j % 8)}`, `${i}${text}`)),
      )
    await until(() => other.bodies.length > 100, 10_000)
    // What was written is what was read, and what the buffers of its sockets hold.
    expect(other.written() / other.bodies.length).toBeLessThan(8 * 1024 * 1024)
    expect(other.connections()).toBeLessThanOrEqual(16)
    expect(await say('u_1', 'u_2', 'still here')).toMatchObject({ ErrorCode: 0 })
    const [standing] = await server.webhooks.standing(app.id)
    // What is set aside behind one that is not settled counts twice.
    expect((standing?.waiting ?? 0) + (standing?.parked ?? 0)).toBeGreaterThanOrEqual(481)
  })

  test('[WH24] one event that its back end never answers is its own fault once others are answered: it is set aside, they are told', async () => {
    const other = await hostile((response, request) => {
      if (other.bodies.at(-1)?.includes('poison')) silent(response, request)
      else taken(response, request)
    })
    const { server, app, say } = await start({ url: other.url, timeout: 100, tries: 3, concurrency: 2 })
    await say('u_1', 'u_2', 'poison')
    await say('u_1', 'u_2', 'after it')
    for (let i = 0; !told(other).includes('after it') && i < 200; i++) {
      await say('u_3', 'u_4', `${i}`)
      await new Promise(resolve => setTimeout(resolve, 20))
    }
    expect(told(other)).toContain('after it')
    const [aside] = await server.core.parking.list(app.id, 'tencent')
    expect(aside).toMatchObject({ count: 1, tries: 3, why: 'no answer within 100 ms' })
    await until(async () => (await server.webhooks.standing(app.id))[0]?.waiting === 0)
  })

  test('[WH25] while one conversation has trouble, thousands of events of others are told', async () => {
    const other = await hostile((response, request) => {
      const trouble = other.bodies.at(-1)?.includes('trouble')
      ;(trouble ? says(500, '') : taken)(response, request)
    })
    const delivery = { again: { least: 60_000, most: 60_000 } }
    const { server, app, say } = await start({ url: other.url }, { delivery })
    await say('u_1', 'u_2', 'trouble')
    await until(() => other.bodies.length === 1)
    for (let i = 0; i < 20; i++)
      await Promise.all(Array.from({ length: 50 }, (_, j) => say(`u_${3 + (j % 3)}`, `u_${6 + (j % 3)}`, `${i}/${j}`)))
    await until(() => told(other).length === 1001, 10_000)
    expect(await server.webhooks.standing(app.id)).toMatchObject([{ parked: 0 }])
  })

  test('[WH26] a server that stops does not wait for a back end that does not answer', async () => {
    const other = await hostile(silent)
    const { server, say, receiver } = await startSetting({ url: other.url, timeout: 60_000 })
    stops.push(receiver.stop)
    await say('u_1', 'u_2', 'one')
    await until(() => other.bodies.length === 1)
    const began = performance.now()
    await server.stop()
    expect(performance.now() - began).toBeLessThan(10_000)
  })
})
