import type { ServerResponse } from 'node:http'
import { writeJson } from '../../src/lib/json.ts'
import type { Received } from './received.ts'
import { replyFor } from './replies.ts'
import type { Action, Rule } from './rules.ts'

/** Answers as the rule says, after its delay; nothing more happens when the other side has gone by then. */
export function answer(response: ServerResponse, received: Received, { action, delay }: Rule): void {
  if (delay === undefined) act(response, received, action)
  else {
    const timer = setTimeout(act, delay, response, received, action)
    response.on('close', () => clearTimeout(timer))
  }
}

function act(response: ServerResponse, received: Received, action: Action): void {
  switch (action.do) {
    case 'close':
      response.socket?.destroy()
      break
    case 'fail':
      end(response, action.status, 'text/plain', '')
      break
    case 'garbage':
      end(response, 200, 'text/html', '<html>This is not JSON.</html>')
      break
    case 'redirect':
      // 307 keeps the method and the body: whoever follows it, delivers.
      response.writeHead(307, { Location: action.url, 'Content-Length': 0 }).end()
      break
    case 'stream':
      stream(response)
      break
    default:
      endJson(response, 200, replyFor(received, action))
  }
}

/** Ends a response with JSON. */
export function endJson(response: ServerResponse, status: number, value: unknown): void {
  end(response, status, 'application/json', writeJson(value))
}

function end(response: ServerResponse, status: number, type: string, text: string): void {
  response.writeHead(status, { 'Content-Type': type, 'Content-Length': Buffer.byteLength(text) }).end(text)
}

const spaces = Buffer.alloc(16_384, ' ')

// Spaces may go on for ever before a JSON value; a reader that does not read gets no more than the buffers hold.
function stream(response: ServerResponse): void {
  response.writeHead(200, { 'Content-Type': 'application/json' })
  const timer = setInterval(() => response.writableNeedDrain || response.write(spaces), 10)
  response.on('close', () => clearInterval(timer))
}
