import { Agent } from 'undici'
import type { Answer, Post } from '../dialects/callbacks.ts'
import { failureText } from '../lib/failure.ts'
import { trusting } from '../lib/trust.ts'
import { openPolicy } from './policy.ts'

/** A request that is to go out. */
export interface Wanted extends Post {
  /** For the whole exchange (ms). */
  timeout: number
  /** Files (PEM) of the target. */
  ca?: string
  cert?: string
  key?: string
}

/** What became of it: an answer, or why there is none. `down`: nobody is there; `late`: no answer in time. */
export type Outcome = { answer: Answer } | { failure: 'down' | 'late' | 'unusable'; text: string }

/** Sends requests over connections that are kept. */
export interface Poster {
  post(wanted: Wanted): Promise<Outcome>
  close(): Promise<void>
}

/** An answer may have so many bytes; back ends answer with a few hundred. */
const largestAnswer = 256 * 1024
/** Connections to one target at most. */
const mostConnections = 256

/** Opens a poster; `refused` are the address ranges that it never connects to. Redirects are not followed. */
export function openPoster(refused: readonly string[]): Poster {
  const policy = openPolicy([...refused])
  const agents = new Map<string, Agent>()

  function agentFor({ ca, cert, key }: Wanted): Agent {
    const name = JSON.stringify([ca, cert, key])
    const known = agents.get(name)
    if (known) return known
    const secureContext = trusting({ ca, cert, key })
    const connect = { lookup: policy.lookup, secureContext, timeout: 10_000 }
    const agent = new Agent({ connections: mostConnections, pipelining: 1, connect: connect as never })
    agents.set(name, agent)
    return agent
  }

  return {
    async post(wanted) {
      try {
        const url = new URL(wanted.url)
        policy.demandAllowed(url.hostname)
        return await exchange(agentFor(wanted), url, wanted)
      } catch (error) {
        return { failure: 'down', text: failureText(error) }
      }
    },
    async close() {
      await Promise.all([...agents.values()].map(agent => agent.destroy()))
    },
  }
}

function exchange(agent: Agent, url: URL, { headers, body, timeout }: Wanted): Promise<Outcome> {
  return new Promise(resolve => {
    let abort: ((reason: Error) => void) | undefined
    let over = false
    let status = 0
    let size = 0
    const chunks: Buffer[] = []
    const timer = setTimeout(() => finish({ failure: 'late', text: `no answer within ${timeout} ms` }), timeout)

    function finish(outcome: Outcome) {
      if (over) return
      over = true
      clearTimeout(timer)
      abort?.(new Error('no longer wanted'))
      resolve(outcome)
    }

    agent.dispatch(
      {
        origin: url.origin,
        path: url.pathname + url.search,
        method: 'POST',
        headers,
        body,
        // One clock for all of it: the timer above.
        headersTimeout: 0,
        bodyTimeout: 0,
      },
      {
        onRequestStart(controller) {
          abort = reason => controller.abort(reason)
          if (over) controller.abort(new Error('no longer wanted'))
        },
        onResponseStart(_controller, statusCode) {
          status = statusCode
        },
        onResponseData(_controller, chunk) {
          size += chunk.length
          if (size > largestAnswer)
            finish({ failure: 'unusable', text: `the answer is larger than ${largestAnswer} bytes` })
          else chunks.push(chunk)
        },
        onResponseEnd() {
          abort = undefined
          finish({ answer: { status, text: Buffer.concat(chunks).toString() } })
        },
        onResponseError(_controller, error) {
          abort = undefined
          finish({ failure: 'down', text: failureText(error) })
        },
      },
    )
  })
}
