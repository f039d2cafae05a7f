import { check, del, type Key, put, type Row, type Step } from '../../storage/store.ts'
import type { Context } from '../context.ts'
import type { Job } from '../model.ts'
import { jobs } from '../tables.ts'

/** One small batch of a job's work: the state to go on with, or 'done'. Runs again from the last kept state after a crash. */
export type Work = (state: Record<string, unknown>) => Promise<Record<string, unknown> | 'done'>

/** Works on jobs until it is closed. */
export interface Runner {
  /** There is a new job: look now instead of at the next tick. */
  nudge(): void
  /** Waits until no job is due; for tests and for a clean end. */
  idle(): Promise<void>
  close(): Promise<void>
}

/** Jobs are spread over lanes, so that several nodes can work at once. */
export const lanes = 8
/** How long a claim holds; a node that died leaves its jobs to the others after this (ms). */
const claim = 10_000
/** How long a job goes on before others of its lane have their turn (ms). */
const slice = 200
/** After so many failures in a row a job is parked. */
const patience = 10
/** Due jobs read at once. */
const page = 10
/** When a parked job is due. */
const never = Number.MAX_SAFE_INTEGER

/** The steps that start a job with the batch they are committed in. `due` in ms, now by default. */
export async function startJob(
  ctx: Context,
  kind: string,
  state: Record<string, unknown>,
  due = ctx.clock(),
): Promise<Step[]> {
  const id = await ctx.ids()
  return [put(jobs, { lane: id % lanes, id, kind, due, state, tries: 0 })]
}

/** Starts the runner; `works` by kind of job. A job of an unknown kind is left alone. */
export function runJobs(ctx: Context, works: Record<string, Work>, tick = 500): Runner {
  let closed = false
  let running: Promise<void> | undefined
  let again = false
  let reclaimed = false
  const timer = setInterval(nudge, tick)
  timer.unref()

  function nudge() {
    if (closed) return
    again = true
    running ??= run().finally(() => {
      running = undefined
      // Nudged after the last look.
      if (again) nudge()
    })
  }

  // What this very node held when it died is not held by anybody: nobody else has its name.
  async function reclaim() {
    const now = ctx.clock()
    const range = (_: unknown, lane: number) => ({
      prefix: [lane],
      from: [now + 1],
      to: [now + claim + 1],
      limit: 1000,
    })
    const found = await ctx.store.scanMany(jobs, Array.from({ length: lanes }, range), 'due')
    for (const row of found.flat())
      if (row.value.held && row.value.node === ctx.node) await hold(row, { held: false }, 0)
    reclaimed = true
  }

  function tellUnlessClosed(error: unknown) {
    if (!closed) ctx.log.error({ err: error }, 'the job runner failed')
  }

  async function run() {
    while (again && !closed) {
      again = false
      if (!reclaimed) await reclaim().catch(tellUnlessClosed)
      const turns = Array.from({ length: lanes }, (_, lane) => runLane(lane))
      for (const turn of await Promise.allSettled(turns)) if (turn.status === 'rejected') tellUnlessClosed(turn.reason)
    }
  }

  async function runLane(lane: number): Promise<void> {
    const to = [ctx.clock() + 1]
    for (let from: Key | undefined; ; ) {
      const due: Row<Job>[] = await ctx.store.scan(jobs, { prefix: [lane], from, to, limit: page }, 'due')
      for (const row of due) {
        if (closed) return
        const work = works[row.value.kind]
        if (work) await runJob(row, work)
      }
      const last = due.at(-1)?.value
      if (!last || due.length < page) return
      from = [last.due, last.id + 1]
    }
  }

  async function runJob(row: Row<Job>, work: Work): Promise<void> {
    const start = performance.now()
    let held = await hold(row, { held: true })
    while (held) {
      const mine: Row<Job> = held
      try {
        const state = await work(mine.value.state)
        if (state === 'done') return await finish(mine)
        if (closed || performance.now() - start > slice) return await release(mine, state)
        held = await hold(mine, { state, tries: 0 })
      } catch (error) {
        if (!closed) await fail(mine, error)
        return
      }
      // Others get their turn between two batches.
      await new Promise(resolve => setImmediate(resolve))
    }
  }

  /** Lets go of a job that is not done: it is due at once, behind those that are waiting. */
  async function release(row: Row<Job>, state: Record<string, unknown>): Promise<void> {
    await hold(row, { state, tries: 0, held: false }, 0)
    again = true
  }

  async function finish(row: Row<Job>): Promise<void> {
    const key = [row.value.lane, row.value.id]
    await ctx.store.commit([check(jobs, key, row), del(jobs, key)])
    again = true
  }

  async function fail(row: Row<Job>, error: unknown): Promise<void> {
    const tries = row.value.tries + 1
    ctx.log.warn({ err: error, job: row.value.id, kind: row.value.kind, tries }, 'a job failed')
    if (tries < patience) await hold(row, { tries, held: false }, 250 * 2 ** tries)
    else await hold(row, { tries, held: false, parked: String(error) }, never)
  }

  /** Claims the job by making it due only when the claim ends; undefined when another node has it. */
  async function hold(row: Row<Job>, fields: Partial<Job>, rest = claim): Promise<Row<Job> | undefined> {
    const key = [row.value.lane, row.value.id]
    const value = { ...row.value, ...fields, due: Math.min(ctx.clock() + rest, never), node: ctx.node }
    const result = await ctx.store.commit([check(jobs, key, row), put(jobs, value)])
    return result.ok ? ctx.store.get(jobs, key) : undefined
  }

  async function idle() {
    nudge()
    while (running) await running
  }

  async function close() {
    closed = true
    clearInterval(timer)
    await running
  }

  nudge()
  return { nudge, idle, close }
}
