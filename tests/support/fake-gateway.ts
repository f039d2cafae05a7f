import type { SocketLike, SocketMaker } from '../../client/src/client.ts'

/** A frame that a client sent. */
export interface Asked {
  id: number
  do: string
  with: Record<string, unknown>
}

/** A gateway for the client alone, without a network: the test says what it answers. */
export interface FakeGateway {
  Maker: SocketMaker
  /** All that was asked, over all connections. */
  asked: Asked[]
  /** How many connections were opened. */
  opened(): number
  /** Sends a frame to the client; an unfinished text as it is. */
  push(frame: object | string): void
  /** Ends the connection. */
  close(code: number, reason?: string): void
}

/** `answer` gives the `ok` of an answer, a code to refuse with, or undefined for none; sign-ins are welcomed. */
export function fakeGateway(answer: (asked: Asked) => object | string | undefined = () => ({})): FakeGateway {
  const asked: Asked[] = []
  let socket: Socket | undefined
  let opened = 0

  class Socket implements SocketLike {
    onopen: SocketLike['onopen'] = null
    onmessage: SocketLike['onmessage'] = null
    onclose: SocketLike['onclose'] = null
    onerror: SocketLike['onerror'] = null

    constructor() {
      socket = this
      opened++
      queueMicrotask(() => this.onopen?.(undefined as never))
    }

    send(data: string) {
      const frame = JSON.parse(data) as Asked
      asked.push(frame)
      const ok = frame.do === 'signIn' ? welcome : answer(frame)
      if (ok === undefined) return
      const reply = typeof ok === 'string' ? { err: { code: ok, text: ok } } : { ok }
      const told = ok === welcome ? welcome : { type: 'reply', id: frame.id, ...reply }
      queueMicrotask(() => this.receive(JSON.stringify(told)))
    }

    receive(data: string) {
      this.onmessage?.({ data } as never)
    }

    close() {
      this.onclose = null
    }
  }

  return {
    Maker: Socket as unknown as SocketMaker,
    asked,
    opened: () => opened,
    push: frame => socket?.receive(typeof frame === 'string' ? frame : JSON.stringify(frame)),
    close: (code, reason = '') => socket?.onclose?.({ code, reason } as never),
  }
}

const welcome = { type: 'welcome', id: 0, user: 'ann', session: 's', epoch: 'e', time: 1, heartbeat: 60_000 }

/** What `sync` answers when nothing was missed. */
export const nothingMissed = { epoch: 'e', conversations: [], gone: [] }
