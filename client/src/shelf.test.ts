import { describe, expect, test } from 'vitest'
import type { Change, Message } from './protocol.ts'
import { openShelf, withChange } from './shelf.ts'

const message = (seq: number, conv = 1) => ({ conv, seq, parts: [{ type: 'text', text: `m${seq}` }] }) as Message
const change = (seq: number, fields: Partial<Change>) => ({ conv: 1, rev: 1, seq, ...fields }) as Change
const size = { conversations: 2, messages: 3 }
const seqs = (messages: Message[]) => messages.map(each => each.seq)

/** A page that comes when the test says so. */
function pageOf(...numbers: number[]) {
  let give = () => {}
  const asked = new Promise<{ messages: Message[]; next?: number }>(resolve => {
    give = () => resolve({ messages: numbers.map(seq => message(seq)), next: 1 })
  })
  return { asked, give }
}

describe('the shelf', () => {
  test('[GW84] keeps the newest messages of the conversations in which something happened last', () => {
    const shelf = openShelf(size)
    shelf.begin(
      1,
      [1, 2, 3, 4].map(seq => message(seq)),
    )
    shelf.add(message(5))
    shelf.add(message(0))
    expect(seqs(shelf.of(1))).toEqual([3, 4, 5])
    shelf.add(message(1, 2))
    shelf.add(message(6))
    shelf.add(message(1, 3))
    expect([1, 2, 3].map(conv => seqs(shelf.of(conv)))).toEqual([[4, 5, 6], [], [1]])
    shelf.forget(1)
    expect(shelf.of(1)).toEqual([])
    const none = openShelf({ conversations: 5, messages: 0 })
    none.begin(1, [message(1)])
    none.add(message(2))
    expect(none.of(1)).toEqual([])
  })

  test('[GW85] changes show on what is kept; what is erased goes', () => {
    const shelf = openShelf({ conversations: 1, messages: 10 })
    shelf.begin(
      1,
      [1, 2, 3, 4, 5].map(seq => message(seq)),
    )
    shelf.change(
      change(2, { what: 'edit', parts: [{ type: 'text', text: 'new' }], edited: { by: 'a', at: 1, times: 1 } }),
    )
    shelf.change(change(3, { what: 'recall', recalled: { by: 'a', at: 1 } }))
    shelf.change(change(9, { what: 'recall', recalled: { by: 'a', at: 1 } }))
    expect(shelf.of(1)[1]).toMatchObject({ parts: [{ text: 'new' }], edited: { times: 1 } })
    expect(shelf.of(1)[2]).toEqual({ conv: 1, seq: 3, recalled: { by: 'a', at: 1 } })
    shelf.erase({ conv: 1, seqs: [4], upTo: 2 })
    expect(seqs(shelf.of(1))).toEqual([3, 5])
    shelf.clear()
    expect(shelf.of(1)).toEqual([])
  })

  test('[GW86] a page of history shows what happened while it was on its way, and joins what is kept', async () => {
    const shelf = openShelf({ conversations: 2, messages: 10 })
    shelf.begin(1, [message(6), message(7)])
    const older = pageOf(2, 3, 4, 5)
    const page = shelf.page(1, 6, older.asked)
    shelf.change(change(3, { what: 'pin', pinned: { by: 'a', at: 1 } }))
    shelf.change(change(2, { what: 'recall', recalled: { by: 'a', at: 1 } }))
    shelf.erase({ conv: 1, seqs: [4] })
    shelf.add(message(8))
    older.give()
    const { messages, next } = await page
    expect(messages.map(each => [each.seq, each.pinned?.by, each.recalled?.by])).toEqual([
      [2, undefined, 'a'],
      [3, 'a', undefined],
      [5, undefined, undefined],
    ])
    expect(next).toBe(1)
    expect(seqs(shelf.of(1))).toEqual([2, 3, 5, 6, 7, 8])
    expect(shelf.of(1).slice(0, 3)).toEqual(messages)
  })

  test('[GW86] a page from elsewhere is passed on and not kept; what was left meanwhile is not shown', async () => {
    const shelf = openShelf({ conversations: 2, messages: 10 })
    shelf.begin(1, [message(6)])
    const far = pageOf(1, 2)
    const forward = pageOf(7)
    far.give()
    forward.give()
    expect(seqs((await shelf.page(1, 3, far.asked)).messages)).toEqual([1, 2])
    await shelf.page(1, undefined, forward.asked)
    expect(seqs(shelf.of(1))).toEqual([6])
    const late = pageOf(8, 9)
    const page = shelf.page(2, Number.POSITIVE_INFINITY, late.asked)
    shelf.forget(1)
    late.give()
    await page
    expect(seqs(shelf.of(2))).toEqual([8, 9])
    const gone = pageOf(4)
    const left = shelf.page(1, Number.POSITIVE_INFINITY, gone.asked)
    shelf.forget(1)
    gone.give()
    expect((await left).messages).toEqual([])
    expect(shelf.of(1)).toEqual([])
  })

  test('[GW85] what a message shows after each kind of change', () => {
    const base = { ...message(1), reactions: [{ kind: 'x', count: 1, users: ['a'] }], pinned: { by: 'a', at: 1 } }
    expect(withChange(base, change(2, { what: 'pin' }))).toBe(base)
    expect(withChange(base, { ...change(1, { what: 'pin' }), conv: 2 })).toBe(base)
    expect(withChange(base, change(1, { what: 'extend' }))).toBe(base)
    expect(withChange(base, change(1, { what: 'pin' }))?.pinned).toBeUndefined()
    expect(withChange(base, change(1, { what: 'reaction' }))?.reactions).toBeUndefined()
    expect(withChange(base, change(1, { what: 'withdraw' }))).toBeUndefined()
    expect(withChange(base, change(2, { what: 'withdraw' }))).toBe(base)
    const recalled = { by: 'b', at: 2 }
    const gone = withChange({ ...base, mentions: { users: ['x'] } }, change(1, { what: 'recall', recalled }))
    expect(gone).toEqual({ conv: 1, seq: 1, recalled, mentions: { users: ['x'] } })
    // Edited while this device was away, and recalled before it came back.
    const edited = { by: 'b', at: 1, times: 1 }
    expect(withChange(base, change(1, { what: 'edit', recalled, edited }))).toEqual({
      conv: 1,
      seq: 1,
      recalled,
      edited,
    })
  })
})
