import { describe, expect, test } from 'vitest'
import { at, change, message, moved, ready, reply, server, told } from '../../tests/support/timelines.ts'
import type { Conversation, Message, Note, OwnFrame } from './protocol.ts'
import { openTimelines } from './timelines.ts'

describe('timelines beside messages and changes', () => {
  test('[GW82] reads of both sides, what is erased and what is cleared are told once, and kept in the position', async () => {
    const { timelines, log, asked } = await ready({ ...at(1, 5, 0), erased: 2 })
    for (const seq of [2, 2, 1]) timelines.push({ type: 'read', conv: 1, user: 'ann', seq })
    for (const seq of [4, 3]) timelines.push({ type: 'read', conv: 1, user: 'ben', seq })
    timelines.push({ type: 'erased', conv: 1, seqs: [1, 2], erased: 4 })
    timelines.push({ type: 'erased', conv: 1, seqs: [2], erased: 4 })
    timelines.push({ type: 'cleared', conv: 1, seq: 3 })
    timelines.push({ type: 'cleared', conv: 1, seq: 2 })
    expect(log).toEqual(['read 1/2', 'peer ben 1/4', 'erased 1/1,2', 'erased 1/to 3'])
    expect(timelines.save().positions).toEqual([{ ...at(1, 5, 0), read: 2, peerRead: 4, erased: 4, hidden: 3 }])
    expect(asked).toEqual([])
  })

  test('[GW82] erased messages that are missing before are asked for; an answer tells all of it', async () => {
    const { timelines, log, asked } = await ready(at(1, 5, 0))
    timelines.push({ type: 'erased', conv: 1, seqs: [3], erased: 2 })
    timelines.push({ type: 'read', conv: 1, user: 'ann', seq: 5 })
    const conversation = { conv: 1, since: 1, read: 4, peerRead: 2, peer: 'ben', hidden: 1, erased: 2 } as Conversation
    await asked[0]?.answer(reply([moved(1, [], [], { conversation, erased: [2, 3], seq: 5, rev: 0 })]))
    expect(log).toEqual(['erased 1/to 1', 'erased 1/2,3', 'read 1/4', 'peer ben 1/2', 'here 1', 'read 1/5'])
    expect(timelines.save().positions[0]).toMatchObject({ read: 5, peerRead: 2, hidden: 1, erased: 2 })
  })

  test('[GW82] a passing notification to a group is told and moves nothing', async () => {
    const { timelines, log } = await ready(at(1, 5, 3))
    timelines.push(change(1, 0))
    expect(log).toEqual(['change 1/0'])
    expect(timelines.save().positions).toEqual([at(1, 5, 3)])
  })

  test('[GW81] numbers of the other logs go with the first question only, and gaps in them are asked for', async () => {
    const seen = told()
    const own = { settings: 1, notes: 2, broadcasts: 3 }
    const timelines = openTimelines({ epoch: 'old', positions: [at(1, 1, 0), at(2, 1, 0)], own }, seen)
    const { asked, sync } = server()
    const resumed = timelines.resume(sync)
    expect(asked[0]?.query).toMatchObject(own)
    const notes = { reset: true, more: true, notes: [{ number: 1 } as Note], number: 1 }
    await asked[0]?.answer(reply([], { next: 1, notes }))
    expect(asked[1]?.query).not.toHaveProperty('notes')
    await asked[1]?.answer(reply([]))
    expect(asked[2]?.query).toEqual({ epoch: 'e', positions: [], only: true, settings: 1, notes: 1, broadcasts: 3 })
    const rest = { reset: false, more: false, notes: [{ number: 2 } as Note], number: 2 }
    await asked[2]?.answer(reply([], { notes: rest }))
    await resumed
    timelines.push({ type: 'note', number: 4 } as OwnFrame)
    timelines.push({ type: 'note', number: 3 } as OwnFrame)
    const both = { ...rest, notes: [3, 4].map(number => ({ number }) as Note), number: 4 }
    await asked[3]?.answer(reply([], { notes: both }))
    expect(seen.log).toEqual(['note 1', 'note 2', 'note 3', 'note 4'])
    expect(asked).toHaveLength(4)
    expect(timelines.save().own).toEqual({ settings: 1, notes: 4, broadcasts: 3 })
  })

  test('[GW88] more frames than can wait are asked for once more', async () => {
    const { timelines, log, asked } = await ready(at(1, 5, 0))
    timelines.push(message(1, 7))
    for (let seq = 8; seq <= 900; seq++) timelines.push(message(1, seq))
    await asked[0]?.answer(reply([moved(1, [6, 7], [], { rev: 0 })]))
    expect(asked[1]?.query.positions).toEqual([at(1, 7, 0)])
    await asked[1]?.answer(reply([moved(1, [8, 900], [], { rev: 0 })]))
    expect(log.filter(each => each.startsWith('message')).slice(-2)).toEqual(['message 1/8', 'message 1/900'])

    const seen = told()
    const many = openTimelines({ epoch: 'e', positions: [at(1, 5, 0)] }, seen)
    const again = server()
    const resumed = many.resume(again.sync)
    for (let seq = 6; seq <= 6000; seq++) many.push(message(1, seq))
    await again.asked[0]?.answer(reply([]))
    expect(again.asked[1]?.query.positions).toEqual([at(1, 5, 0)])
    await again.asked[1]?.answer(reply([moved(1, [6, 6000], [], { rev: 0 })]))
    await resumed
    expect(many.save().positions[0]?.seq).toBe(6000)
  })

  test('[GW89] a room that is entered begins with its page; one that is left is asked for', async () => {
    const { timelines, log, asked } = await ready(at(1, 5, 0))
    timelines.push({ type: 'room', conv: 3, here: true })
    await asked[0]?.answer(reply([moved(3, [1], [], { reset: true })]))
    timelines.push({ type: 'room', conv: 3, here: false, why: 'left' })
    expect(log).toEqual(['here 3 anew 1'])
    await asked[1]?.answer(reply([], { gone: [3] }))
    expect(log.at(-1)).toBe('gone 3')
  })

  test('[GW89] a room that was entered again before resuming is not gone', async () => {
    const seen = told()
    const timelines = openTimelines({ epoch: 'e', positions: [at(3, 5, 0), at(4, 1, 0)] }, seen)
    const { asked, sync } = server()
    const resumed = timelines.resume(sync)
    timelines.push({ type: 'room', conv: 3, here: true })
    await asked[0]?.answer(reply([], { gone: [3, 4] }))
    await resumed
    expect(seen.log).toEqual(['gone 4'])
    expect(asked[1]?.query.positions).toEqual([{ ...at(3, 5, 0), since: undefined }])
    await asked[1]?.answer(reply([moved(3, [6], [])]))
    expect(seen.log).toEqual(['gone 4', 'message 3/6', 'here 3'])
  })

  test('[GW104] what is said since a conversation came is news; what stood there before is its page', async () => {
    const { timelines, log, asked } = await ready()
    const messages = [1, 2, 3].map(seq => ({ ...message(2, seq), time: seq * 10 }) as unknown as Message)
    const conversation = { conv: 2, since: 20, read: 0 } as Conversation
    timelines.push({ type: 'membership', conv: 2, here: true })
    await asked[0]?.answer(reply([moved(2, [1, 2, 3], [], { reset: true, messages, conversation })]))
    expect(log).toEqual(['here 2 anew 1', 'message 2/2', 'message 2/3'])
    // Begun anew, it is no news.
    timelines.push(message(2, 9))
    await asked[1]?.answer(reply([moved(2, [1, 2, 3], [], { reset: true, messages, conversation })]))
    expect(log.slice(3)).toEqual(['here 2 anew 1,2,3'])

    const seen = told()
    const fresh = openTimelines({ positions: [] }, seen)
    const { asked: first, sync } = server()
    const resumed = fresh.resume(sync)
    await first[0]?.answer(reply([moved(2, [1, 2, 3], [], { reset: true, messages, conversation })]))
    await resumed
    expect(seen.log).toEqual(['here 2 anew 1,2,3'])
  })
})
