import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { handClock, startNode, type TestNode } from '../../../tests/support/core.ts'
import type { Group, Message } from '../model.ts'
import { messages } from '../tables.ts'
import { type HistoryQuery, visible } from './history.ts'

let node: TestNode
let group: Group
let clock = handClock()

beforeEach(async () => {
  clock = handClock()
  node = startNode({ clock: clock.now })
  await node.users('anna', 'ben')
  group = await node.group('anna', ['ben'], { policy: { tips: 'none' } })
})
afterEach(() => node.stop())

/** So many messages; some with a time of their own, some hidden from ben. */
async function fill(count: number) {
  for (let i = 0; i < count; i++) {
    clock.move(i % 4 === 0 ? 10 : 0)
    const shown = i % 5 === 2 ? clock.now() - 25 : undefined
    const hiddenFrom = i % 3 === 1 ? ['ben'] : undefined
    await node.core.send.toGroup(node.call, group.id, { from: 'anna', parts: [], shown, hiddenFrom })
  }
  const rows = await node.store.scan(messages, { prefix: [group.id], limit: 1000 })
  return rows.map(row => row.value)
}

async function readAll(query: Omit<HistoryQuery, 'after'>): Promise<{ seqs: number[]; pages: number }> {
  const seqs: number[] = []
  let pages = 0
  for (let after: HistoryQuery['after'], more = true; more; ) {
    const page = await node.core.history.read(group, { ...query, after })
    expect(page.messages.length).toBeLessThanOrEqual(query.limit)
    seqs.push(...page.messages.map(message => message.seq))
    after = page.next
    more = page.next !== undefined
    pages++
  }
  return { seqs, pages }
}

/** The same by its definition. */
function expected(rows: Message[], { by, from, to, reverse, viewer, accept }: HistoryQuery): number[] {
  const place = (message: Message) => (by === 'seq' ? message.seq : message.shown)
  const found = rows
    .filter(row => place(row) >= (from ?? 0) && place(row) <= (to ?? Infinity))
    .filter(row => visible(row, viewer) && accept?.(row) !== false)
    .sort((a, b) => place(a) - place(b) || a.seq - b.seq)
  return (reverse ? found.reverse() : found).map(row => row.seq)
}

describe('[MS9] history', () => {
  test('page by page is everything between two places that the viewer sees, once, in order, either way', async () => {
    const rows = await fill(45)
    const start = (rows[0] as Message).time - 30
    const queries = fc.record({
      by: fc.constantFrom('seq' as const, 'time' as const),
      from: fc.option(fc.nat(60), { nil: undefined }),
      to: fc.option(fc.nat(160), { nil: undefined }),
      limit: fc.integer({ min: 1, max: 50 }),
      reverse: fc.boolean(),
      viewer: fc.constantFrom(undefined, { user: 'ben' }, { user: 'ben', member: { hidden: 20 } }),
      odd: fc.boolean(),
    })
    await fc.assert(
      fc.asyncProperty(queries, async ({ odd, ...asked }) => {
        const base = asked.by === 'time' ? start : 0
        const from = asked.from === undefined ? undefined : base + asked.from
        const to = asked.to === undefined ? undefined : base + asked.to
        const accept = odd ? (message: Message) => message.seq % 2 === 1 : undefined
        const query = { ...asked, from, to, accept }
        expect((await readAll(query)).seqs).toEqual(expected(rows, query))
      }),
      { numRuns: 300 },
    )
  })

  test('says that nothing follows when nothing does, also when the last page is full', async () => {
    await fill(40)
    expect((await readAll({ by: 'seq', limit: 20, reverse: false })).pages).toBe(2)
    expect((await readAll({ by: 'time', limit: 40, reverse: true })).pages).toBe(1)
    const last = Number.MAX_SAFE_INTEGER
    for (const by of ['seq', 'time'] as const)
      expect((await readAll({ by, from: 0, to: last, limit: 40, reverse: true })).seqs).toHaveLength(40)
    const empty = await node.core.history.read({ id: 1 }, { by: 'seq', limit: 5, reverse: false })
    expect(empty).toEqual({ messages: [] })
  })

  test('looks at a bounded number of rows for a page, however few are accepted', async () => {
    await fill(900)
    const scans: number[] = []
    const { scan } = node.store
    node.store.scan = (table, range, index) => {
      scans.push(range.limit)
      return scan(table, range, index)
    }
    for (let i = 0; i < 1500; i++)
      await node.core.send.toGroup(node.call, group.id, { from: 'anna', parts: [], hiddenFrom: ['ben'] })
    scans.length = 0
    const query = { by: 'seq', from: 901, limit: 100, reverse: false, viewer: { user: 'ben' } } as const
    const all = await readAll(query)
    expect(all.seqs).toEqual([])
    const most = { by: 'seq', limit: 100, reverse: false, accept: () => false } as const
    scans.length = 0
    const page = await node.core.history.read(group, most)
    expect(page.messages).toEqual([])
    expect(page.next?.seq).toBeLessThanOrEqual(2200)
    expect(scans.reduce((sum, limit) => sum + limit, 0)).toBeLessThanOrEqual(2200)
    expect(Math.max(...scans)).toBeLessThanOrEqual(200)
  })

  test('finds messages by id and by number, of this conversation only', async () => {
    const rows = await fill(3)
    const other = await node.group('anna')
    const ids = rows.map(row => row.id)
    expect(await node.core.history.byIds(group.id, [ids[2] as number, 1, ids[0] as number])).toEqual([
      rows[2],
      undefined,
      rows[0],
    ])
    expect(await node.core.history.byIds(other.id, ids)).toEqual([undefined, undefined, undefined])
    expect(await node.core.history.bySeqs(group.id, [3, 9, 1])).toEqual([rows[2], undefined, rows[0]])
  })
})
