import { z } from 'zod'
import { Fault } from '../../../core/errors.ts'
import type { MessageAsked } from '../../../core/hooks.ts'

/** Clients keep the code as a text; a back end may say it so. */
const code = z.union([z.int(), z.bigint(), z.string().regex(/^-?\d+$/)]).transform(String)

/** What a back end answers before a message is sent (`callbacks.json`, reply). */
const reply = z.object({ CheckCode: code, CheckMsg: z.string().optional().catch(undefined) })

/**
 * The draft as it is for CheckCode 0, or Fault('hook.refused') with the check code and message for any other; undefined
 * for an answer without a check code.
 */
export function decide<D extends MessageAsked>(answer: unknown, draft: D): D | undefined {
  const given = reply.safeParse(answer).data
  if (!given) return undefined
  const { CheckCode, CheckMsg } = given
  if (Number(CheckCode) === 0) return draft
  throw new Fault('hook.refused', CheckMsg || undefined, { dialect: 'volcengine', code: exact(CheckCode) })
}

/** A number where it holds the code exactly. */
function exact(digits: string): number | string {
  return Number.isSafeInteger(Number(digits)) ? Number(digits) : digits
}
