import type { Committed, Conflict, Head, Key, KeyPart, Step, Table } from '../store.ts'

/** A row, and which batch wrote it: what a version stands for. */
export interface Kept {
  key: Key
  value: Record<string, unknown>
  change: number
}

/** A store that is too simple to be wrong. */
export interface Naive {
  /** The rows of a table in the order of the key. */
  rows(table: Table): Kept[]
  find(table: Table, key: Key): Kept | undefined
  /** Checks compare with `seen`, by step the change that its row came from when it was read. */
  commit(steps: Step[], seen: (number | undefined)[], now: number): Committed | Conflict
}

/** The contract once more, over plain arrays that are copied for every batch and sorted for every read. */
export function naive(): Naive {
  let tables = new Map<string, Kept[]>()
  let change = 0

  const all = (table: Table) => tables.get(table.name) ?? []
  const rows = (table: Table) => [...all(table)].sort((a, b) => byKey(a.key, b.key))
  const find = (table: Table, key: Key) => all(table).find(row => byKey(row.key, key) === 0)
  const others = (table: Table, key: Key) => all(table).filter(row => byKey(row.key, key) !== 0)
  const set = (table: Table, key: Key, value: Record<string, unknown>) =>
    tables.set(table.name, [...others(table, key), { key, value, change }])

  function head(table: Table, key: Key): Head {
    const last = rows(table).findLast(row => byKey(row.key.slice(0, -1), key) === 0)
    if (!last) return { number: 0, time: 0, counters: {} }
    const { seq, at, counters } = last.value as { seq: number; at: number; counters: Record<string, number> }
    return { number: seq, time: at, counters }
  }

  function applied(
    step: Step,
    seen: number | undefined,
    now: number,
  ): object | number | undefined | 'version' | 'bounds' {
    const { table } = step
    switch (step.do) {
      case 'check':
        return find(table, step.key)?.change === seen ? undefined : 'version'
      case 'del':
        tables.set(table.name, others(table, step.key))
        return undefined
      case 'put': {
        const key = table.key.map(name => (step.value as Record<string, KeyPart>)[name] as KeyPart)
        const old = find(table, key)
        if (table.kind === 'log' && !old) return 'version'
        const kept = table.kind === 'log' ? { at: old?.value.at, counters: old?.value.counters } : {}
        set(table, key, { ...step.value, ...kept })
        return undefined
      }
      case 'append': {
        const { number, time, counters } = head(table, step.key)
        const raised = { ...counters }
        for (const [name, by] of Object.entries(step.raise ?? {})) raised[name] = (raised[name] ?? 0) + by
        const next = { number: number + 1, time: Math.max(now, time), counters: raised }
        const [app, talk] = step.key
        const value = { ...step.value, app, talk, seq: next.number, at: next.time, counters: raised }
        set(table, [...step.key, next.number], value)
        return next
      }
      case 'add': {
        const n = ((find(table, step.key)?.value.n as number) ?? 0) + step.delta
        if (n < (step.min ?? -Infinity) || n > (step.max ?? Infinity)) return 'bounds'
        set(table, step.key, { n, at: now })
        return n
      }
    }
  }

  return {
    rows,
    find,
    commit(steps, seen, now) {
      const before = tables
      tables = new Map(before)
      change++
      const results: unknown[] = []
      for (const [i, step] of steps.entries()) {
        const result = applied(step, seen[i], now)
        if (result === 'version' || result === 'bounds') {
          tables = before
          return { ok: false, step: i, why: result }
        }
        results.push(result)
      }
      return { ok: true, results: results as Committed['results'] }
    },
  }
}

/** The order of keys: numbers by value, strings by code point, shorter before longer. */
export function byKey(a: Key, b: Key): number {
  for (const [i, part] of a.entries()) {
    const other = b[i]
    if (other === undefined) return 1
    const order =
      typeof part === 'number'
        ? part - (other as number)
        : Buffer.compare(Buffer.from(part), Buffer.from(other as string))
    if (order !== 0) return order
  }
  return a.length - b.length
}
