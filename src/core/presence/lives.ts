import { absent, check, del, put, type Row } from '../../storage/store.ts'
import type { Context } from '../context.ts'
import { Fault } from '../errors.ts'
import type { NodeLife } from './model.ts'
import { beats, nodes } from './tables.ts'

/** How often a node gives a sign of life (ms), and after how many looks without one the others give it up. */
export interface Pace {
  every: number
  patience: number
}

export const usualPace: Pace = { every: 3000, patience: 4 }

/** Which nodes live. A node that holds volatile rows puts its name and the epoch of its life into them. */
export interface Lives {
  /** The epoch of this node's life, which begins with the first row that it is to hold. */
  epoch(): Promise<number>
  /** The epoch of the life that was begun last; undefined before the first, and when the others have given it up. */
  current(): number | undefined
  /** Whether the life of that epoch still holds; asked after a row was written for it. */
  holds(epoch: number): Promise<boolean>
  /** Ends what a dead life held; it may run on several nodes at once, and again after it failed. */
  onDead(clean: (life: NodeLife) => Promise<void>): void
  /** Is called when the others have given this node up: what it held is theirs to end. Returns what ends the listening. */
  onLost(heard: () => void): () => void
  /** Gives a sign of life and looks after the others now; for tests. */
  look(): Promise<void>
  close(): Promise<void>
}

/**
 * Renews this node's lease, one row however much it holds, and gives up nodes of which nothing was heard for so many looks.
 * Only looks are counted, never compared times: clocks of nodes may differ, and jump.
 */
export function openLives(ctx: Context, pace: Pace = usualPace): Lives {
  const cleaners: ((life: NodeLife) => Promise<void>)[] = []
  const lost = new Set<() => void>()
  const seen = new Map<string, { mark: string; looks: number }>()
  let mine: Promise<Row<NodeLife>> | undefined
  let begun = 0
  let looking: Promise<void> | undefined
  let failing = false
  let closed = false
  const beating = setInterval(() => void tried(beat), pace.every)
  const watching = setInterval(() => void tried(watch), pace.every)
  for (const timer of [beating, watching]) timer.unref()

  async function tried(work: () => Promise<void>): Promise<void> {
    try {
      await work()
      failing = false
    } catch (error) {
      if (!failing && !closed) ctx.log.warn({ err: error }, 'a node cannot renew its lease')
      failing = true
    }
  }

  async function epoch(): Promise<number> {
    mine ??= begin().catch(error => {
      mine = undefined
      throw error
    })
    return (await mine).value.epoch
  }

  async function begin(): Promise<Row<NodeLife>> {
    for (let attempt = 0; attempt < 5; attempt++) {
      const now = ctx.clock()
      begun = Math.max(now, begun + 1)
      const key = [ctx.node, begun]
      const life: NodeLife = { name: ctx.node, epoch: begun, since: now }
      const beat = put(beats, { name: ctx.node, epoch: begun, at: now })
      if (!(await ctx.store.commit([absent(nodes, key), put(nodes, life), beat])).ok) continue
      const row = await ctx.store.get(nodes, key)
      if (row && !row.value.gone) return row
    }
    throw new Fault('store.conflict', 'another process has the name of this node')
  }

  async function holds(epoch: number): Promise<boolean> {
    const row = await ctx.store.get(nodes, [ctx.node, epoch])
    if (row && !row.value.gone) return true
    lose(epoch)
    return false
  }

  function lose(epoch: number) {
    if (epoch !== begun || !mine) return
    mine = undefined
    ctx.log.warn({ node: ctx.node }, 'the others have given this node up; its sockets begin anew')
    for (const heard of lost) heard()
  }

  async function beat(): Promise<void> {
    const row = await mine?.catch(() => undefined)
    if (!row) return
    const { name, epoch } = row.value
    const renewed = await ctx.store.commit([
      check(nodes, [name, epoch], row),
      put(beats, { name, epoch, at: ctx.clock() }),
    ])
    if (!renewed.ok && !closed) lose(epoch)
  }

  function watch(): Promise<void> {
    looking ??= lookAround().finally(() => {
      looking = undefined
    })
    return looking
  }

  async function lookAround(): Promise<void> {
    // A life that is just beginning must not look like one that ended.
    await mine?.catch(() => undefined)
    const lives = await ctx.store.scan(nodes, { prefix: [], limit: 1000 })
    const signs = await ctx.store.getMany(
      beats,
      lives.map(({ value }) => [value.name, value.epoch]),
    )
    const names = new Set<string>()
    const dead: Row<NodeLife>[] = []
    lives.forEach((life, i) => {
      const { name, epoch, gone } = life.value
      if (mine && name === ctx.node && epoch === begun) return
      const id = `${name}/${epoch}`
      const mark = `${life.version}/${signs[i]?.version}`
      const before = seen.get(id)
      const looks = before?.mark === mark ? before.looks + 1 : 0
      seen.set(id, { mark, looks })
      names.add(id)
      // Nobody else has this name: what it held in an earlier life is over. The same holds for work of one's own.
      if (name === ctx.node || gone === ctx.node || looks >= pace.patience) dead.push(life)
    })
    for (const id of seen.keys()) if (!names.has(id)) seen.delete(id)
    await Promise.all(dead.map(bury))
  }

  /** Marks the life as over, so that nothing is written in its name any more, ends what it held, and forgets it. */
  async function bury(life: Row<NodeLife>): Promise<void> {
    const key = [life.value.name, life.value.epoch]
    if (life.value.gone !== ctx.node) {
      const sign = await ctx.store.get(beats, key)
      const marked = seen.get(key.join('/'))?.mark
      if (life.value.name !== ctx.node && marked !== `${life.version}/${sign?.version}`) return
      const over = { ...life.value, gone: ctx.node }
      const claimed = await ctx.store.commit([check(nodes, key, life), check(beats, key, sign), put(nodes, over)])
      if (!claimed.ok) return
    }
    await Promise.all(cleaners.map(clean => clean(life.value)))
    await ctx.store.commit([del(nodes, key), del(beats, key)])
  }

  return {
    epoch,
    current: () => (mine ? begun : undefined),
    holds,
    onDead: clean => void cleaners.push(clean),
    onLost(heard) {
      lost.add(heard)
      return () => lost.delete(heard)
    },
    async look() {
      await beat()
      await watch()
    },
    async close() {
      closed = true
      clearInterval(beating)
      clearInterval(watching)
      await looking?.catch(() => undefined)
    },
  }
}
