import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Assault, openAssault } from '../support/hostile/assault.ts'
import { hostileDevice } from '../support/hostile/device.ts'
import { attempts } from '../support/hostile/frames.ts'
import { openWorld } from '../support/hostile/world.ts'

let assault: Assault

beforeAll(async () => {
  assault = await openAssault()
})

afterAll(() => assault.stop())

test('[GW25] [GW108] [GW109] hostile frames of all operations, on sockets in all states, are done or refused; refused ones write nothing', async () => {
  const { errors, closed, done } = await assault.besiege(1600, 20270110)
  expect(done.size).toBeGreaterThan(60)
  expect(errors.size).toBeGreaterThan(20)
  expect(errors.get('request.invalid')).toBeGreaterThan(300)
  expect([...closed.keys()]).toEqual(expect.arrayContaining([4210, 4200, 1007, 1009]))
}, 60_000)

test('[GW110] whatever is asked about conversations of others tells nothing of them', async () => {
  const { done, errors } = await assault.trespass(3)
  expect(done.size).toBeGreaterThan(3)
  expect([...errors.keys()]).toEqual(
    expect.arrayContaining(['conversation.missing', 'group.missing', 'member.missing']),
  )
})

test('[GW109] what can only be refused changes no row, however much of it comes at once', async () => {
  await assault.drown(1000, 7)
}, 60_000)

test('[GW110] another socket was told everything in order meanwhile, and is served as before', async () => {
  await assault.demandWitness()
})

test('[GW111] afterwards nothing is held for those who are gone', async () => {
  await assault.demandPeace()
}, 60_000)

test('[GW108] the same seed gives the same frames', () => {
  expect(attempts(200, 5)).toEqual(attempts(200, 5))
  expect(attempts(200, 5)).not.toEqual(attempts(200, 6))
})

test('[GW112] texts that are no keys are refused, and after the largest number there is nothing', async () => {
  const world = await openWorld()
  const device = await hostileDevice(world, 'mallory')
  const ask = async (operation: string, input: object) => {
    const outcome = await device.attempt(JSON.stringify({ id: 1, do: operation, with: input }), 'text', operation)
    const { ok, err } = (outcome as { reply: { ok?: object; err?: { code: string } } }).reply
    return err?.code ?? ok
  }
  const [conv, seq] = [world.conv(0), 1]
  for (const bad of ['\ud800', 'a\0b']) {
    const parts = [{ type: 'text', text: 'x' }]
    expect(await ask('message.sendToUser', { to: 'oscar', client: bad, parts })).toBe('request.invalid')
    expect(await ask('message.react', { conv, seq, kind: bad })).toBe('request.invalid')
    const pairs = [{ key: bad, value: 'v' }]
    expect(await ask('message.extend', { conv, seq, what: 'set', pairs })).toBe('request.invalid')
    expect(await ask('friend.update', { user: 'oscar', lists: [bad] })).toBe('request.invalid')
    expect(await ask('group.find', { alias: bad })).toBe('request.invalid')
    expect(await ask('group.list', { after: { kind: bad, conv } })).toBe('request.invalid')
    const named = await hostileDevice(world)
    const credentials = { ...world.word('trudy'), device: bad }
    const outcome = await named.attempt(JSON.stringify({ id: 1, do: 'signIn', with: credentials }), 'text')
    expect(outcome).toMatchObject({ reply: { err: { code: 'request.invalid' } } })
    expect(await named.closed).toBe(4200)
  }
  const last = Number.MAX_SAFE_INTEGER
  expect(await ask('group.list', { after: { kind: 'team', conv: last } })).toEqual({ groups: [] })
  expect(await ask('sync', { positions: [], after: last })).toMatchObject({ conversations: [], gone: [] })
  expect(await ask('sync', { positions: [{ conv: last, seq: last, rev: last }], partial: true })).toMatchObject({
    gone: [last],
  })
  expect(await ask('friend.list', { since: last })).toMatchObject({ friends: [] })
  expect(await ask('presence.history', { to: last, before: { time: last, number: last } })).toHaveProperty('events')
  expect(await ask('history.read', { conv, after: last })).toEqual({ messages: [] })
  await device.end()
  await world.stop()
})
