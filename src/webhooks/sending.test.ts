import { afterEach, describe, expect, test } from 'vitest'
import type { App, Webhook } from '../core/apps/model.ts'
import type { Core } from '../core/core.ts'
import type { Kept } from '../core/tables.ts'
import type { Answer, Callbacks, Told } from '../dialects/callbacks.ts'
import { StoreUnavailable } from '../storage/store.ts'
import type { Outcome, Wanted } from './post.ts'
import { openSending, type Sending } from './sending.ts'
import type { Target } from './targets.ts'

const ends: Sending[] = []
afterEach(() => {
  for (const each of ends.splice(0)) each.close()
})

const ok: Outcome = { answer: { status: 200, text: 'yes' } }
const no: Outcome = { answer: { status: 400, text: 'no' } }
const nobody: Outcome = { failure: 'down', text: 'nobody is there' }
const soon = (ms = 30) => new Promise(resolve => setTimeout(resolve, ms))

interface Options {
  tries?: number
  concurrency?: number
  body?(): unknown
  request?(): never
}

/** Sends to somebody who answers as the test says. */
function start({ tries = 3, concurrency = 4, body = () => ({}), request }: Options = {}) {
  const posted: Wanted[] = []
  const observed: string[] = []
  let answer: (wanted: Wanted, i: number) => Outcome | Promise<Outcome> = () => ok
  const told = { id: 'x', event: 'user.removed', fires: () => true, body } as unknown as Told
  const callbacks = {
    request: (_: App, __: Webhook, outgoing: object) =>
      request ? request() : { url: 'http://x', headers: {}, body: JSON.stringify(outgoing) },
    taken: ({ status }: Answer) => status === 200,
  } as unknown as Callbacks
  const target = {
    ...{ app: { id: 1 }, callbacks, told: new Map([['user.removed', [told]]]) },
    webhook: { name: 'x', templates: {}, tries, concurrency, timeout: 1000 },
  } as unknown as Target
  const log = { info() {}, warn() {}, error() {} }
  const core = { log, store: { epoch: 'epoch' } } as unknown as Core
  const poster = {
    async post(wanted: Wanted) {
      posted.push(wanted)
      return answer(wanted, posted.length)
    },
    async close() {},
  }
  const pace = { again: { least: 2, most: 10 }, rest: { least: 5, most: 20 } }
  const sending = openSending(core, target, poster, pace, (_, __, how) => observed.push(how))
  ends.push(sending)
  const event = { type: 'user.removed', user: 'u' }
  const send = (place = 1, wanted = () => true, marks = {}) =>
    sending.send({ app: 1, lane: 0, place, key: 'k', news: { event } } as unknown as Kept, marks, wanted)
  return {
    ...{ send, sending, posted, observed },
    answer(how: typeof answer) {
      answer = how
    },
  }
}

describe('sending', () => {
  test('[WH3] tells once what is taken, and so many times what is refused, saying which time it is', async () => {
    const at = start()
    expect(await at.send(7, undefined, { 'x-mark': '1' })).toBe('told')
    expect(at.posted.map(each => each.headers)).toEqual([{ 'x-magpie-event-id': 'epoch-1-0-7', 'x-mark': '1' }])
    at.answer(() => no)
    expect(await at.send()).toEqual({ why: 'status 400: no', tries: 3 })
    expect(at.posted.slice(1).map(each => each.headers['x-magpie-attempt'])).toEqual([undefined, '2', '3'])
    expect(at.observed).toEqual(['told', 'refused', 'refused', 'refused'])
  })

  test('[WH1] tells each of several bodies until it is taken, those that were taken not again', async () => {
    const at = start({ body: () => [{ n: 0 }, { n: 1 }, { n: 2 }] })
    at.answer((_, i) => (i === 2 ? no : ok))
    expect(await at.send()).toBe('told')
    expect(at.posted.map(each => JSON.parse(each.body).body.n)).toEqual([0, 1, 1, 2])
    const names = at.posted.map(each => each.headers['x-magpie-event-id'])
    expect(names).toEqual(['epoch-1-0-1.0', 'epoch-1-0-1.1', 'epoch-1-0-1.1', 'epoch-1-0-1.2'])
  })

  test('[WH1] has nothing to tell where the body says so', async () => {
    for (const body of [() => undefined, () => []]) {
      const at = start({ body })
      expect(await at.send()).toBe('told')
      expect(at.posted).toEqual([])
    }
  })

  test('[WH44] sets aside what cannot be made a request, at once, and goes on with the others', async () => {
    const wrong = () => {
      throw new TypeError('cannot be')
    }
    for (const at of [start({ body: wrong }), start({ request: wrong })])
      for (let i = 0; i < 10; i++)
        expect(await at.send()).toEqual({ why: 'could not be rendered: cannot be', tries: 0 })
  })

  test('[WH39] sets nothing aside because the store cannot be read now', async () => {
    const at = start({
      body() {
        throw new StoreUnavailable('not now')
      },
    })
    await expect(at.send()).rejects.toThrow('not now')
  })

  test('[WH5] uses up no tries while nobody is there, and asks one at a time; tells all once somebody is', async () => {
    const at = start({ tries: 1, concurrency: 8 })
    let open = 0
    let most = 0
    let back = false
    at.answer(async () => {
      most = Math.max(most, ++open)
      await soon(1)
      open--
      return back ? ok : nobody
    })
    const all = Promise.all(Array.from({ length: 100 }, (_, i) => at.send(i)))
    await soon(100)
    expect(at.sending.isDown()).toBe(true)
    expect(most).toBeLessThanOrEqual(8)
    most = 0
    await soon(200)
    expect(most).toBe(1)
    // Far from all were tried.
    expect(at.posted.length).toBeLessThan(60)
    back = true
    expect(await all).toEqual(Array(100).fill('told'))
    expect(at.sending.isDown()).toBe(false)
  })

  test('[WH5] keeps an event waiting that is not wanted any more without a try, and lets the next one try', async () => {
    const at = start({ concurrency: 1 })
    at.answer(() => nobody)
    let wanted = true
    const old = Array.from({ length: 5 }, () => at.send(1, () => wanted))
    await soon(60)
    expect(at.sending.isDown()).toBe(true)
    wanted = false
    at.answer(() => ok)
    expect(await at.send(2)).toBe('told')
    expect(await Promise.all(old)).toEqual(Array(5).fill('gone'))
  })

  test('[WH24] counts silence as a refusal when others were answered meanwhile', async () => {
    const at = start({ tries: 3 })
    at.answer(({ body }) => (body.includes('epoch-1-0-1"') ? { failure: 'late', text: 'late' } : ok))
    const poison = at.send(1)
    let done = false
    poison.then(() => {
      done = true
    })
    for (let i = 2; !done && i < 500; i++) {
      await at.send(i)
      await soon(1)
    }
    expect(await poison).toEqual({ why: 'late', tries: 3 })
  })

  test('[WH26] ends at once when it is closed, and never calls that a failure', async () => {
    const at = start({ concurrency: 2 })
    at.answer(() => nobody)
    const waiting = Array.from({ length: 20 }, (_, i) => at.send(i))
    await soon(50)
    const before = at.posted.length
    at.sending.close()
    expect(await Promise.all(waiting)).toEqual(Array(20).fill('gone'))
    expect(at.posted.length - before).toBeLessThanOrEqual(2)
    expect(await at.send()).toBe('gone')
  })

  test('[WH21] keeps of an answer what can be kept', async () => {
    const at = start({ tries: 1 })
    at.answer(() => ({ answer: { status: 500, text: `\0${'x'.repeat(198)}😀` } }))
    expect(await at.send()).toEqual({ why: `status 500: ${'x'.repeat(198)}\ufffd`, tries: 1 })
  })
})
