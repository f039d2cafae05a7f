import type { WebSocket } from 'ws'
import { codes, type Ending } from './codes.ts'
import { type Frame, joined, type Turns, type Waiting, withFrame } from './frames.ts'
import type { GatewayLimits } from './limits.ts'

/** The way out to one device. */
export interface Outlet {
  /** Sends with the other frames of this turn. A device too slow for it loses passing frames, or is closed. */
  push(frame: Frame): void
  /** Sends what waits, and a last frame, and closes; nothing is sent after that. */
  end(ending: Ending, last?: Frame): void
  /** The socket is gone already. */
  shut(): void
  ended(): boolean
}

/** What the outlets of a gateway count. */
export interface Losses {
  dropped: number
  slow: number
}

export function openOutlet(ws: WebSocket, turns: Turns, limits: GatewayLimits, losses: Losses): Outlet {
  let waiting: Waiting | undefined
  let over = false

  function push(frame: Frame) {
    if (over) return
    const held = ws.bufferedAmount + (waiting?.length ?? 0)
    if (held > limits.dropFrom && frame.passing) {
      losses.dropped++
      return
    }
    if (held > limits.closeFrom) {
      losses.slow++
      // What waits would only make the device take longer to hear that it must come back.
      waiting = undefined
      end(codes.slow)
      return
    }
    if (!waiting) turns.soon(flush)
    waiting = withFrame(turns.root(), waiting, frame)
  }

  function flush() {
    if (!waiting || ws.readyState !== ws.OPEN) return
    ws.send(joined(waiting), { binary: false })
    waiting = undefined
  }

  function end({ code, text }: Ending, last?: Frame) {
    if (over) return
    if (last) waiting = withFrame(turns.root(), waiting, last)
    flush()
    over = true
    ws.close(code, text)
    setTimeout(() => ws.terminate(), limits.grace).unref()
  }

  function shut() {
    over = true
    waiting = undefined
  }

  return { push, end, shut, ended: () => over }
}
