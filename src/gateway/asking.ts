import type { WebSocket } from 'ws'
import type { Call, Turn } from '../core/call.ts'
import type { Core } from '../core/core.ts'
import { Fault } from '../core/errors.ts'
import { type Dialect, explain, type Operation, perform } from '../dialects/dialect.ts'
import { type Frame, frame } from './frames.ts'
import type { GatewayLimits } from './limits.ts'
import { openSaying } from './saying.ts'
import type { Upstream } from './upstream.ts'

/** Who asks. */
export interface Asker {
  ws: Pick<WebSocket, 'pause' | 'resume' | 'isPaused'>
  /** Known once it has signed in. */
  call: Call | undefined
  /** What it asked for; absent as long as that is nothing. */
  desk: Desk | undefined
}

/** What one device has asked for. */
export interface Desk {
  underWay: number
  /** What comes after that, in its order. */
  waiting: Upstream[]
  nextTurn: () => Turn
}

/** Performs what devices ask. */
export interface Asking<A extends Asker> {
  /** Performs an operation now or, with as many under way as may be, in its turn. */
  ask(asker: A, asked: Upstream): void
  refuse(asker: A, id: Upstream['id'], error: unknown, operation?: Operation): void
  /** Nothing more is begun for who has gone. */
  drop(asker: A): void
}

/**
 * So many operations of a socket are under way at a time. What comes beyond is not refused: it waits, and the socket is
 * not read until there is room. So no more waits than one read brought, and the rest in the network, as TCP has it.
 */
export function openAsking<A extends Asker>(
  { core, native, limits }: { core: Core; native: Dialect; limits: Pick<GatewayLimits, 'underWay'> },
  push: (asker: A, frame: Frame) => void,
): Asking<A> {
  function ask(asker: A, asked: Upstream) {
    asker.desk ??= { underWay: 0, waiting: [], nextTurn: openSaying() }
    const { desk } = asker
    if (desk.underWay < limits.underWay) return begin(asker, desk, asked)
    desk.waiting.push(asked)
    asker.ws.pause()
  }

  function begin(asker: A, desk: Desk, asked: Upstream): void {
    const operation = native.operations.get(asked.do)
    // What a device says is kept in the order in which it was said.
    const turn = asked.do.startsWith('message.') ? desk.nextTurn() : undefined
    desk.underWay++
    answer(asker, asked, operation, turn).finally(() => {
      turn?.pass()
      desk.underWay--
      goOn(asker, desk)
    })
  }

  async function answer(asker: A, asked: Upstream, operation: Operation | undefined, turn: Turn | undefined) {
    try {
      if (!operation) throw new Fault('operation.unknown')
      const ok = await perform(core, { ...(asker.call as Call), turn }, operation, asked.with ?? {})
      push(asker, frame({ type: 'reply', id: asked.id, ok }))
    } catch (error) {
      const { code } = explain(native, undefined, error)
      if (code === 'internal') core.log.error({ err: error }, 'an operation of a socket failed')
      refuse(asker, asked.id, error, operation)
    }
  }

  function goOn(asker: A, desk: Desk) {
    const next = desk.waiting.shift()
    if (next) begin(asker, desk, next)
    else if (asker.ws.isPaused) asker.ws.resume()
  }

  function refuse(asker: A, id: Upstream['id'], error: unknown, operation?: Operation) {
    push(asker, frame({ type: 'reply', id, err: explain(native, operation, error) }))
  }

  function drop({ ws, desk }: A) {
    if (desk) desk.waiting = []
    // The device's own farewell is still to be read.
    if (ws.isPaused) ws.resume()
  }

  return { ask, refuse, drop }
}
