import { request as httpRequest } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { connect } from 'node:net'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { findCertificate } from '../../src/tls.ts'
import { openReceiver, type Receiver, type ReceiverOptions } from './receiver.ts'
import { neteaseSample, post, type Sample, tencentSample, volcengineSample } from './samples.ts'

const open: Receiver[] = []

async function start(options: ReceiverOptions = {}): Promise<Receiver> {
  const receiver = await openReceiver(options)
  open.push(receiver)
  return receiver
}

afterEach(async () => {
  await Promise.all(open.splice(0).map(each => each.stop()))
})

const before = tencentSample('C2C.CallbackBeforeSendMsg', { MsgKey: '1_2_3' })
const allowed = { ActionStatus: 'OK', ErrorCode: 0, ErrorInfo: '' }

async function answerTo(receiver: Receiver, sample: Sample) {
  const response = await post(receiver.url, sample)
  return { status: response.status, body: await response.json() }
}

describe('what arrives', () => {
  test('is kept in order as it came, and answered in its vendor’s form', async () => {
    const receiver = await start()
    expect(await answerTo(receiver, { ...before, path: before.path.replace('/', '/some/path') })).toEqual({
      status: 200,
      body: allowed,
    })
    const callback = neteaseSample(1, { to: 9223372036854775000 })
    expect(await answerTo(receiver, callback)).toEqual({ status: 200, body: { errCode: 0 } })
    expect(await answerTo(receiver, neteaseSample('1'))).toEqual({ status: 200, body: {} })
    const event = volcengineSample('RoomCreate', { RoomId: 'r' })
    expect(await answerTo(receiver, event)).toEqual({ status: 200, body: { CheckCode: 0, CheckMsg: '' } })

    const { received } = receiver
    expect(received.map(each => [each.vendor, each.id, each.app])).toEqual([
      ['tencent', 'C2C.CallbackBeforeSendMsg', '1400000001'],
      ['netease', 'callback/1', 'key-1'],
      ['netease', 'copy/1', 'key-1'],
      ['volcengine', 'callback/RoomCreate', '1400000001'],
    ])
    expect(received[0]).toMatchObject({
      method: 'POST',
      path: '/some/path',
      query: { contenttype: 'json', ClientIP: '192.0.2.7', OptPlatform: 'RESTAPI' },
      body: { CallbackCommand: 'C2C.CallbackBeforeSendMsg', MsgKey: '1_2_3' },
      verified: 'unchecked',
      answer: 'allow',
    })
    expect(received[1]?.headers.checksum).toBe(callback.headers.CheckSum)
    expect(received[1]?.raw.toString()).toBe(callback.body)
    expect(received[1]?.body.to).toBe(9223372036854775000n)
    expect(Math.abs((received[0]?.at ?? 0) - Date.now())).toBeLessThan(10_000)
  })

  test('is verified when its secret is known; what is bad gets 401 and uses up no rule', async () => {
    const secrets = { tencent: 'token', netease: 'secret', volcengine: 'callback' }
    const receiver = await start({ secrets, rules: ['*: drop times 3'] })
    const good = [
      tencentSample('a', {}, { token: 'token' }),
      neteaseSample(1, {}, 'secret'),
      volcengineSample('x', {}, 'callback'),
    ]
    const bad = [
      tencentSample('a', {}, { token: 'other' }),
      neteaseSample(1, {}, 'other'),
      volcengineSample('x', {}, 'other'),
    ]
    for (const each of bad)
      expect(await answerTo(receiver, each)).toMatchObject({ status: 401, body: { error: expect.any(String) } })
    for (const each of good) expect((await post(receiver.url, each)).status).toBe(200)
    expect(receiver.received.map(each => each.verified)).toEqual(['bad', 'bad', 'bad', 'good', 'good', 'good'])
    expect(receiver.received[0]?.answer).toBe('401 Sign is not SHA-256 of token + RequestTime')
    expect(receiver.received.slice(3).map(each => each.answer)).toEqual(['drop', 'drop', 'drop'])
  })

  test('is stale after the time allowed', async () => {
    let now = 1_700_000_000_000
    const receiver = await start({ secrets: { tencent: 't' }, maxAge: 5, clock: () => now })
    const sample = tencentSample('a', {}, { token: 't', time: now / 1000 })
    expect((await post(receiver.url, sample)).status).toBe(200)
    now += 6_000
    expect((await post(receiver.url, sample)).status).toBe(401)
    expect(receiver.received.at(-1)).toMatchObject({ verified: 'bad', why: 'RequestTime is 6 s old' })
  })

  test('is marked when the event came before, though not when the one before was forged', async () => {
    const receiver = await start({ secrets: { volcengine: 's' }, rules: ['*: fail 500 times 1'] })
    for (const secret of ['forged', 's', 's']) await post(receiver.url, volcengineSample('x', {}, secret))
    await post(receiver.url, volcengineSample('x', {}, 's', 'event-2'))
    const after = { ...before, headers: { ...before.headers, 'X-Magpie-Event-Id': '5', 'X-Magpie-Attempt': '2' } }
    for (const each of [before, before, after, after]) await post(receiver.url, each)
    expect(receiver.received.map(each => each.seenBefore)).toEqual([
      ...[false, false, true, false],
      ...[false, false, false, true],
    ])
    receiver.clear()
    expect(receiver.received).toEqual([])
    await post(receiver.url, after)
    expect(receiver.received.map(each => each.seenBefore)).toEqual([false])
  })

  test('but is no webhook, is kept and refused', async () => {
    const receiver = await start({ rules: ['*: close'] })
    const json = { path: '/x', headers: {}, body: '{"a":1}' }
    expect(await answerTo(receiver, json)).toEqual({ status: 400, body: { error: 'no vendor sends this' } })
    const broken = { ...before, body: '{"CallbackCommand":' }
    expect(await answerTo(receiver, broken)).toEqual({ status: 400, body: { error: 'the body is not a JSON object' } })
    expect((await fetch(receiver.url + before.path)).status).toBe(405)
    expect(receiver.received.map(each => [each.vendor, each.id, each.method])).toEqual([
      ['unknown', 'POST /x', 'POST'],
      ['tencent', 'C2C.CallbackBeforeSendMsg', 'POST'],
      ['tencent', 'C2C.CallbackBeforeSendMsg', 'GET'],
    ])
  })

  test('may have 4 MiB, and not one byte more', async () => {
    const receiver = await start()
    const frame = JSON.stringify({ CallbackCommand: 'a', text: '' }).length
    const sized = (bytes: number) => tencentSample('a', { text: 'x'.repeat(bytes - frame) })
    expect((await post(receiver.url, sized(4 * 1024 * 1024))).status).toBe(200)
    expect((await post(receiver.url, sized(4 * 1024 * 1024 + 1))).status).toBe(413)
    expect(receiver.received.map(each => each.raw.length)).toEqual([4 * 1024 * 1024, 0])
    expect(receiver.received[1]).toMatchObject({ vendor: 'tencent', answer: expect.stringMatching(/^413 /) })
  })

  test('is told to who asked to hear it, and waited for by next', async () => {
    const told: string[] = []
    const receiver = await start({ onReceived: each => told.push(`${each.id} ${each.answer}`), keep: 1 })
    const waiting = receiver.next('copy/2')
    await post(receiver.url, neteaseSample(2))
    await post(receiver.url, neteaseSample('2'))
    expect((await waiting).vendor).toBe('netease')
    expect(told).toEqual(['callback/2 allow', 'copy/2 allow'])
    expect(receiver.received.map(each => each.id)).toEqual(['copy/2'])
    await expect(receiver.next('copy/2', 10)).rejects.toThrow('no webhook copy/2 within 10 ms')
  })
})

describe('rules', () => {
  test('answer in the vendor’s form, as often as they say', async () => {
    const rules = ['C2C.*: refuse 120001 no times 1', 'callback/1: refuse 20001', 'callback/RoomCreate: refuse 3 no']
    const receiver = await start({ rules })
    const refused = { ActionStatus: 'OK', ErrorCode: 120001, ErrorInfo: 'no' }
    expect(await answerTo(receiver, before)).toEqual({ status: 200, body: refused })
    expect(await answerTo(receiver, before)).toEqual({ status: 200, body: allowed })
    expect((await answerTo(receiver, neteaseSample(1))).body).toEqual({ errCode: 1, responseCode: 20001 })
    expect((await answerTo(receiver, neteaseSample(2))).body).toEqual({ errCode: 0 })
    const event = volcengineSample('RoomCreate', {})
    expect((await answerTo(receiver, event)).body).toEqual({ CheckCode: 3, CheckMsg: 'no' })
  })

  test('change while it runs', async () => {
    const receiver = await start({ rules: ['*: refuse'] })
    receiver.answer('*: drop', { on: '*', action: { do: 'refuse' } })
    expect((await answerTo(receiver, before)).body.ErrorCode).toBe(2)
    receiver.answer('*: change {"MsgBody":[9223372036854775807]}')
    const changed = await (await post(receiver.url, before)).text()
    expect(changed).toBe('{"ActionStatus":"OK","ErrorCode":0,"ErrorInfo":"","MsgBody":[9223372036854775807]}')
    expect(() => receiver.answer('*: dance')).toThrow(RangeError)
    receiver.answer()
    expect((await answerTo(receiver, before)).body).toEqual(allowed)
  })

  test('fail, garbage, redirect', async () => {
    const receiver = await start()
    receiver.answer('*: fail 503')
    expect((await post(receiver.url, before)).status).toBe(503)
    receiver.answer('*: garbage')
    const garbage = await post(receiver.url, before)
    expect(garbage.status).toBe(200)
    await expect(garbage.json()).rejects.toThrow(SyntaxError)
    const target = await start()
    receiver.answer(`*: redirect ${target.url}/there${before.path}`)
    const redirect = await post(receiver.url, before)
    expect([redirect.status, redirect.headers.get('location')]).toEqual([307, `${target.url}/there${before.path}`])
    // Who follows it, delivers there.
    await fetch(receiver.url + before.path, { method: 'POST', body: before.body })
    expect(target.received.map(each => [each.path, each.raw.toString()])).toEqual([['/there/', before.body]])
  })

  test('delay', async () => {
    const receiver = await start({ rules: ['*: delay 150 refuse 9'] })
    const start_ = performance.now()
    const waiting = answerTo(receiver, before)
    expect((await receiver.next()).answer).toBe('after 150 ms: refuse 9')
    expect((await waiting).body.ErrorCode).toBe(9)
    expect(performance.now() - start_).toBeGreaterThan(140)
  })

  test('close cuts the connection before a single byte', async () => {
    const receiver = await start({ rules: ['*: close'] })
    const socket = connect(receiver.port, '127.0.0.1')
    let read = ''
    socket.on('data', chunk => {
      read += chunk
    })
    const closed = new Promise(resolve => socket.on('close', resolve))
    const { length } = before.body
    socket.write(`POST ${before.path} HTTP/1.1\r\nHost: x\r\nContent-Length: ${length}\r\n\r\n${before.body}`)
    await closed
    expect(read).toBe('')
    expect(receiver.received.map(each => each.answer)).toEqual(['close'])
  })

  test('stream does not end by itself', async () => {
    const receiver = await start({ rules: ['*: stream'] })
    const response = await post(receiver.url, before)
    expect(response.status).toBe(200)
    const reader = response.body?.getReader()
    let bytes = 0
    while (bytes < 200_000) {
      const { value, done } = (await reader?.read()) ?? { done: true }
      expect(done).toBe(false)
      bytes += value?.length ?? 0
    }
    await reader?.cancel()
  })
})

describe('the server', () => {
  test('stops with answers still to give, and frees its port', async () => {
    const receiver = await start({ rules: ['copy/1: delay 60000', '*: stream'] })
    const late = post(receiver.url, neteaseSample('1'))
    const lost = expect(late).rejects.toThrow()
    const stream = (await post(receiver.url, before)).text()
    const cut = expect(stream).rejects.toThrow()
    await receiver.next('copy/1')
    await receiver.stop()
    await Promise.all([lost, cut])
    const again = await start({ port: receiver.port })
    expect(again.port).toBe(receiver.port)
    await receiver.stop()
    expect((await post(again.url, before)).status).toBe(200)
  })

  test('refuses a port that is taken, and rules that it cannot read', async () => {
    const receiver = await start()
    await expect(openReceiver({ port: receiver.port })).rejects.toThrow('EADDRINUSE')
    await expect(openReceiver({ rules: ['*: dance'] })).rejects.toThrow(RangeError)
  })

  test('keeps connections', async () => {
    const receiver = await start()
    const text = `POST ${before.path} HTTP/1.1\r\nHost: x\r\nContent-Length: ${before.body.length}\r\n\r\n${before.body}`
    const socket = connect(receiver.port, '127.0.0.1')
    for (let i = 0; i < 3; i++) socket.write(text)
    await vi.waitFor(() => expect(receiver.received).toHaveLength(3))
    expect(socket.readyState).toBe('open')
    socket.destroy()
  })

  test('speaks https', async () => {
    const tls = await findCertificate({ port: 0, selfSigned: true }, undefined)
    const receiver = await start({ tls })
    expect(receiver.url).toBe(`https://127.0.0.1:${receiver.port}`)
    const text = await new Promise((resolve, reject) => {
      const request = httpsRequest(receiver.url + before.path, { method: 'POST', ca: tls.cert }, response => {
        response.setEncoding('utf8').on('data', resolve)
      })
      request.on('error', reject).end(before.body)
    })
    expect(JSON.parse(String(text))).toEqual(allowed)
    const plain = new Promise((resolve, reject) => {
      httpRequest({ port: receiver.port, method: 'POST' }, resolve).on('error', reject).end()
    })
    await expect(plain).rejects.toThrow()
  })
})
