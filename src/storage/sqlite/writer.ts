import { type MessagePort, parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads'
import type Database from 'better-sqlite3'
import { apply, mayNeedUndo } from '../apply.ts'
import { layout } from '../layout.ts'
import { checkpoint } from './checkpoint.ts'
import { modeOf, openForWriting } from './connection.ts'
import type { Batch, Done, FromWriter, Start, Sweep, Work, WriterCounts } from './messages.ts'
import { bringUp, meta, setMeta } from './schema.ts'
import { writeRows } from './write-rows.ts'

/**
 * The writer's thread. What waits when a transaction ends goes together into the next one; inside it batches apply one
 * after another, and a conflict takes back only its own. All are answered at once after the commit, that is, the sync.
 */

const port = parentPort as MessagePort
const start = workerData as Start
const say = (message: FromWriter) => port.postMessage(message)

/** A group takes no further message once it holds this many pieces of work. */
const fullGroup = 2000

/**
 * While several callers commit, a group begins so long (ms) after the one before, as a commit delay does in other engines:
 * some 5,000 sends a second then take a fifth less of the processor, for fewer groups write fewer pages. A caller who is
 * alone never waits: a group of fewer pieces than `company` says that nobody else is there.
 */
const spacing = 2
const company = 3
/** Nobody wakes who waits here. */
const never = new Int32Array(new SharedArrayBuffer(4))

/** Versions are taken from the file in blocks, so that one write serves many commits and none comes back after a crash. */
const versionBlock = 1_000_000

try {
  const db = openForWriting(start.folder, start.durability)
  const layouts = new Map(start.tables.map(table => [table.name, layout(table)]))
  const epoch = bringUp(db, layouts.values())
  serve(db, layouts)
  say({ opened: { epoch, mode: modeOf(db) } })
} catch (error) {
  const { code, message } = error as { code?: string; message: string }
  const engine = code?.startsWith('SQLITE') ? `data folder ${start.folder} cannot be opened: ${code}: ` : ''
  say({ failed: engine + message })
  port.close()
}

function serve(db: Database.Database, layouts: Map<string, ReturnType<typeof layout>>): void {
  const rows = writeRows(db, layouts.values())
  const transaction = {
    begin: db.prepare('BEGIN IMMEDIATE'),
    commit: db.prepare('COMMIT'),
    rollback: db.prepare('ROLLBACK'),
  }
  const savepoint = {
    set: db.prepare('SAVEPOINT b'),
    release: db.prepare('RELEASE b'),
    goBack: db.prepare('ROLLBACK TO b'),
  }
  const wal = checkpoint(db, start.folder)
  const counts: WriterCounts = { commits: 0, rows: 0, syncs: 0 }
  let version = (meta(db, 'versions') as number | undefined) ?? 0
  let reserved = version
  let begun = 0
  let many = false

  port.on('message', (first: string) => {
    gather()
    const group: (Batch | Sweep)[] = []
    let work = JSON.parse(first) as Work | undefined
    while (work) {
      group.push(...work)
      const next = group.length < fullGroup ? receiveMessageOnPort(port)?.message : undefined
      work = next && JSON.parse(next)
    }
    begun = performance.now()
    many = group.length >= company
    if (group.length > 0) say({ done: JSON.stringify(together(group)), counts })
    if (work === null) end()
    else wal.look()
  })

  /** While there is company, a group begins so long after the one before: fewer pages and syncs for the same rows. */
  function gather(): void {
    const rest = begun + spacing - performance.now()
    if (many && rest > 0) Atomics.wait(never, 0, 0, rest)
  }

  // One transaction for all. When the engine fails, nothing of it was done, and later groups try again.
  function together(group: (Batch | Sweep)[]): Done[] {
    const before = rows.written()
    try {
      transaction.begin.run()
      const block = version + group.length > reserved ? version + group.length + versionBlock : reserved
      if (block > reserved) setMeta(db, 'versions', block)
      const done = group.map(one => ('now' in one ? sweep(one) : applyOne(one)))
      transaction.commit.run()
      reserved = block
      count(rows.written() - before)
      return done
    } catch (error) {
      if (db.inTransaction) transaction.rollback.run()
      rows.forget(true)
      const { code, message } = error as { code?: string; message: string }
      // A fault that lies in one batch is that batch's alone; the disk's faults are everybody's.
      if (group.length > 1 && !/^SQLITE_(FULL|IOERR|BUSY)/.test(code ?? ''))
        return group.flatMap(one => together([one]))
      return group.map(() => `${code ?? 'error'}: ${message}`)
    }
  }

  function count(written: number): void {
    counts.commits++
    counts.rows += written
    if (written > 0 && start.durability === 'full') counts.syncs++
  }

  function applyOne([now, steps, results]: Batch): Done {
    const guarded = mayNeedUndo(steps, layouts)
    if (guarded) savepoint.set.run()
    rows.remember()
    // JSON has no undefined.
    const known = results?.map(result => result ?? undefined)
    const outcome = apply(steps, { now, version: ++version, results: known }, layouts, rows)
    if (guarded && !outcome.ok) {
      savepoint.goBack.run()
      rows.forget(false)
    }
    if (guarded) savepoint.release.run()
    return outcome
  }

  function sweep({ now, found }: Sweep): Done {
    let removed = 0
    for (const [table, keys] of found) {
      const of = layouts.get(table)
      for (const key of keys) if (of) removed += rows.removeExpired(of, key, now)
    }
    return { removed }
  }

  async function end(): Promise<void> {
    await wal.end()
    db.close()
    port.close()
  }
}
