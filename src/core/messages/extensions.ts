import { append, check, put, type Row, type Step } from '../../storage/store.ts'
import type { Call } from '../call.ts'
import { type Context, change, type Plan } from '../context.ts'
import { Fault } from '../errors.ts'
import type { Conversation, Message } from '../model.ts'
import { changes } from '../tables.ts'
import { toldConversation, unnumbered } from '../telling.ts'
import type { Extension, ExtensionState } from './model.ts'
import { extensionState, extensions } from './tables.ts'
import { messageKey, touched } from './touching.ts'

/** Pairs of one message with a value; and all rows, so that clearing them fits one batch. */
const [mostPairs, mostRows] = [300, 600]

/** A pair to write. */
export interface Pair {
  key: string
  value: string
}

/** A pair that its writer saw at a version: 0 for none. Without one it is written whatever stands there. */
export interface PairDraft extends Pair {
  version?: number
}

/** A pair as it stands now, and whether the call could write it; it could not when somebody else had changed it. */
export interface Written extends Pair {
  version: number
  ok: boolean
}

/** What is kept beside a message. */
export interface Extended {
  pairs: (Pair & { version: number })[]
  /** The newest version, and that of the last clearing: what is older is gone. */
  version: number
  cleared: number
  /** Nothing follows the last of the pairs. */
  complete: boolean
}

export type Extensions = ReturnType<typeof openExtensions>

/** Key-value pairs beside messages. Each change of a message's pairs has the next version, which the pairs it writes get. */
export function openExtensions(ctx: Context) {
  /**
   * Writes pairs, each judged by itself, in the order in which they are given. Fault: those of `touched`, 'message.full'
   * above 300 pairs on the message.
   */
  async function set(call: Call, conversation: Conversation, seq: number, pairs: readonly PairDraft[]) {
    return write(call, conversation, seq, 'set', pairs)
  }

  /** Deletes pairs, each judged by itself; one that is not there is deleted already. Fault: those of `touched`. */
  async function remove(
    call: Call,
    conversation: Conversation,
    seq: number,
    keys: readonly Omit<PairDraft, 'value'>[],
  ) {
    const pairs = keys.map(each => ({ ...each, value: '' }))
    return write(call, conversation, seq, 'delete', pairs)
  }

  async function write(
    call: Call,
    conversation: Conversation,
    seq: number,
    what: 'set' | 'delete',
    given: readonly PairDraft[],
  ): Promise<Written[]> {
    const conv = conversation.id
    // Of one key the last word holds.
    const drafts = [...new Map(given.map(pair => [pair.key, pair])).values()]
    return onMessage(call, conversation, seq, async (message, state) => {
      const rows = await ctx.store.getMany(
        extensions,
        drafts.map(({ key }) => [conv, seq, key]),
      )
      const number = (state?.value.number ?? 0) + 1
      const fits = drafts.map((draft, i) => isUpToDate(draft, rows[i]))
      const written = drafts.flatMap((pair, i): Extension[] => {
        const nothing = !fits[i] || (what === 'delete' && !isThere(rows[i]))
        return nothing ? [] : [{ conv, seq, name: pair.key, value: pair.value, number, deleted: what === 'delete' }]
      })
      const byName = new Map(written.map(each => [each.name, each]))
      const done = () =>
        drafts.map(({ key }, i): Written => {
          const now = byName.get(key) ?? rows[i]?.value
          return { key, value: now?.value ?? '', version: now?.number ?? 0, ok: fits[i] as boolean }
        })
      if (written.length === 0) return { steps: [], done }
      const old = drafts.flatMap((pair, i) => (byName.has(pair.key) ? [rows[i]] : []))
      const next = counted(conv, seq, state?.value, number, what, old)
      const steps = written.map(each => put(extensions, each))
      return changed(call, conversation, message, { state, next, steps, what, pairs: written, done })
    })
  }

  /** Deletes all pairs of a message; nothing happens when there are none. Fault: those of `touched`. */
  async function clear(call: Call, conversation: Conversation, seq: number): Promise<void> {
    const conv = conversation.id
    await onMessage(call, conversation, seq, async (message, state) => {
      if (!state || state.value.pairs === 0) return { steps: [], done: () => undefined }
      const rows = await ctx.store.scan(extensions, { prefix: [conv, seq], limit: mostRows })
      const number = state.value.number + 1
      const next = { conv, seq, number, cleared: number, pairs: 0, rows: rows.length }
      const steps = rows.map(({ value }) => put(extensions, { ...value, value: '', deleted: true }))
      return changed(call, conversation, message, {
        state,
        next,
        steps,
        what: 'clear',
        pairs: [],
        done: () => undefined,
      })
    })
  }

  function onMessage<T>(
    call: Call,
    conversation: Conversation,
    seq: number,
    plan: (message: Message, state: Row<ExtensionState> | undefined) => Promise<Plan<T>>,
  ): Promise<T> {
    return ctx.queue(messageKey(conversation.id, seq), () =>
      change<T>(ctx, async () => {
        const [{ row }, state] = await Promise.all([
          touched(ctx, call, conversation, seq),
          ctx.store.get(extensionState, [conversation.id, seq]),
        ])
        return plan(row.value, state)
      }),
    )
  }

  /** A message's pairs from a version on, in the order of the versions, deleted ones with an empty value. */
  async function get(conv: number, seq: number, from: number, limit: number): Promise<Extended> {
    const { number = 0, cleared = 0 } = (await ctx.store.get(extensionState, [conv, seq]))?.value ?? {}
    const range = { prefix: [conv, seq], from: [Math.max(from, cleared + 1)], limit: limit + 1 }
    const rows = await ctx.store.scan(extensions, range, 'number')
    return {
      pairs: rows.slice(0, limit).map(({ value: { name, value, number: version } }) => ({ key: name, value, version })),
      version: number,
      cleared,
      complete: rows.length <= limit,
    }
  }

  return { set, remove, clear, get }
}

function isUpToDate({ version }: Pick<PairDraft, 'version'>, row: Row<Extension> | undefined): boolean {
  return version === undefined || version === (row?.value.number ?? 0) || (version === 0 && !isThere(row))
}

function isThere(row: Row<Extension> | undefined): boolean {
  return row !== undefined && !row.value.deleted
}

/** The state after pairs were written over the old ones. */
function counted(
  conv: number,
  seq: number,
  state: ExtensionState | undefined,
  number: number,
  what: 'set' | 'delete',
  old: readonly (Row<Extension> | undefined)[],
): ExtensionState {
  const { pairs = 0, rows = 0, cleared = 0 } = state ?? {}
  const there = old.filter(isThere).length
  const fresh = old.filter(row => row === undefined).length
  const next = {
    conv,
    seq,
    number,
    cleared,
    pairs: pairs + (what === 'set' ? old.length - there : -there),
    rows: rows + fresh,
  }
  if (next.pairs > mostPairs || next.rows > mostRows) throw new Fault('message.full')
  return next
}

interface Changed<T> {
  state: Row<ExtensionState> | undefined
  next: ExtensionState
  steps: Step[]
  what: 'set' | 'delete' | 'clear'
  pairs: readonly Extension[]
  done(): T
}

/** The batch of a change: the state's check keeps writers of other nodes apart. */
function changed<T>(call: Call, conversation: Conversation, message: Message, made: Changed<T>) {
  const { state, next, steps, what, done } = made
  const { conv, seq, number: version } = next
  const pairs = made.pairs.map(({ name: key, value }) => ({ key, value, version }))
  const record = { what: 'extend' as const, seq, by: call.operator ?? '', detail: { what, pairs, version } }
  const all = [
    check(extensionState, [conv, seq], state),
    ...steps,
    put(extensionState, next),
    append(changes, [conv], record),
  ]
  const change = unnumbered(conv, record)
  const event = { type: 'message.extended' as const, message, conversation, what, pairs, version, change }
  return { steps: all, tells: [toldConversation(call, conversation, event, all.length - 1)], done }
}
