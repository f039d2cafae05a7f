import type { z } from 'zod'
import type { Call } from '../../core/call.ts'
import type { Core } from '../../core/core.ts'
import { type Operation, resource } from '../dialect.ts'

/** An operation of devices: what it answers has a form that clients count on. */
export interface NativeOperation extends Operation {
  /** The form of the answer. Nothing is checked against it when the answer goes out; it is for readers and tests. */
  reply: z.ZodType
}

const declare = resource()

/** Declares an operation of devices. What `run` gives has the form of `reply`. */
export function operation<S extends z.ZodType, R extends z.ZodType>(declared: {
  key: string
  request: S
  reply: R
  run(core: Core, call: Call, request: z.output<S>): z.input<R> | Promise<z.input<R>>
}): NativeOperation {
  return { ...declare(declared), reply: declared.reply }
}
