import type { Context, Logger } from '../../src/core/context.ts'
import type { Core } from '../../src/core/core.ts'
import { openDeliveries } from '../../src/core/outbox/deliveries.ts'
import { openParking } from '../../src/core/outbox/parking.ts'
import { type Kept, outbox, deliveries as table } from '../../src/core/tables.ts'
import { openMemory } from '../../src/storage/memory.ts'
import { append, type Store, StoreUnavailable } from '../../src/storage/store.ts'
import { type LaneSettings, openLane } from '../../src/webhooks/lane.ts'
import type { End, Sending } from '../../src/webhooks/sending.ts'

const [app, lane, name] = [1, 0, 'target']

/** A lane over a store that can fail, with somebody who takes what it tells. */
export async function startLane(settings: Partial<LaneSettings> = {}) {
  const real = openMemory()
  const fails = new Set<string>()
  const calls: Record<string, number> = {}
  const store = new Proxy(real, {
    get(target, method: keyof Store) {
      const value = Reflect.get(target, method)
      if (typeof value !== 'function') return value
      return async (...args: never[]) => {
        calls[method] = (calls[method] ?? 0) + 1
        if (fails.has(method)) throw new StoreUnavailable('not now')
        return (value as (...all: never[]) => unknown).apply(target, args)
      }
    },
  })
  const logged: string[] = []
  const note = (_: object, text: string) => logged.push(text)
  const log = { info() {}, warn: note, error: note } as unknown as Logger
  let now = 1_000_000
  const ctx = { store, clock: () => now, node: 'one', log } as unknown as Context
  const core = { deliveries: openDeliveries(ctx), parking: openParking(ctx), clock: ctx.clock, log } as unknown as Core
  await core.deliveries.begin(app, [name])
  const sent: Kept[] = []
  const marks: Record<string, string>[] = []
  let answer: (kept: Kept) => End | Promise<End> = () => 'told'
  const sending: Sending = {
    async send(kept, mark, wanted) {
      if (!wanted()) return 'gone'
      sent.push(kept)
      marks.push(mark)
      return answer(kept)
    },
    isDown: () => false,
    close() {},
  }
  const own = openLane(core, { app, name }, lane, sending, {
    claim: 10_000,
    bound: 100_000,
    age: 1e9,
    take: (wanted: number) => wanted,
    ...settings,
  })
  let last = 0
  return {
    ...{ own, core, sent, marks, fails, logged, calls, store: real },
    places: () => sent.map(each => each.place),
    answer(how: typeof answer) {
      answer = how
    },
    async grow(...keys: string[]) {
      await real.commit(keys.map(key => append(outbox, [app, lane], { key })))
      last += keys.length
    },
    tick: () => own.tick(last),
    pass(ms: number) {
      now += ms
    },
    async stop() {
      await own.close()
      await real.close()
    },
    row: async () => (await real.get(table, [app, lane, name]))?.value,
  }
}
