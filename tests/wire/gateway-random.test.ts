import { afterEach, describe, expect, test } from 'vitest'
import type { Call } from '../../src/core/call.ts'
import { differences, shownIn, startDevice, type TestDevice } from '../support/device.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { trusting } from '../support/trusting.ts'

let server: TestServer | undefined
let devices: TestDevice[] = []

afterEach(async () => {
  await Promise.all(devices.map(device => device.client.stop()))
  await server?.stop()
  devices = []
})

/** Numbers below 1, the same for the same seed. */
function randomFrom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

const users = ['ann', 'ben', 'cy', 'dee']
const text = (words: string) => [{ type: 'text' as const, text: words }]

describe('random disconnections', () => {
  test.each([11, 12, 13])('[GW58] lose nothing and repeat nothing (seed %i)', async seed => {
    const random = randomFrom(seed)
    const pick = <T>(list: readonly T[]) => list[Math.floor(random() * list.length)] as T
    server = await startServer({ signIns: [trusting], gateway: { rate: 10_000, burst: 10_000 } })
    const { core } = server
    const app = server.apps[0] as Call['app']
    const rest: Call = { app, admin: true, origin: { dialect: 'tencent', via: 'rest' } }
    await core.users.save(
      rest,
      users.map(id => ({ id })),
      { existing: 'update' },
    )
    const members = users.map(user => ({ user }))
    const groups: number[] = []
    for (const kind of ['group', 'public', 'community'] as const)
      groups.push((await core.groups.create(rest, { kind, name: kind, owner: 'ann', members })).group.id)
    const stay = startDevice(server, app, 'ben', { random })
    const flaky = ['ben', 'ben', 'cy'].map(user => startDevice(server as TestServer, app, user, { random }))
    const sender = startDevice(server, app, 'ben', { random })
    devices = [stay, ...flaky, sender]
    await Promise.all(devices.map(device => device.until('online')))

    const sends: Promise<unknown>[] = []
    for (let step = 0; step < 400; step++) {
      const dice = random()
      const conv = pick(groups)
      if (dice < 0.45) {
        const lists = random() < 0.2 ? { [pick(['visibleTo', 'hiddenFrom'])]: [pick(users)] } : {}
        sends.push(core.send.toGroup(rest, conv, { from: 'ann', parts: text(`g${step}`), ...lists }))
      } else if (dice < 0.6) sends.push(core.send.toUser(rest, 'ben', { from: pick(users), parts: text(`d${step}`) }))
      else if (dice < 0.7)
        sends.push(sender.client.sendToGroup(conv, `s${step}`, { client: `s${step}` }).catch(outside))
      else if (dice < 0.8) {
        const group = await core.groups.get(app.id, conv)
        const [head] = await core.positions.standings(app.id, 'ann', [conv])
        const seq = 1 + Math.floor(random() * (head?.head.number ?? 0))
        sends.push(core.recall(rest, group, seq, { reason: `r${step}` }).catch(() => {}))
      } else if (dice < 0.83) await core.members.removeMany(rest, conv, ['ben'])
      else if (dice < 0.88) await core.members.addMany(rest, conv, [{ user: 'ben' }])
      else if (dice < 0.96) pick([...flaky, sender]).cut()
      if (random() < 0.5) await new Promise(resolve => setTimeout(resolve, random() * 8))
    }
    for (const conv of groups) await core.members.addMany(rest, conv, [{ user: 'ben' }])
    await Promise.all(sends)
    await Promise.all(devices.map(device => device.until('online')))

    const bens = [...flaky.slice(0, 2), sender]
    const listed = (await stay.client.conversations.list({ limit: 100 })).conversations.map(each => each.conv)
    expect(listed.length).toBeGreaterThan(groups.length)
    for (const device of bens) await expect.poll(() => differences(stay, device, listed), { timeout: 4000 }).toEqual([])

    // What is shown is what the log says to this user.
    for (const conv of listed) {
      const { messages } = await stay.client.history(conv, { limit: 40 })
      expect(shownIn(stay, conv).slice(-messages.length)).toEqual(messages)
    }
    for (const device of [...devices]) {
      const numbered = device.told.filter(each => !each.endsWith('/0'))
      expect(repeated(numbered)).toEqual([])
    }
    expect(sends.length).toBeGreaterThan(100)
    expect(flaky.map(device => device.states.filter(state => state === 'online').length > 2)).toEqual([
      true,
      true,
      true,
    ])
  })
})

/** Somebody who is outside at the time may not speak; every other refusal is a fault. */
function outside(error: { code: string }): void {
  if (error.code !== 'member.missing') throw error
}

function repeated(told: string[]): string[] {
  const seen = new Set<string>()
  return told.filter(each => seen.size === seen.add(each).size)
}
