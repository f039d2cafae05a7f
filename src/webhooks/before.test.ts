import { describe, expect, test } from 'vitest'
import type { App, Webhook } from '../core/apps/model.ts'
import type { Call } from '../core/call.ts'
import type { Core } from '../core/core.ts'
import { Fault } from '../core/errors.ts'
import { type Callbacks, asked as declare, type Outgoing } from '../dialects/callbacks.ts'
import { openBefore } from './before.ts'
import type { Outcome, Wanted } from './post.ts'
import type { Targets } from './targets.ts'

const call = { app: { id: 1 }, origin: { dialect: 'native', via: 'client' } } as unknown as Call
const draft = { user: 'u', profile: { nick: 'old' } } as never

/** Asks somebody whose answers are read by `decide`. */
function start(decide: (reply: unknown) => unknown, silence: Webhook['silence'] = 'pass') {
  const sent: Outgoing[] = []
  const posted: Wanted[] = []
  const observed: string[] = []
  const reported: unknown[] = []
  let outcome: Outcome = { answer: { status: 200, text: '{"a":1}' } }
  const asked = declare({
    id: 'x',
    point: 'profile.change',
    body: () => ({ n: 1 }),
    route: () => 'elsewhere',
    decide: reply => decide(reply) as never,
  })
  const callbacks = {
    request(_: App, __: Webhook, outgoing: Outgoing) {
      sent.push(outgoing)
      return { url: 'http://x', headers: {}, body: JSON.stringify(outgoing.body) }
    },
    silent: () => new Fault('hook.refused', 'silence'),
  } as unknown as Callbacks
  const webhook = { name: 'x', silence, templates: {}, timeout: 700, ca: 'ca', cert: 'cert', key: 'key' }
  const found = { target: { app: call.app, webhook, callbacks }, asked: [asked] }
  const ask = openBefore({
    targets: { asks: () => found } as unknown as Targets,
    poster: {
      async post(wanted) {
        posted.push(wanted)
        return outcome
      },
      async close() {},
    },
    dialects: [],
    core: () =>
      ({
        clock: () => 5,
        log: { error() {} },
        report: async (_: Call, event: unknown) => reported.push(event),
      }) as unknown as Core,
    observe: (_, __, how) => observed.push(how),
  })
  return {
    ...{ sent, posted, observed, reported },
    answer(how: Outcome) {
      outcome = how
    },
    ask: () => ask.ask('profile.change', call, draft),
  }
}

describe('a question', () => {
  test('[WH10] is put once, with the settings of its back end, and its answer decides', async () => {
    const wanted = { user: 'u', profile: { nick: 'new' } }
    const at = start(reply => (JSON.stringify(reply) === '{"a":1}' ? wanted : undefined))
    expect(await at.ask()).toBe(wanted)
    expect(at.posted).toEqual([
      { url: 'http://x', headers: {}, body: '{"n":1}', timeout: 700, ca: 'ca', cert: 'cert', key: 'key' },
    ])
    expect(at.sent).toEqual([expect.objectContaining({ id: 'x', route: 'elsewhere', at: 5 })])
    expect([at.observed, at.reported]).toEqual([['answered'], []])
  })

  test('[WH10] whose answer nobody can read is silence, whatever goes wrong with it; others are told of that', async () => {
    const breaking = () => {
      throw new TypeError('cannot read properties of undefined')
    }
    const at = start(breaking)
    expect(await at.ask()).toBe(draft)
    expect([at.observed, at.reported]).toEqual([
      ['silent'],
      [{ type: 'hook.failed', reason: 'status 200', body: '{"n":1}' }],
    ])
    await expect(start(breaking, 'refuse').ask()).rejects.toThrow('silence')
    at.answer({ failure: 'late', text: 'too late' })
    expect(await at.ask()).toBe(draft)
    expect(at.reported[1]).toMatchObject({ reason: 'too late' })
  })

  test('[WH11] that is answered with no is a refusal, and nothing else is told of it', async () => {
    const at = start(() => {
      throw new Fault('hook.refused', 'no', { dialect: 'tencent', code: 120001 })
    })
    await expect(at.ask()).rejects.toMatchObject({ message: 'no', own: { code: 120001 } })
    expect([at.observed, at.reported]).toEqual([['refused'], []])
  })
})
