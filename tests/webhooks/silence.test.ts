import { afterEach, describe, expect, test } from 'vitest'
import { openReceiver } from '../../scripts/receiver/receiver.ts'
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
import { fail, ok, startTencent, type TencentSetting, text } from './tencent-setting.ts'

const before = 'C2C.CallbackBeforeSendMsg'

const stops: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop()
})

async function start(...args: Parameters<typeof startTencent>): Promise<TencentSetting> {
  const at = await startTencent(...args)
  stops.push(at.stop)
  return at
}

async function hostile(trick: Trick): Promise<Hostile> {
  const server = await openHostile(trick)
  stops.push(server.stop)
  return server
}

let random = 0
const say = (at: Pick<TencentSetting, 'call'>, fields: object = {}) =>
  at.call('openim/sendmsg', {
    ...{ From_Account: 'ann', To_Account: 'ben', MsgRandom: ++random, MsgBody: text('hello') },
    ...fields,
  })

const historyOf = async (at: Pick<TencentSetting, 'call'>) =>
  (
    await at.call('openim/admin_getroammsg', {
      ...{ Operator_Account: 'ann', Peer_Account: 'ben', MaxCnt: 100, MinTime: 1, MaxTime: 2 ** 32 - 1 },
    })
  ).MsgList

const bad = (body: unknown) => says(200, { ...ok, ...(body as object) })
const element = (MsgContent: object, MsgType = 'TIMTextElem') => bad({ MsgBody: [{ MsgType, MsgContent }] })
const custom = { MsgType: 'TIMCustomElem', MsgContent: { Data: 'x' } }
const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`

/** How long an answer may take (ms): those that never end are waited for to their end, the others are not. */
const [short, long] = [300, 10_000]
const endless: Trick[] = [silent, dripHeaders, drip]

/** Lets the app wait as long as it takes to see what is wrong. */
function patient({ app }: TencentSetting, trick: Trick) {
  for (const webhook of app.webhooks) webhook.timeout = endless.includes(trick) ? short : long
}

/** Everything that is no answer. */
const silences: [string, Trick][] = [
  ['nothing at all', silent],
  ['a connection that is cut', hangUp],
  ['a body that is cut', cutShort],
  ['another protocol', noHttp],
  ['headers without an end', dripHeaders],
  ['a body that drips', drip],
  ['a body without an end', flood],
  ['a body that is too large', large(300_000)],
  ['no JSON', says(200, '<html>')],
  ['nothing in it', says(200, '')],
  ['a number', says(200, '0')],
  ['null', says(200, 'null')],
  ['a list', says(200, '[{"ErrorCode":0}]')],
  ['JSON that nests too deep', says(200, deep)],
  ['no code', says(200, { ActionStatus: 'OK' })],
  ['a code that is text', says(200, { ErrorCode: '0' })],
  ['a code between codes', says(200, { ErrorCode: 0.5 })],
  ['a code beyond all numbers', says(200, '{"ErrorCode":123456789012345678901234567890}')],
  ['an error of its own', says(500, { ...ok, MsgBody: text('x') })],
  ['that it is not there', says(404, ok)],
  ['that it took it', says(202, ok)],
  ['that it is elsewhere', says(302, ok, { location: 'http://127.0.0.1:9/' })],
  ['a body that is text', bad({ MsgBody: 'hello' })],
  ['a body of one element alone', bad({ MsgBody: text('x')[0] })],
  ['an empty body', bad({ MsgBody: [] })],
  ['a body of nothing', bad({ MsgBody: [null] })],
  ['an element of no type', element({ Text: 'x' }, 'TIMNothingElem')],
  ['an element without its text', element({})],
  ['an element with a wrong text', element({ Text: 7 })],
  ['two custom elements', bad({ MsgBody: [custom, custom] })],
  ['custom data that is an object', bad({ CloudCustomData: { a: 1 } })],
  ['a good body with wrong custom data', bad({ MsgBody: text('changed'), CloudCustomData: 7 })],
]

describe('silence', () => {
  test('[WH10] whatever is no answer is silence, which lets a message go as it was; it is asked about once, and never waited for longer', async () => {
    let trick = silent
    const other = await hostile((...args) => trick(...args))
    const at = await start([before], { webhook: { url: other.url } })
    for (const [name, each] of silences) {
      trick = each
      patient(at, each)
      const asked = other.bodies.length
      const began = performance.now()
      expect(await say(at, { MsgBody: text(name), CloudCustomData: 'mine' }), name).toMatchObject(ok)
      expect(performance.now() - began, name).toBeLessThan(long / 2)
      expect(other.bodies.length - asked, name).toBe(1)
    }
    // Nothing that was begun goes on.
    await new Promise(resolve => setTimeout(resolve, 300))
    expect(other.bodies).toHaveLength(silences.length)
    const sent = (await historyOf(at)) as object[]
    expect(sent).toHaveLength(silences.length)
    for (const [i, [name]] of silences.entries())
      expect(sent[i]).toMatchObject({ MsgBody: text(name), CloudCustomData: 'mine' })
  })

  test('[WH11] silence refuses where the settings say so: the sender learns it, and nothing is kept', async () => {
    let trick = silent
    const other = await hostile((...args) => trick(...args))
    const at = await start([before], { webhook: { url: other.url, silence: 'refuse' } })
    for (const [name, each] of silences) {
      trick = each
      patient(at, each)
      expect(await say(at, { MsgBody: text(name) }), name).toEqual(fail(80003, 'the webhook did not answer'))
    }
    expect(other.bodies).toHaveLength(silences.length)
    expect(await historyOf(at)).toEqual([])
    trick = says(200, ok)
    expect(await say(at)).toMatchObject(ok)
    await other.stop()
    expect(await say(at)).toEqual(fail(80003, 'the webhook did not answer'))
  })

  test('[WH12] a redirect is not followed', async () => {
    const second = await openReceiver()
    stops.push(second.stop)
    const at = await start([before])
    for (const status of [301, 302, 303, 307, 308]) {
      const first = await hostile(says(status, '', { location: second.url }))
      at.app.webhooks = at.app.webhooks.map(each => ({ ...each, url: first.url }))
      await at.server.webhooks.set(at.app)
      expect(await say(at)).toMatchObject(ok)
      expect(first.bodies).toHaveLength(1)
    }
    expect(second.received).toEqual([])
  })

  test('[WH13] an answer without an end takes neither memory nor time, however many ask at once', async () => {
    const other = await hostile(flood)
    const at = await start([before], { webhook: { url: other.url, timeout: 20_000 } })
    const began = performance.now()
    const replies = await Promise.all(Array.from({ length: 50 }, () => say(at)))
    for (const reply of replies) expect(reply).toMatchObject(ok)
    // Long before the time that an answer may take.
    expect(performance.now() - began).toBeLessThan(10_000)
    // What it could write is what was read and what the buffers of 50 sockets hold.
    await expect.poll(other.connections, { timeout: 2000 }).toBe(0)
    expect(other.written() / 50).toBeLessThan(16 * 1024 * 1024)
  })
})
