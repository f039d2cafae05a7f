import type { Context } from '../context.ts'
import { type News, userSubject } from '../events.ts'

/** A user's side of a conversation of two: which counter of it is theirs, where it stands, and how much of it is read. */
export interface CountedSide {
  conv: number
  counter: 'a' | 'b'
  counted: number
  read: number
}

/** How long a total is kept (ms): a node that misses a piece of news is wrong no longer than this. */
const lifetime = 10_000
/** Users of whom totals are kept, and conversations of all of them together. */
const [mostUsers, mostSides] = [10_000, 100_000]

/** What is kept of a user. While it is being read, only what came meanwhile. */
interface Kept {
  until: number
  sides: Map<number, CountedSide> | undefined
  total: number
  /** Where counters stood according to news that came while the sides were read. */
  meanwhile: Map<number, Record<string, number>>
  forget(): void
}

export type KeptTotals = ReturnType<typeof openKeptTotals>

/**
 * What users have not read, kept for a while. Each new message brings its conversation's counters with it, so that a
 * total goes on without a read; any other news that could change it makes it be forgotten.
 */
export function openKeptTotals(ctx: Context) {
  /** In the order in which they end. */
  const users = new Map<string, Kept>()
  let sides = 0

  function begin(key: string): Kept {
    users.get(key)?.forget()
    const at = key.indexOf('/')
    const quiet = ctx.bus.subscribe(userSubject(Number(key.slice(0, at)), key.slice(at + 1)), news =>
      hear(kept, news as News, key.slice(at + 1)),
    )
    const kept: Kept = {
      until: ctx.clock() + lifetime,
      sides: undefined,
      total: 0,
      meanwhile: new Map(),
      forget() {
        quiet()
        if (users.get(key) === kept) users.delete(key)
        sides -= kept.sides?.size ?? 0
        kept.sides = undefined
      },
    }
    users.set(key, kept)
    return kept
  }

  function hear(kept: Kept, { event }: News, user: string): void {
    if (event.type === 'message.sent') {
      if (event.message.seq > 0) raise(kept, event.message.conv, event.message.counters)
    } else if (event.type !== 'typing' && !(event.type === 'read' && event.user !== user)) kept.forget()
  }

  /** Counters only grow, so that it does not matter whether the news or a read comes first, or the news twice. */
  function raise(kept: Kept, conv: number, counters: Record<string, number>): void {
    const side = kept.sides?.get(conv)
    if (side) {
      const counted = Math.max(side.counted, counters[side.counter] ?? 0)
      kept.total += counted - side.counted
      side.counted = counted
    } else if (kept.sides) {
      // A conversation that began since.
      kept.forget()
    } else kept.meanwhile.set(conv, counters)
  }

  function fill(key: string, kept: Kept, read: readonly CountedSide[]): number {
    const total = read.reduce((sum, side) => sum + side.counted - side.read, 0)
    // Something happened meanwhile that makes it be read again: so far it is as good as any answer.
    if (users.get(key) !== kept) return total
    kept.total = total
    kept.sides = new Map(read.map(side => [side.conv, side]))
    sides += read.length
    for (const [conv, counters] of kept.meanwhile) raise(kept, conv, counters)
    kept.meanwhile.clear()
    return kept.sides ? kept.total : total
  }

  function makeRoom(): void {
    const now = ctx.clock()
    for (const kept of users.values()) {
      if (kept.until > now && users.size <= mostUsers && sides <= mostSides) return
      kept.forget()
    }
  }

  return {
    /** A user's total, if it is known. */
    get(key: string): number | undefined {
      const kept = users.get(key)
      return kept?.sides && kept.until > ctx.clock() ? kept.total : undefined
    },

    /** The totals of users, by what `read` finds of them; kept, together with what is told while it reads. */
    async during(keys: readonly string[], read: () => Promise<readonly (readonly CountedSide[])[]>): Promise<number[]> {
      const begun = keys.map(begin)
      try {
        const found = await read()
        return keys.map((key, i) => fill(key, begun[i] as Kept, found[i] ?? []))
      } catch (error) {
        for (const kept of begun) kept.forget()
        throw error
      } finally {
        makeRoom()
      }
    },
  }
}
