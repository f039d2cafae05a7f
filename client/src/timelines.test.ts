import { describe, expect, test } from 'vitest'
import { at, change, message, moved, ready, reply, server, told } from '../../tests/support/timelines.ts'
import { openTimelines } from './timelines.ts'

describe('timelines', () => {
  test('[GW60] what comes in order is told, what came before is not told again', async () => {
    const { timelines, log, asked } = await ready(at(1, 5, 2))
    for (const seq of [5, 6, 6, 4, 7]) timelines.push(message(1, seq))
    for (const rev of [2, 3, 3]) timelines.push(change(1, rev))
    expect(log).toEqual(['message 1/6', 'message 1/7', 'change 1/3'])
    expect(asked).toEqual([])
    expect(timelines.save().positions).toEqual([at(1, 7, 3)])
  })

  test('[GW61] a gap is asked for, and what comes meanwhile waits behind it', async () => {
    const { timelines, log, asked } = await ready(at(1, 5, 2))
    timelines.push(message(1, 8))
    timelines.push(change(1, 3, 8))
    timelines.push(message(1, 9))
    expect(log).toEqual([])
    expect(asked[0]?.query).toEqual({ epoch: 'e', positions: [at(1, 5, 2)], only: true })
    await asked[0]?.answer(reply([moved(1, [6, 7, 8], [], { rev: 2 })]))
    expect(log).toEqual(['message 1/6', 'message 1/7', 'message 1/8', 'here 1', 'change 1/3', 'message 1/9'])
  })

  test('[GW61] a change to a message that has not come yet waits for it', async () => {
    const { timelines, log, asked } = await ready(at(1, 5, 2))
    timelines.push(change(1, 3, 6))
    await asked[0]?.answer(reply([moved(1, [6], [3])]))
    expect(log).toEqual(['message 1/6', 'change 1/3', 'here 1'])
  })

  test('[GW62] what is pushed while resuming is told after what was missed', async () => {
    const seen = told()
    const timelines = openTimelines({ epoch: 'e', positions: [at(1, 5, 0)] }, seen)
    const { asked, sync } = server()
    const resumed = timelines.resume(sync)
    timelines.push(message(1, 7))
    timelines.push(message(1, 8))
    timelines.push({ type: 'read', conv: 1, seq: 8 })
    expect(seen.log).toEqual([])
    await asked[0]?.answer(reply([moved(1, [6, 7], [], { rev: 0 })]))
    await resumed
    expect(seen.log).toEqual(['message 1/6', 'message 1/7', 'here 1', 'message 1/8', 'read 1/8'])
  })

  test('[GW63] many positions go in pages, each after the last answered', async () => {
    const seen = told()
    const positions = Array.from({ length: 450 }, (_, i) => at(i + 1, 1, 0))
    const timelines = openTimelines({ epoch: 'e', positions }, seen)
    const { asked, sync } = server()
    const resumed = timelines.resume(sync)
    for (const next of [200, 400, undefined]) await asked.at(-1)?.answer(reply([], { next }))
    await resumed
    const pages = asked.map(({ query }) => [
      query.after,
      query.positions[0]?.conv,
      query.positions.length,
      query.partial,
    ])
    expect(pages).toEqual([
      [0, 1, 200, true],
      [200, 201, 200, true],
      [400, 401, 50, false],
    ])
  })

  test('[GW64] what is still missing after an answer is asked for at once', async () => {
    const seen = told()
    const timelines = openTimelines({ epoch: 'e', positions: [at(1, 0, 0)] }, seen)
    const { asked, sync } = server()
    const resumed = timelines.resume(sync)
    await asked[0]?.answer(reply([moved(1, [1, 2], [], { rev: 0, more: true })]))
    expect(asked[1]?.query).toEqual({ epoch: 'e', positions: [at(1, 2, 0)], only: true })
    await asked[1]?.answer(reply([moved(1, [3], [], { rev: 0 })]))
    await resumed
    expect(seen.log).toEqual(['message 1/1', 'message 1/2', 'here 1', 'message 1/3', 'here 1'])
  })

  test('[GW65] a new conversation begins with its newest page; one that is gone is forgotten', async () => {
    const { timelines, log, asked } = await ready(at(1, 5, 0))
    timelines.push({ type: 'membership', conv: 2, here: true })
    expect(asked[0]?.query.positions).toEqual([{ conv: 2, seq: 0, rev: 0, since: 0 }])
    await asked[0]?.answer(reply([moved(2, [8, 9], [], { reset: true, rev: 4 })]))
    timelines.push(change(2, 5))
    timelines.push({ type: 'membership', conv: 1, here: false })
    expect(log).toEqual(['here 2 anew 8,9', 'change 2/5', 'gone 1'])
    expect(timelines.save().positions.map(position => position.conv)).toEqual([2])
  })

  test('[GW65] an answer from before somebody left and came again is not used', async () => {
    const { timelines, log, asked } = await ready()
    timelines.push({ type: 'membership', conv: 2, here: true })
    timelines.push({ type: 'membership', conv: 2, here: false })
    timelines.push({ type: 'membership', conv: 2, here: true })
    await asked[0]?.answer(reply([moved(2, [1], [], { reset: true })]))
    expect(log).toEqual([])
    await asked[1]?.answer(reply([moved(2, [7], [], { reset: true })]))
    expect(log).toEqual(['here 2 anew 7'])
  })

  test('[GW65] news of a conversation that is not the user’s is asked for once, not for ever', async () => {
    const { timelines, asked } = await ready()
    timelines.push(message(3, 1))
    await asked[0]?.answer(reply([], { gone: [3] }))
    expect(asked).toHaveLength(1)
  })

  test('[GW66] blanks move the position and are not told; passing messages are told without one', async () => {
    const { timelines, log } = await ready(at(1, 5, 0))
    timelines.push({ type: 'message', conv: 1, seq: 6, blank: true })
    timelines.push({ type: 'change', conv: 1, rev: 1, blank: true })
    timelines.push(message(1, 0))
    expect(log).toEqual(['message 1/0'])
    expect(timelines.save().positions).toEqual([at(1, 6, 1)])
  })

  test('[GW67] a question that is refused makes a new connection necessary', async () => {
    const { timelines, log, asked } = await ready(at(1, 5, 0))
    timelines.push(message(1, 9))
    await asked[0]?.refuse()
    expect(log).toEqual(['stuck'])
  })

  test('[GW67] a question that the end of a connection cut off is no matter: resuming asks anew', async () => {
    const { timelines, log, asked } = await ready(at(1, 5, 0))
    timelines.push(message(1, 9))
    timelines.interrupt()
    await asked[0]?.refuse()
    expect(log).toEqual([])
    const again = server()
    const resumed = timelines.resume(again.sync)
    expect(again.asked[0]?.query.positions).toEqual([at(1, 5, 0)])
    await again.asked[0]?.answer(reply([moved(1, [6, 7, 8, 9], [], { rev: 0 })]))
    await resumed
    expect(log.at(-2)).toBe('message 1/9')
  })

  test('[GW68] the epoch is kept only when everything of it was taken', async () => {
    const timelines = openTimelines({ epoch: 'old', positions: [at(1, 5, 0), at(2, 5, 0)] }, told())
    const { asked, sync } = server()
    timelines.resume(sync).catch(() => {})
    await asked[0]?.answer(reply([moved(1, [1], [], { reset: true })], { next: 1 }))
    expect(timelines.save().epoch).toBe('old')
    await asked[1]?.answer(reply([moved(2, [1], [], { reset: true })]))
    expect(timelines.save().epoch).toBe('e')
  })
})
