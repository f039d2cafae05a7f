import type { Core } from '../core/core.ts'
import type { Kept } from '../core/tables.ts'
import type { Outgoing } from '../dialects/callbacks.ts'
import { openPauses } from '../lib/pauses.ts'
import { openSlots } from '../lib/slots.ts'
import { openBreaker, type Rest } from './breaker.ts'
import type { Outcome, Poster } from './post.ts'
import type { Target } from './targets.ts'
import { tellingsOf } from './telling.ts'

/** How patient deliveries are; times in ms. */
export interface Pace {
  /** The pause before an event is told again: the first time, and at most. */
  again: Rest
  /** How long a target that is not there is left alone. */
  rest: Rest
}

/** Who is told: under this name in the outbox of this app. */
export interface Listening {
  app: number
  name: string
}

/** How an event ended: `told` (also when there was nothing to tell), set aside with the reason, or `gone` with the sender. */
export type End = 'told' | 'gone' | { why: string; tries: number }

/** Sends events to one target: so many at a time, again after failures, and not at all while it is not there. */
export interface Sending {
  /** `marks` are headers that say what is special about it. Rejects when the store cannot be read. */
  send(kept: Kept, marks: Record<string, string>, wanted: () => boolean): Promise<End>
  isDown(): boolean
  close(): void
}

/** Answers that mean that nobody is there to answer. */
const absent = new Set([429, 502, 503, 504])

export function openSending(
  core: Core,
  target: Target,
  poster: Poster,
  pace: Pace,
  observe: (target: Target, id: string, outcome: string, ms: number) => void,
): Sending {
  const { app, webhook, callbacks } = target
  const slots = openSlots(webhook.concurrency)
  const breaker = openBreaker(pace.rest)
  const pauses = openPauses()
  let closed = false

  async function send(kept: Kept, marks: Record<string, string>, wanted: () => boolean): Promise<End> {
    try {
      const bodies = await render(kept, wanted)
      if (!bodies) return 'gone'
      for (const [i, body] of bodies.entries()) {
        if (i > 0) await slots.take()
        const end = await sendOne(body, marks, wanted)
        if (end !== 'told') return end
      }
      return 'told'
    } catch (error) {
      // That the store cannot be read now is no fault of the event.
      if ((error as Error).name === 'StoreUnavailable') throw error
      const { type } = kept.news.event
      core.log.error({ err: error, target: webhook.name, event: type }, 'an event could not be rendered')
      return { why: `could not be rendered: ${(error as Error).message}`, tries: 0 }
    }
  }

  /**
   * Renders an event when its turn has come, if it is wanted by then: were all that waits rendered at once, calls would
   * have to wait for it. Keeps its slot, unless there is nothing to send.
   */
  async function render(kept: Kept, wanted: () => boolean): Promise<Outgoing[] | undefined> {
    await slots.take()
    let bodies: Outgoing[] | undefined
    try {
      if (!closed && wanted()) bodies = await tellingsOf(core, target, kept)
      return bodies
    } finally {
      if (!bodies?.length) slots.give()
    }
  }

  /** With a slot, which it gives back. */
  async function sendOne(body: Outgoing, marks: Record<string, string>, wanted: () => boolean): Promise<End> {
    // Of the back end's own refusals; an absent one does not use up an event's tries.
    let refusals = 0
    let answers = breaker.answers()
    for (let attempt = 1; ; attempt++) {
      if (attempt > 1) await slots.take()
      const tried = await tryOnce(body, attempt, marks, wanted).finally(slots.give)
      if (tried === 'told' || tried === 'gone') return tried
      // A pause would outlast who ends this.
      if (closed || !wanted()) return 'gone'
      const { outcome, there } = tried
      // That a single event is not answered, while others are, is the event's own fault.
      if (there || breaker.answers() > answers) refusals++
      answers = breaker.answers()
      if (refusals >= webhook.tries) return { why: reasonOf(outcome), tries: refusals }
      await pause(refusals)
    }
  }

  /** One request, when the target may be asked; what came of it, and whether somebody was there, if it was not taken. */
  async function tryOnce(body: Outgoing, attempt: number, marks: Record<string, string>, wanted: () => boolean) {
    const pass = await breaker.pass()
    if (closed || !wanted()) {
      pass.unused()
      return 'gone'
    }
    const outcome = await attemptOnce(body, attempt, marks).catch(error => {
      pass.unused()
      throw error
    })
    const there = 'answer' in outcome ? !absent.has(outcome.answer.status) : outcome.failure === 'unusable'
    const taken = 'answer' in outcome && callbacks.taken(outcome.answer)
    if (taken || there) pass.up()
    else pass.down()
    return taken ? 'told' : { outcome, there }
  }

  async function attemptOnce(body: Outgoing, attempt: number, marks: Record<string, string>): Promise<Outcome> {
    const started = performance.now()
    const request = callbacks.request(app, webhook, body)
    const headers = {
      ...request.headers,
      'x-magpie-event-id': body.event,
      ...(attempt > 1 ? { 'x-magpie-attempt': String(attempt) } : {}),
      ...marks,
    }
    const { timeout, ca, cert, key } = webhook
    const outcome = await poster.post({ ...request, headers, timeout, ca, cert, key })
    const what = 'failure' in outcome ? outcome.failure : callbacks.taken(outcome.answer) ? 'told' : 'refused'
    observe(target, body.id, what, performance.now() - started)
    return outcome
  }

  /** Exponential, with jitter. */
  function pause(refusals: number): Promise<void> {
    const { least, most } = pace.again
    const longest = Math.min(most, least * 2 ** Math.min(20, Math.max(0, refusals - 1)))
    return pauses.pause(longest * (0.5 + Math.random() / 2))
  }

  return {
    send,
    isDown: breaker.isOpen,
    close() {
      closed = true
      breaker.close()
      pauses.end()
    },
  }
}

function reasonOf(outcome: Outcome): string {
  if ('failure' in outcome) return outcome.text
  // The text is a stranger's, cut anywhere, and is to be kept.
  const text = outcome.answer.text.slice(0, 200).toWellFormed().replaceAll('\0', '')
  return `status ${outcome.answer.status}: ${text}`
}
