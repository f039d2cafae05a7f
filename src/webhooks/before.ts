import { randomUUID } from 'node:crypto'
import type { Call } from '../core/call.ts'
import type { Core } from '../core/core.ts'
import { Fault } from '../core/errors.ts'
import type { Ask, HookPoint, HookPoints, MessageAsked } from '../core/hooks.ts'
import type { Asked } from '../dialects/callbacks.ts'
import type { Dialect } from '../dialects/dialect.ts'
import { parseJson } from '../lib/json.ts'
import type { Outcome, Poster } from './post.ts'
import type { Target, Targets } from './targets.ts'
import { applyTemplate } from './template.ts'

/** What asking needs; the core comes later than the hooks it is built with. */
export interface Asking {
  targets: Targets
  poster: Poster
  dialects: readonly Dialect[]
  core(): Core
  /** Told of every question: how it ended, and how long it took (ms). */
  observe(target: Target, id: string, outcome: string, ms: number): void
}

/** Asks the back ends of apps before something happens. A question is put once. */
export function openBefore(asking: Asking): Ask {
  const { targets, poster, core } = asking

  async function ask<P extends HookPoint>(point: P, call: Call, draft: HookPoints[P]): Promise<HookPoints[P]> {
    const found = targets.asks(point, call)
    let wanted = draft
    for (const asked of found?.asked ?? [])
      if (asked.fires(call, wanted as never)) wanted = await put(found?.target as Target, asked, call, wanted)
    return 'parts' in wanted && 'parts' in draft && wanted.parts !== draft.parts
      ? (withoutOldForms(found?.target as Target, wanted as MessageAsked) as HookPoints[P])
      : wanted
  }

  async function put<P extends HookPoint>(
    target: Target,
    asked: Asked,
    call: Call,
    draft: HookPoints[P],
  ): Promise<HookPoints[P]> {
    const started = performance.now()
    const { app, webhook, callbacks } = target
    const made = await asked.body(core(), call, draft as never, asked.id)
    const template = webhook.templates[asked.id]
    const body = template === undefined ? made : applyTemplate(template, { body: made, draft })
    const about = { at: core().clock(), address: call.address, origin: call.origin, device: call.device }
    const route = asked.route?.(draft as never)
    const request = callbacks.request(app, webhook, { id: asked.id, body, event: randomUUID(), route, ...about })
    const { timeout, ca, cert, key } = webhook
    const outcome = await poster.post({ ...request, timeout, ca, cert, key })
    const decided = decidedBy(asked, outcome, draft)
    const how = decided instanceof Fault ? 'refused' : decided ? 'answered' : 'silent'
    asking.observe(target, asked.id, how, performance.now() - started)
    if (decided instanceof Fault) throw decided
    if (decided) return decided
    await reportSilence(call, outcome, request.body)
    if (webhook.silence === 'refuse') throw callbacks.silent(asked)
    return draft
  }

  /** What an answer makes of the draft, or its refusal; undefined when it is none, whatever is wrong with it. */
  function decidedBy<D>(asked: Asked, outcome: Outcome, draft: D): D | Fault | undefined {
    const reply = replyIn(outcome)
    if (reply === undefined) return undefined
    try {
      return asked.decide(reply, draft as never) as D | undefined
    } catch (error) {
      if (error instanceof Fault) return error
      core().log.error({ err: error, asked: asked.id }, 'an answer could not be read')
      return undefined
    }
  }

  /** Other back ends may want to know that a question had no answer. */
  async function reportSilence(call: Call, outcome: Outcome, body: string): Promise<void> {
    const reason = 'failure' in outcome ? outcome.text : `status ${outcome.answer.status}`
    await core().report(call, { type: 'hook.failed', reason, body })
  }

  /** Other parts than the sender's: what other dialects kept of the old ones is untrue now. */
  function withoutOldForms(target: Target, asked: MessageAsked): MessageAsked {
    const native = { ...asked.native }
    for (const { name, ownForm = [], callbacks = [] } of asking.dialects) {
      const kept = native[name]
      if (!kept || callbacks.some(each => each.kind === target.webhook.kind)) continue
      const rest = Object.entries(kept).filter(([field]) => !ownForm.includes(field))
      native[name] = rest.length > 0 ? Object.fromEntries(rest) : undefined
    }
    return { ...asked, native }
  }

  return { listens: (point, call) => targets.asks(point, call) !== undefined, ask }
}

function replyIn(outcome: Outcome): unknown {
  if ('failure' in outcome || outcome.answer.status !== 200) return undefined
  try {
    return parseJson(outcome.answer.text)
  } catch {
    return undefined
  }
}
