import type { PushProvider } from '../core/apps/model.ts'
import type { Core } from '../core/core.ts'
import { newsKept } from '../core/outbox/outbox.ts'
import type { Kept } from '../core/tables.ts'
import { partsOf } from '../lib/parts.ts'
import { openPauses } from '../lib/pauses.ts'
import { keyedQueue } from '../lib/queue.ts'
import { openSlots } from '../lib/slots.ts'
import { openBreaker, type Pass, type Rest } from '../webhooks/breaker.ts'
import type { End, Sending } from '../webhooks/sending.ts'
import { isPushed } from './hearing.ts'
import { type WishesOf, worthUntil } from './matter.ts'
import { type Going, openPages, type Page, type Pages, type Work } from './pages.ts'
import type { Outcome, PushEngine } from './push.ts'
import { openReporting } from './reporting.ts'

/** How patient pushing is; times in ms. */
export interface PushPace {
  /** The pause before a push is tried again, where the provider names none: the first time; and at most. */
  again: Rest
  /** How long a provider that is not there is left alone. */
  rest: Rest
  /** How often a push is tried that the provider puts off while it takes others. */
  tries: number
  /** How long a message is worth a push. */
  life: number
}

/** A day is what vendors keep pushes for. */
export const usualPace: PushPace = {
  again: { least: 10_000, most: 3_600_000 },
  rest: { least: 1000, most: 30_000 },
  tries: 8,
  life: 24 * 3_600_000,
}

/** What pushing to one provider needs. */
export interface PushTo {
  provider: PushProvider
  engine: PushEngine
  pace: PushPace
  wishesOf: WishesOf
  observe: (engine: string, outcome: string) => void
}

/** What is to be pushed, and the leave to do so. */
interface Ready {
  page: Page
  pass: Pass
}

/** A push that is to be tried again after so long (ms). */
interface PutOff {
  going: Going
  after: number
}

/** Events worked on at a time, with a page of receivers each. */
const abreast = 64
/** Messages of which it is remembered that nothing was pushed. */
const mostUnsaid = 10_000

/**
 * Pushes messages and what else there is to the devices of one provider. Those of one conversation go out in order the
 * first time; what is put off is tried again by itself.
 */
export function openPushSending(core: Core, app: number, to: PushTo): Sending {
  const { provider, engine, pace } = to
  const pageOf = openPages(core, provider, to.wishesOf)
  const breaker = openBreaker(pace.rest)
  const slots = openSlots(abreast)
  const queue = keyedQueue()
  const reporting = openReporting(core, app, to)
  const pauses = openPauses()
  /** Messages of which no device was told, as far as this node knows: their recalls are none of its business either. */
  const unsaid = new Set<number>()
  const opened = core.clock()
  let closed = false

  async function send(kept: Kept, _marks: Record<string, string>, wanted: () => boolean): Promise<End> {
    const { event } = newsKept(kept)
    if (!isPushed(event)) return 'told'
    // Without a number it was not stored: only who is connected gets it.
    if (event.type === 'message.sent' && kept.number === undefined) return 'told'
    const until = worthUntil(event, kept.at, pace.life)
    const work: Work = { kept, event, until, wanted: () => !closed && wanted() }
    try {
      const putOff: Promise<End>[] = []
      const first = await queue(kept.key, async () => {
        await slots.take()
        return begin(work, putOff).finally(slots.give)
      })
      const ends = await Promise.all(putOff)
      if (!first || ends.includes('gone')) return 'gone'
      return ends.find(end => end !== 'told') ?? 'told'
    } catch (error) {
      // That the store cannot be read now is no fault of the message.
      if ((error as Error).name === 'StoreUnavailable') throw error
      core.log.error({ err: error, engine: provider.name }, 'a message could not be pushed')
      return { why: `could not be pushed: ${(error as Error).message}`, tries: 0 }
    }
  }

  /** Once what happened before in the conversation had its first try: by then it is known what there is to take back. */
  async function begin(work: Work, putOff: Promise<End>[]): Promise<boolean> {
    const { event } = work
    if (event.type === 'message.recalled' && unsaid.has(event.original.id)) return true
    // What is older may have been pushed before this began.
    if (event.type === 'message.sent' && work.kept.at >= opened) {
      unsaid.add(event.message.id)
      const [oldest = 0] = unsaid
      if (unsaid.size > mostUnsaid) unsaid.delete(oldest)
    }
    return pushAll(work, putOff)
  }

  /** Tries all devices once, a page of receivers after the other; false when nobody wants it any more. */
  async function pushAll(work: Work, putOff: Promise<End>[]): Promise<boolean> {
    for (let after: string | undefined = ''; after !== undefined; ) {
      const { page, pass }: Ready = await ready(work, { after })
      after = page.next
      const [first = [], ...rest] = partsOf(page.pushes, engine.largest)
      for (const part of [first, ...rest]) {
        const left = await attempt(work, part, part === first ? pass : await breaker.pass())
        if (!left) return false
        for (const each of left) {
          const end = tryAgain(work, each)
          // It is looked at when all devices were tried.
          end.catch(() => {})
          putOff.push(end)
        }
      }
    }
    return true
  }

  /** What is to be pushed, found only once the provider may be asked: that may take long. */
  async function ready(work: Work, which: Parameters<Pages>[1]): Promise<Ready> {
    const pass = await breaker.pass()
    try {
      return { page: work.wanted() ? await pageOf(work, which) : { pushes: [] }, pass }
    } catch (error) {
      pass.unused()
      throw error
    }
  }

  /** One try of pushes that fit one call: those that are put off; undefined when nobody wants them any more. */
  async function attempt(work: Work, part: readonly Going[], pass: Pass): Promise<PutOff[] | undefined> {
    const wanted = work.wanted()
    if (!wanted || part.length === 0) {
      pass.unused()
      return wanted ? [] : undefined
    }
    const started = core.clock()
    const outcomes = await engine.send(part.map(each => each.outgoing))
    // Somebody who refuses is there; of who only puts off it is not known.
    if (outcomes.every(outcome => outcome.result === 'later')) pass.down()
    else pass.up()
    const left: PutOff[] = []
    const settled: Promise<void>[] = []
    part.forEach((going, i) => {
      const outcome = outcomes[i] as Outcome
      if (outcome.result === 'sent' && work.event.type === 'message.sent') unsaid.delete(work.event.message.id)
      if (outcome.result === 'later') {
        reporting.count('later')
        left.push({ going, after: outcome.after })
      } else settled.push(reporting.settle(work.event, going.token, outcome, started))
    })
    await Promise.all(settled)
    return left
  }

  /** Tries a push again until it is settled, too old, or was put off too often while the provider took others. */
  async function tryAgain(work: Work, first: PutOff): Promise<End> {
    let { going, after } = first
    let answers = breaker.answers()
    for (let [tries, refusals] = [1, 1]; ; tries++) {
      await pause(Math.max(after, pace.again.least * 2 ** Math.min(20, tries - 1)))
      if (!work.wanted()) return 'gone'
      if (core.clock() >= work.until) return reporting.count('expired')
      // Its device may have come back, its user have read the message elsewhere, and its sender taken it back.
      const { page, pass } = await ready(work, { only: going.token.user })
      const again = page.pushes.find(each => each.token.device === going.token.device)
      const left = await attempt(work, again ? [again] : [], pass)
      if (!left) return 'gone'
      if (!again) return reporting.count('needless')
      const [off] = left
      if (!off) return 'told'
      going = off.going
      after = off.after
      // A provider that is away uses up no tries.
      if (breaker.answers() > answers) refusals++
      answers = breaker.answers()
      if (refusals >= pace.tries) {
        reporting.count('given up')
        return { why: `${provider.name} put it off ${refusals} times`, tries: refusals }
      }
    }
  }

  function pause(wanted: number): Promise<void> {
    // Jitter, so that what was put off together does not come back together.
    const longest = Math.min(pace.again.most, wanted) * (1 + Math.random() / 4)
    return pauses.pause(longest)
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
