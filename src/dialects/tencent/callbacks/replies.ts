import { z } from 'zod'
import { Fault } from '../../../core/errors.ts'
import type { MessageAsked } from '../../../core/hooks.ts'
import { nativeOf, parse } from '../content.ts'

/** What an app answers to a webhook. */
const reply = z.looseObject({
  ErrorCode: z.int(),
  ErrorInfo: z.string().optional().catch(undefined),
})

export type Reply = z.output<typeof reply>

/** The answer, if it is one: with an ErrorCode; undefined for a body that is none. */
export function readReply(answer: unknown): Reply | undefined {
  return reply.safeParse(answer).data
}

/** Codes of the app's own that a command hands on to its caller. */
export interface OwnCodes {
  from: number
  to: number
}

export const c2cCodes: OwnCodes = { from: 120001, to: 130000 }
export const groupCodes: OwnCodes = { from: 10100, to: 10200 }
export const friendCodes: OwnCodes = { from: 38000, to: 39000 }

/** Whether a code is one of the app's own. */
export function isOwn(code: number, { from, to }: OwnCodes): boolean {
  return code >= from && code <= to
}

/** Throws the refusal of an answer that says no; ErrorCode 0 passes. Codes outside of `own` become the service's code. */
export function demandYes({ ErrorCode, ErrorInfo }: Reply, own?: OwnCodes): void {
  if (ErrorCode === 0) return
  const code = own && isOwn(ErrorCode, own) ? { dialect: 'tencent', code: ErrorCode } : undefined
  throw new Fault('hook.refused', ErrorInfo || undefined, code)
}

/** A `decide` for answers that say yes or no and nothing else. */
export function yesOrNo(own?: OwnCodes) {
  return <D>(answer: unknown, draft: D): D | undefined => {
    const given = readReply(answer)
    if (!given) return undefined
    demandYes(given, own)
    return draft
  }
}

const changed = z.object({
  MsgBody: z.array(z.unknown()).min(1).optional(),
  CloudCustomData: z.string().optional(),
})

/**
 * What an answer makes of a message: ErrorCode 0 lets it go, changed if the answer says so; 2 drops it without its sender
 * knowing; anything else refuses. Undefined for a body that is none.
 */
export function decideMessage<D extends MessageAsked>(answer: unknown, draft: D, own: OwnCodes): D | undefined {
  const given = readReply(answer)
  if (!given) return undefined
  if (given.ErrorCode === 2) return { ...draft, dropped: true }
  demandYes(given, own)
  const change = changed.safeParse(answer).data
  if (!change) return undefined
  const { MsgBody, CloudCustomData } = change
  if (MsgBody === undefined && CloudCustomData === undefined) return draft
  try {
    return rewritten(draft, MsgBody, CloudCustomData)
  } catch {
    return undefined
  }
}

/** The message with another body or other custom data; what else was said with it stays. */
function rewritten<D extends MessageAsked>(draft: D, body: unknown[] | undefined, data: string | undefined): D {
  const kept = draft.native?.tencent ?? {}
  const said = {
    CloudCustomData: data ?? (kept.CloudCustomData as string | undefined),
    SupportMessageExtension: kept.SupportMessageExtension as number | undefined,
  }
  if (!body) return { ...draft, native: { ...draft.native, tencent: { ...kept, CloudCustomData: data || undefined } } }
  const parts = parse(body)
  return { ...draft, parts, native: { ...draft.native, tencent: undefined, ...nativeOf(body, parts, said) } }
}
