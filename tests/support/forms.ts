import { z } from 'zod'
import { nativeOperations, shownForms } from '../../src/dialects/native/native.ts'
import { frameForms } from '../../src/gateway/forms.ts'

/** The forms of all frames to devices, by their type. */
export const forms: Readonly<Record<string, z.ZodType>> = frameForms(shownForms)

/** Throws when a frame of the server has not the form that clients count on: a field more or less is enough. */
export function demandForm({ type, ...frame }: { type: string }): void {
  const form = forms[type]
  if (!form) throw new Error(`nobody knows frames of the type ${type}`)
  demand(form, frame, `the frame ${type}`)
}

/** The same for what an operation answered. */
export function demandReplyForm(operation: string, ok: unknown): void {
  const form = nativeOperations.get(operation)?.reply
  if (form) demand(form, ok, `the answer of ${operation}`)
}

function demand(form: z.ZodType, value: unknown, what: string) {
  const parsed = form.safeParse(value)
  if (parsed.success) return
  throw new Error(`${what} has another form: ${z.prettifyError(parsed.error)}\n${JSON.stringify(value)?.slice(0, 500)}`)
}
