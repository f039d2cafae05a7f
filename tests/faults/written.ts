import { type Line, lines, sums, things } from '../../src/storage/contract/tables.ts'
import { add, append, put, type Row, ref, type Step, type Store } from '../../src/storage/store.ts'

/** One write of the driver: a row of a log, a row that names its number, and two counters, all or nothing. */
export function oneWrite(id: string, writer: number): Step[] {
  const talk = `talk${writer % 8}`
  const text = `ack-${id}. ${'x'.repeat(250)}`
  return [
    append(lines, [1, talk], { text }, { counted: 1 }),
    put(things, { app: 1, id, rank: ref(0).number, note: talk }),
    add(sums, [1, 'all'], 1),
    add(sums, [1, talk], 1),
  ]
}

/**
 * What the driver's writes left: throws when one is half there or twice there, or when a log has a gap or goes back in
 * time; gives the ids that are there.
 */
export async function whole(store: Store): Promise<Set<string>> {
  const ids = new Set<string>()
  for (let talk = 0; talk < 8; talk++) {
    const rows = await logOf(store, `talk${talk}`)
    for (const [i, { value }] of rows.entries()) {
      const id = /^ack-(.*)\. x+$/.exec(value.text)?.[1] ?? ''
      if (value.seq !== i + 1) throw new Error(`talk${talk} has number ${value.seq} in place ${i + 1}`)
      if (value.counters.counted !== i + 1) throw new Error(`talk${talk} counts ${value.counters.counted} at ${i + 1}`)
      if (value.at < (rows[i - 1]?.value.at ?? 0)) throw new Error(`talk${talk} goes back in time at ${i + 1}`)
      if (ids.has(id)) throw new Error(`${id} is there twice`)
      const row = await store.get(things, [1, id])
      if (row?.value.rank !== value.seq || row.value.note !== `talk${talk}`) throw new Error(`${id} is half there`)
      ids.add(id)
    }
    await expectSum(store, `talk${talk}`, rows.length)
  }
  await expectSum(store, 'all', ids.size)
  return ids
}

async function expectSum(store: Store, name: string, n: number): Promise<void> {
  const sum = (await store.get(sums, [1, name]))?.value.n ?? 0
  if (sum !== n) throw new Error(`${name} counts ${sum}, there are ${n}`)
}

async function logOf(store: Store, talk: string): Promise<Row<Line>[]> {
  const all: Row<Line>[] = []
  for (;;) {
    const page = await store.scan(lines, { prefix: [1, talk], from: [all.length + 1], limit: 1000 })
    all.push(...page)
    if (page.length < 1000) return all
  }
}
