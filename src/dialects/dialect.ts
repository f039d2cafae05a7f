import { z } from 'zod'
import type { App } from '../core/apps/model.ts'
import type { Call, DialectName } from '../core/call.ts'
import type { Core } from '../core/core.ts'
import { Fault, type Reason } from '../core/errors.ts'
import type { Wishes } from '../core/messages/wishes.ts'
import type { Conversation, Message } from '../core/model.ts'
import type { Callbacks } from './callbacks.ts'

/** A request as it came over the wire; header names are lower case. */
export interface WireRequest {
  method: string
  /** Without the query. */
  path: string
  /** The query as it was written, without the question mark. */
  query: string
  headers: Record<string, string | string[] | undefined>
  body: Buffer
  /** The caller's address, behind trusted proxies the one they name. */
  address: string
}

/** What goes back over the wire. */
export interface WireReply {
  status: number
  headers: Record<string, string>
  body: string
}

/** A vendor's error code. */
export type Code = number | string

/** Thrown inside a dialect to refuse with a code that only this vendor has; nothing has changed then. */
export class Refusal extends Error {
  override name = 'Refusal'
  readonly code: Code
  /** The same request may succeed after a while. */
  readonly passing: boolean

  constructor(code: Code, text: string, passing = false) {
    super(text)
    this.code = code
    this.passing = passing
  }
}

/** One operation of a vendor: what it takes, which codes differ here, and the core call it makes. */
export interface Operation {
  /** The operation's id in the catalogue. */
  key: string
  request: z.ZodType
  /** The code of a wrong field that carries none of its own. */
  invalid?: Code
  /** Reasons that this operation answers with another code than its dialect. */
  errors: Partial<Record<Reason, Code>>
  // biome-ignore lint/suspicious/noExplicitAny: the request's type is known where the operation is declared
  run(core: Core, call: Call, request: any): unknown
}

/** What the operations of one resource file share: codes that stand between the operation's own and the dialect's. */
export interface Resource {
  invalid?: Code
  errors?: Partial<Record<Reason, Code>>
}

/**
 * Makes the `operation` function of a resource file.
 * Codes are looked up field → operation → resource → dialect.
 */
export function resource(shared: Resource = {}) {
  return function operation<S extends z.ZodType>(declared: {
    key: string
    request: S
    invalid?: Code
    errors?: Partial<Record<Reason, Code>>
    run(core: Core, call: Call, request: z.output<S>): unknown
  }): Operation {
    return {
      ...declared,
      invalid: declared.invalid ?? shared.invalid,
      errors: { ...shared.errors, ...declared.errors },
    }
  }
}

const codes = new WeakMap<z.ZodType, Code>()

/** Gives a field the code with which the vendor answers when just this field is wrong or missing. */
export function coded<S extends z.ZodType>(code: Code, schema: S): S {
  const copy = schema.clone() as S
  codes.set(copy, code)
  return copy
}

/** One vendor's API. `O` is what it learns of a request before it reads the body. */
// biome-ignore lint/suspicious/noExplicitAny: each dialect has its own kind of opened request
export interface Dialect<O extends Opened = any> {
  name: DialectName
  /** The folder of its catalogue. */
  catalog: string
  operations: ReadonlyMap<string, Operation>
  errors: Record<Reason, Code>
  /** Server-side time limit of a call in ms; the answer is then 'time.out', though the work may still come to its end. */
  timeLimit?: number
  /** Whether a request is addressed to this dialect. */
  owns(request: WireRequest): boolean
  /** Finds the operation and proves who calls, by Refusal or Fault otherwise. Looks at the body's bytes for a hash at most. */
  open(request: WireRequest, core: Core): O | Promise<O>
  /** Reads the body. */
  decode(request: WireRequest, opened: O): unknown
  /** The caller, once the body is known. */
  identify(opened: O, input: unknown, core: Core): Call
  /** The reply for what an operation returned. */
  encode(opened: O, answer: unknown): WireReply
  /** The reply for a refusal; `opened` is missing when the request did not get that far. */
  refuse(request: WireRequest, opened: O | undefined, code: Code, text: string): WireReply
  /** Checks an end user's credentials for the gateway, by Fault or Refusal otherwise. Absent where users have none. */
  signIn?(core: Core, credentials: unknown, address: string): Promise<SignedIn>
  /** Of which app and user credentials say they are, which nobody has proved; for records of what was refused. */
  claim?(core: Core, credentials: unknown): { app: App; user: string } | undefined
  /** What it calls back, by kind of back end. */
  callbacks?: readonly Callbacks[]
  /** What of `Message.native` says the content once more; it is untrue once the parts are other ones. */
  ownForm?: readonly string[]
  /** What only it can say of the push of a message that came by its API. */
  pushWishes?(message: Message, conversation: Conversation): Wishes
}

/** What every dialect knows of an opened request. */
export interface Opened {
  /** The operation's id in the catalogue. */
  key: string
  /** Counts the call against the vendor's rates; throws Fault('rate.exceeded') or a Refusal. */
  admit?(core: Core): void | Promise<void>
}

/** A user who proved who they are. */
export interface SignedIn {
  call: Call
  user: string
}

/** Told once per request: for metrics and logs. */
export type Observe = (dialect: string, operation: string, outcome: string, ms: number) => void

/**
 * Answers a request of one dialect: open, admit, decode, identify, check the fields, run, encode; or the vendor's refusal.
 * Never rejects: what nobody foresaw is the vendor's internal error, and is logged.
 */
export async function serve(
  dialect: Dialect,
  core: Core,
  request: WireRequest,
  observe: Observe = () => {},
): Promise<WireReply> {
  const start = performance.now()
  let opened: Opened | undefined
  let operation: Operation | undefined
  try {
    opened = (await dialect.open(request, core)) as Opened
    operation = dialect.operations.get(opened.key)
    await opened.admit?.(core)
    if (!operation) throw new Fault('operation.unsupported')
    const input = dialect.decode(request, opened)
    const call = dialect.identify(opened, input, core)
    const answer = await within(dialect.timeLimit, perform(core, call, operation, input))
    const reply = dialect.encode(opened, answer)
    observe(dialect.name, operation.key, 'ok', performance.now() - start)
    return reply
  } catch (error) {
    const { code, text } = explain(dialect, operation, error)
    report(core, error, opened?.key)
    observe(dialect.name, operation?.key ?? 'none', String(code), performance.now() - start)
    return dialect.refuse(request, opened, code, text)
  }
}

/** Checks the fields and runs; the gateway calls it for frames. Rejects with Fault, Refusal or Invalid. */
export async function perform(core: Core, call: Call, operation: Operation, input: unknown): Promise<unknown> {
  const parsed = operation.request.safeParse(input)
  if (!parsed.success) throw invalid(operation, parsed.error)
  return operation.run(core, call, parsed.data)
}

/** The vendor's code and a text for whatever was thrown; `own` is the app's code when it refused in another dialect. */
export function explain(
  dialect: Dialect,
  operation: Operation | undefined,
  error: unknown,
): { code: Code; text: string; own?: Fault['own'] } {
  if (error instanceof Invalid)
    return {
      code: error.code ?? operation?.invalid ?? codeOf(dialect, operation, 'request.invalid'),
      text: error.message,
    }
  if (error instanceof Refusal) return { code: error.code, text: error.message }
  if (error instanceof Fault) {
    const { own, message: text } = error
    if (own?.dialect === dialect.name) return { code: own.code, text }
    return { code: codeOf(dialect, operation, error.reason), text, ...(own ? { own } : {}) }
  }
  if (isUnavailable(error))
    return { code: codeOf(dialect, operation, 'store.unavailable'), text: 'the store cannot write now' }
  return { code: codeOf(dialect, operation, 'internal'), text: 'internal error' }
}

/** The code with which a dialect, or one operation of it, answers a reason. Also for items inside a reply. */
export function codeOf(dialect: Pick<Dialect, 'errors'>, operation: Operation | undefined, reason: Reason): Code {
  return operation?.errors[reason] ?? dialect.errors[reason]
}

/** A field does not fit its schema. */
class Invalid extends Error {
  override name = 'Invalid'
  readonly code: Code | undefined

  constructor(code: Code | undefined, text: string) {
    super(text)
    this.code = code
  }
}

const lastWarning = new WeakMap<Core, number>()

/** Logs what nobody foresaw. A store that cannot write fails every call: one line a second says so. */
function report(core: Core, error: unknown, operation: string | undefined): void {
  if (isExpected(error)) return
  if (!isUnavailable(error)) {
    core.log.error({ err: error, operation }, 'an operation failed')
    return
  }
  const now = Date.now()
  if (now - (lastWarning.get(core) ?? 0) < 1000) return
  lastWarning.set(core, now)
  core.log.warn({ operation, why: (error as Error).message }, 'the store cannot write; calls are refused')
}

function isUnavailable(error: unknown): boolean {
  return error instanceof Error && error.name === 'StoreUnavailable'
}

function isExpected(error: unknown): boolean {
  if (error instanceof Fault) return error.reason !== 'internal'
  return error instanceof Refusal || error instanceof Invalid
}

function invalid(operation: Operation, error: z.ZodError): Invalid {
  const issue = error.issues[0]
  const path = issue?.path ?? []
  const name = path.map((part, i) => (typeof part === 'number' ? `[${part}]` : i ? `.${String(part)}` : String(part)))
  return new Invalid(codeAt(operation.request, path), `${name.join('') || 'request'}: ${issue?.message ?? 'invalid'}`)
}

/** The code nearest to the wrong field, walking down its path. */
function codeAt(schema: z.ZodType, path: readonly PropertyKey[]): Code | undefined {
  let found: Code | undefined
  let at: z.ZodType | undefined = schema
  for (let i = 0; at && i <= path.length; i++) {
    for (let inner: z.ZodType | undefined = at; inner; inner = unwrap(inner)) {
      found = codes.get(inner) ?? found
      at = inner
    }
    const part = path[i]
    if (part === undefined) break
    if (at instanceof z.ZodObject) at = at.shape[part as string]
    else if (at instanceof z.ZodArray) at = at.element as z.ZodType
    else if (at instanceof z.ZodRecord) at = at.valueType as z.ZodType
    else at = undefined
  }
  return found
}

function unwrap(schema: z.ZodType): z.ZodType | undefined {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodNullable) return schema.unwrap() as z.ZodType
  if (schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault) return schema.unwrap() as z.ZodType
  if (schema instanceof z.ZodPipe) {
    // A transform stands before (preprocess) or after the schema that has the fields.
    const inside = schema.in instanceof z.ZodTransform ? schema.out : schema.in
    return inside as z.ZodType
  }
  return undefined
}

async function within<T>(limit: number | undefined, work: Promise<T>): Promise<T> {
  if (!limit) return work
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Fault('time.out')), limit)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}
