import type { WebSocket } from 'ws'
import { codes, type Ending } from './codes.ts'
import { type Frame, joined, openTurns, type Waiting, withFrame } from './frames.ts'
import type { GatewayLimits } from './limits.ts'

/** The way out to one device. There are as many as devices, so it is a few fields, and what it does is done by all of them. */
export interface Outlet {
  ws: WebSocket
  waiting: Waiting | undefined
  /** Nothing is sent any more. */
  over: boolean
}

/** What sends to devices. */
export interface Outlets {
  /** Sends with the other frames of this turn. A device too slow for it loses passing frames, or is closed. */
  push(outlet: Outlet, frame: Frame): void
  /** Sends what waits, and a last frame, and closes; nothing is sent after that. */
  end(outlet: Outlet, ending: Ending, last?: Frame): void
  /** The socket is gone already. */
  shut(outlet: Outlet): void
}

/** What the outlets of a gateway count. */
export interface Losses {
  dropped: number
  slow: number
}

export function openOutlets(limits: GatewayLimits, losses: Losses): Outlets {
  const turns = openTurns(flush)

  function push(outlet: Outlet, frame: Frame) {
    if (outlet.over) return
    const held = outlet.ws.bufferedAmount + (outlet.waiting?.length ?? 0)
    if (held > limits.dropFrom && frame.passing) {
      losses.dropped++
      return
    }
    if (held > limits.closeFrom) {
      losses.slow++
      // What waits would only make the device take longer to hear that it must come back.
      outlet.waiting = undefined
      end(outlet, codes.slow)
      return
    }
    if (!outlet.waiting) turns.soon(outlet)
    outlet.waiting = withFrame(turns.root(), outlet.waiting, frame)
  }

  function flush(outlet: Outlet) {
    const { ws, waiting } = outlet
    if (!waiting || ws.readyState !== ws.OPEN) return
    ws.send(joined(waiting), asText)
    outlet.waiting = undefined
  }

  function end(outlet: Outlet, { code, text }: Ending, last?: Frame) {
    if (outlet.over) return
    if (last) outlet.waiting = withFrame(turns.root(), outlet.waiting, last)
    flush(outlet)
    outlet.over = true
    const { ws } = outlet
    ws.close(code, text)
    setTimeout(() => ws.terminate(), limits.grace).unref()
  }

  function shut(outlet: Outlet) {
    outlet.over = true
    outlet.waiting = undefined
  }

  return { push, end, shut }
}

const asText = { binary: false }
