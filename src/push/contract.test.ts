import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { startApns } from '../../tests/support/push/apns.ts'
import { startFcm } from '../../tests/support/push/fcm.ts'
import { busySeconds, type Provider } from '../../tests/support/push/provider.ts'
import { pushTo } from '../../tests/support/push/pushes.ts'
import { startWebPush } from '../../tests/support/push/web-push.ts'
import { startWebhook } from '../../tests/support/push/webhook.ts'
import { openApns } from './apns.ts'
import { openFcm } from './fcm.ts'
import type { Outgoing, PushEngine } from './push.ts'
import { openWebPush } from './web-push.ts'
import { openWebhook } from './webhook.ts'

/** A provider that checks what the real one checks, and what opens an engine for it. */
interface Subject {
  provider: Provider
  open: (timeout: number, ca?: { ca: undefined }) => PushEngine
  /** As many connections as pushes that come one after the other may need. */
  connections: number
  /** The most bytes that certainly go through; absent where there is no limit. */
  room?: number
  /** How a repeat is known to the provider; absent where its protocol has no way. */
  repeat?: (provider: Provider) => unknown[]
}

const subjects: Record<string, () => Promise<Subject>> = {
  webhook: async () => {
    const provider = await startWebhook()
    const open: Subject['open'] = (timeout, ca) => openWebhook({ ...provider.settings, timeout, ...ca })
    return { provider, open, connections: 2, repeat: () => provider.ids }
  },
  'web-push': async () => {
    const provider = await startWebPush()
    const open: Subject['open'] = (timeout, ca) => openWebPush({ ...provider.settings, timeout, ...ca })
    return { provider, open, connections: 2, room: 4096, repeat: ({ taken }) => taken.map(({ body }) => body.id) }
  },
  apns: async () => {
    const provider = await startApns()
    const open: Subject['open'] = (timeout, ca) => openApns({ ...provider.settings, timeout, ...ca })
    return { provider, open, connections: 1, room: 4096, repeat: ({ taken }) => taken.map(({ id }) => id) }
  },
  fcm: async () => {
    const provider = await startFcm()
    const open: Subject['open'] = (timeout, ca) => openFcm({ ...provider.settings, timeout, ...ca })
    return { provider, open, connections: 2, room: 4096 }
  },
}

/** Enough for whatever is answered at all, and little enough for a test to wait for (ms). */
const [patient, hasty] = [10_000, 500]

describe.each(Object.keys(subjects))('push contract: %s', kind => {
  let provider: Provider
  let engine: PushEngine
  let subject: Subject

  beforeEach(async () => {
    subject = await (subjects[kind] as () => Promise<Subject>)()
    provider = subject.provider
    engine = subject.open(patient)
  })

  afterEach(async () => {
    await engine.close()
    await provider.stop().catch(() => {})
  })

  /** Makes the engine one that soon gives up, which has done a push already: some providers let one in first. */
  async function hurry() {
    await engine.close()
    engine = subject.open(hasty)
    await engine.send([pushTo(provider.device())])
  }

  const treated = (treatment: Parameters<Provider['treat']>[1]) => {
    const token = provider.device()
    provider.treat(token, treatment)
    return token
  }

  test('[PU1] what became of each push is said in their order', async () => {
    const wanted = ['take', 'gone', 'refuse', 'take', 'busy', 'broken', 'take', 'gone'] as const
    const results = { take: 'sent', gone: 'gone', refuse: 'refused', busy: 'later', broken: 'later' }
    const outcomes = await engine.send(wanted.map(treatment => pushTo(treated(treatment))))
    expect(outcomes.map(({ result }) => result)).toEqual(wanted.map(treatment => results[treatment]))
    expect(await engine.send([])).toEqual([])
  })

  test('[PU2] what is sent is shown: title, text and the data of the app reach the device', async () => {
    const push = pushTo(provider.device(), {
      title: 'Ann “A” 安',
      text: 'line one\nline two 👩‍👩‍👧',
      payload: '{"a":[1,"é"]}',
    })
    expect(await engine.send([push])).toMatchObject([{ result: 'sent' }])
    const { token, title, text, payload } = push
    expect(provider.taken).toMatchObject([{ token, title, text, payload }])
  })

  test('[PU3] a token that is no longer valid is gone', async () => {
    const [outcome] = await engine.send([pushTo(treated('gone'))])
    expect(outcome).toMatchObject({ result: 'gone', why: expect.stringMatching(/./) })
    expect(provider.taken).toEqual([])
  })

  test('[PU4] a provider that had enough is not asked before it wants to be', async () => {
    const [busy, broken] = await engine.send([pushTo(treated('busy')), pushTo(treated('broken'))])
    expect(busy).toMatchObject({ result: 'later', after: busySeconds * 1000 })
    expect(broken).toMatchObject({ result: 'later', after: expect.toSatisfy((wait: number) => wait >= 1000) })
  })

  test('[PU5] a push that the provider does not want is refused, and its token stays', async () => {
    const [outcome] = await engine.send([pushTo(treated('refuse'))])
    expect(outcome).toMatchObject({ result: 'refused', why: expect.stringMatching(/./) })
  })

  test('[PU6] a provider that is down is asked later, and works again when it is back', async () => {
    const token = provider.device()
    expect(await engine.send([pushTo(token)])).toMatchObject([{ result: 'sent' }])
    await provider.stop()
    const start = performance.now()
    const outcomes = await engine.send([pushTo(token), pushTo(token)])
    expect(outcomes).toMatchObject([{ result: 'later' }, { result: 'later' }])
    expect(performance.now() - start).toBeLessThan(patient / 2)
    await provider.listen()
    expect(await engine.send([pushTo(token)])).toMatchObject([{ result: 'sent' }])
    expect(provider.taken).toHaveLength(2)
  })

  test('[PU7] a provider that never answers costs its call a bounded time, and other calls nothing', async () => {
    await hurry()
    const silent = treated('silent')
    const start = performance.now()
    const stuck = engine.send([pushTo(silent), pushTo(silent)])
    expect(await engine.send([pushTo(provider.device())])).toMatchObject([{ result: 'sent' }])
    expect(performance.now() - start).toBeLessThan(hasty)
    expect(await stuck).toMatchObject([
      { result: 'later', why: expect.stringContaining('no answer') },
      { result: 'later' },
    ])
    expect(performance.now() - start).toBeLessThan(1.5 * hasty)
  })

  test('[PU7] a call with more pushes than fit abreast ends within twice the timeout', async () => {
    await hurry()
    const silent = treated('silent')
    const start = performance.now()
    const outcomes = await engine.send(Array.from({ length: engine.largest }, () => pushTo(silent)))
    expect(outcomes).toHaveLength(engine.largest)
    expect(new Set(outcomes.map(({ result }) => result))).toEqual(new Set(['later']))
    // A hundred abreast, one after the other, would take ten times the timeout.
    expect(performance.now() - start).toBeLessThan(8 * hasty)
  })

  test('[PU8] after the end everything is later: what is under way at once, and whatever comes', async () => {
    const silent = treated('silent')
    const under = engine.send([pushTo(silent)])
    while (provider.requests === 0) await new Promise(resolve => setTimeout(resolve, 5))
    const start = performance.now()
    await engine.close()
    expect(await under).toMatchObject([{ result: 'later', why: 'the engine was closed' }])
    expect(performance.now() - start).toBeLessThan(patient / 10)
    const { requests } = provider
    expect(await engine.send([pushTo(provider.device())])).toMatchObject([{ result: 'later' }])
    await engine.close()
    expect(provider.requests).toBe(requests)
  })

  test('[PU9] more pushes than a call may bring are refused before anything is sent', async () => {
    const token = provider.device()
    const pushes = Array.from({ length: engine.largest + 1 }, () => pushTo(token))
    await expect(engine.send(pushes)).rejects.toThrow(RangeError)
    expect(provider.requests).toBe(0)
    const taken = engine.send(pushes.slice(1))
    await engine.close()
    expect(await taken).toHaveLength(engine.largest)
  })

  test('[PU10] calls overlap and keep their outcomes apart', async () => {
    const [good, bad] = [provider.device(), treated('gone')]
    const calls = Array.from({ length: 40 }, (_, i) => engine.send([pushTo(i % 3 ? good : bad), pushTo(good)]))
    const outcomes = await Promise.all(calls)
    expect(outcomes.map(each => each.map(({ result }) => result))).toEqual(
      outcomes.map((_, i) => [i % 3 ? 'sent' : 'gone', 'sent']),
    )
  })

  test('[PU11] a text that is too long for the provider is shortened, and data that is too long refused', async context => {
    const { room } = subject
    if (!room) return context.skip('this provider has no limit')
    // Quotes and control characters are longer on the wire than they are by themselves.
    const text = '"\u0001👩‍👩‍👧é'.repeat(room)
    const push = pushTo(provider.device(), { text, payload: 'x'.repeat(room / 2) })
    const huge = { ...push, id: 'huge', payload: 'x'.repeat(room) }
    expect(await engine.send([push, huge])).toMatchObject([{ result: 'sent' }, { result: 'refused' }])
    const [taken] = provider.taken
    expect(taken?.payload).toBe(push.payload)
    const kept = taken?.text ?? ''
    expect(kept).toMatch(/…$/)
    expect(text.startsWith(kept.slice(0, -1))).toBe(true)
    // Whole graphemes only, and not fewer than fit.
    const last = [...new Intl.Segmenter().segment(kept.slice(0, -1))].at(-1)?.segment
    expect(['"', '\u0001', '👩‍👩‍👧', 'é']).toContain(last)
    // Room for 100 bytes of what else there is, and no more is given away: one more grapheme may need 25.
    expect(taken?.size).toBeGreaterThan(room - 150)
    expect(taken?.size).toBeLessThanOrEqual(room)
  })

  test('[PU12] a repeat carries the same id, other pushes another', async context => {
    const { repeat } = subject
    if (!repeat) return context.skip('this protocol has no place for an id')
    const one = pushTo(provider.device())
    const other = pushTo(one.token)
    for (const push of [one, one, other]) await engine.send([push])
    const [first, second, third] = repeat(provider)
    expect(first).toBeTruthy()
    expect(second).toBe(first)
    expect(third).not.toBe(first)
  })

  test('[PU13] connections are made with the first push, and kept', async () => {
    const token = provider.device()
    expect(provider.connections).toBe(0)
    for (let i = 0; i < 10; i++) await engine.send([pushTo(token)])
    expect(provider.connections).toBeLessThanOrEqual(subject.connections)
  })

  test('[PU14] a token in no form that the provider knows harms nobody', async () => {
    const strange = ['', '../../etc', '{"endpoint":1}', 'a b\r\nx: y', 'null', 'ü'.repeat(2000)]
    const outcomes = await engine.send([...strange.map(token => pushTo(token)), pushTo(provider.device())])
    expect(outcomes.at(-1)).toMatchObject({ result: 'sent' })
    // A back end has tokens of its own making.
    const allowed = kind === 'webhook' ? ['sent'] : ['gone', 'refused']
    for (const { result } of outcomes.slice(0, -1)) expect(allowed).toContain(result)
  })

  test('[PU15] a push is not changed by sending it', async () => {
    const push = pushTo(provider.device(), { options: { apns: { a: 1 }, fcm: { data: { b: '1' } }, web: { c: 1 } } })
    const before: Outgoing = structuredClone(push)
    await engine.send([push])
    expect(push).toEqual(before)
  })

  test('[PU16] a provider whose certificate nobody vouches for gets nothing', async () => {
    const careful = subject.open(patient, { ca: undefined })
    const [outcome] = await careful.send([pushTo(provider.device())])
    await careful.close()
    expect(outcome).toMatchObject({ result: 'later', why: expect.stringMatching(/self-signed/) })
    expect(provider.requests).toBe(0)
  })
})
