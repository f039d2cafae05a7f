import type { Bus } from '../bus/bus.ts'
import type { KeyedQueue } from '../lib/queue.ts'
import type { Committed, Step, Store } from '../storage/store.ts'
import { Fault } from './errors.ts'
import type { Ask } from './hooks.ts'
import type { Ids } from './ids.ts'
import { keepingSteps, type Outbox } from './outbox/outbox.ts'
import { publish, type Told } from './telling.ts'

/** What the core says about itself; pino's shape. */
export interface Logger {
  info(fields: object, text: string): void
  warn(fields: object, text: string): void
  error(fields: object, text: string): void
}

/** What every part of the core works with. */
export interface Context {
  store: Store
  bus: Bus
  /** Milliseconds since 1970. */
  clock(): number
  ids: Ids
  /** Read-check-write runs one at a time per key on this node, so that optimism only meets other nodes. */
  queue: KeyedQueue
  /** The app may be asked before something happens. */
  hooks: Ask
  outbox: Outbox
  log: Logger
  /** This process among the others. */
  node: string
}

/** A batch and what it means. */
export interface Plan<T> {
  steps: Step[]
  /** What it means to others: kept for webhooks in the same batch, told on the bus after it. */
  tells?: readonly Told[]
  /** The refusal when a counter would leave its bounds. */
  bounds?: Fault
  /** Called when the store has the batch, before it is on disk. */
  handed?(): void
  /** What the change answers, from the commit's results. */
  done(results: Committed['results']): T
}

/** How often a change is planned anew when another node was faster. */
const patience = 20
/** How often a change that waits for nobody is planned anew before it does wait. */
const hurry = 4
/** Longest pause before planning anew (ms). */
const longest = 64

/**
 * Plans a change, commits it, and plans anew when somebody else changed what it had read.
 * A counter out of bounds is the plan's `bounds`; too many conflicts are Fault('store.conflict').
 */
export async function change<T>(
  ctx: Context,
  plan: (attempt: number) => Promise<Plan<T>>,
  tries = patience,
): Promise<T> {
  for (let attempt = 0; attempt < tries; attempt++) {
    const { steps, tells = [], bounds, done, handed } = await plan(attempt)
    const kept = tells.length > 0 ? ctx.outbox.keep(tells) : []
    if (steps.length + kept.length === 0) {
      publish(ctx.bus, tells, [])
      return done([])
    }
    const committing = ctx.store.commit(kept.length > 0 ? [...steps, ...keepingSteps(kept)] : steps)
    handed?.()
    const result = await committing
    if (result.ok) {
      publish(ctx.bus, tells, result.results)
      if (kept.length > 0) ctx.outbox.announce(kept, result.results, steps.length)
      return done(result.results)
    }
    if (result.why === 'bounds') throw bounds ?? new Fault('internal', 'a counter left its bounds')
    // Other nodes are at the same row: step aside for a moment, longer each time.
    await new Promise(resolve => setTimeout(resolve, Math.random() * Math.min(longest, 2 ** attempt)))
  }
  throw new Fault('store.conflict')
}

/** Tells what no batch of its own goes with. What webhooks are to hear of it is on disk when this resolves. */
export function tell(ctx: Context, ...tells: Told[]): Promise<void> {
  return change(ctx, async () => ({ steps: [], tells, done: () => undefined }))
}

/**
 * A change among many that seldom concern each other, such as joins of one group: it does not wait for its turn at `key`,
 * so that the store can take many at once. Only when others were faster too often it waits after all.
 */
export async function changeBeside<T>(ctx: Context, key: string, plan: () => Promise<Plan<T>>): Promise<T> {
  try {
    return await change(ctx, plan, hurry)
  } catch (error) {
    if (!(error instanceof Fault) || error.reason !== 'store.conflict') throw error
    return ctx.queue(key, () => change(ctx, plan))
  }
}
