import { z } from 'zod'
import { Fault } from '../../../core/errors.ts'
import type { MessageAsked } from '../../../core/hooks.ts'
import { parse, render, type Sendable } from '../content.ts'
import { objectText, text } from '../shapes.ts'

/** A field of an answer; serializers write null for what they leave out. */
export function given<S extends z.ZodType>(schema: S) {
  return z.preprocess(value => value ?? undefined, schema.optional())
}

const answer = z.looseObject({
  errCode: z.int(),
  responseCode: given(z.int()).catch(undefined),
  modifyResponse: given(z.looseObject({})),
  callbackExt: given(z.string()),
})

type Reply = z.output<typeof answer>

/** Codes of the app's own that the client is shown. */
const ownCodes = { from: 20000, to: 20099 }

/** The answer of an app that lets something go on; undefined when it cannot be read. Fault('hook.refused') for a no. */
export function passed(reply: unknown): Reply | undefined {
  const read = answer.safeParse(reply).data
  if (!read || read.errCode === 0) return read
  const { responseCode } = read
  const own = responseCode !== undefined && responseCode >= ownCodes.from && responseCode <= ownCodes.to
  throw new Fault('hook.refused', undefined, own ? { dialect: 'netease', code: responseCode } : undefined)
}

const changed = z.object({
  body: given(text(5000)),
  attach: given(text(5000)),
  ext: given(text(1024)),
  pushcontent: given(text(500)),
  payload: given(objectText(2048)),
})

type Changed = z.output<typeof changed>

/**
 * The message as the answer wants it, with what clients are to get along with it. The type stays: `body` is for texts,
 * `attach` for the others, and for everything in a chatroom. Undefined for an answer that cannot be read.
 */
export function decideMessage<D extends MessageAsked>(reply: unknown, draft: D, inRoom = false): D | undefined {
  const read = passed(reply)
  const change = read && changed.safeParse(read.modifyResponse ?? {}).data
  if (!read || !change) return undefined
  try {
    return rewritten(draft, change, read.callbackExt, inRoom)
  } catch (error) {
    if (error instanceof Fault) return undefined
    throw error
  }
}

function rewritten<D extends MessageAsked>(
  draft: D,
  change: Changed,
  callbackExt: string | undefined,
  inRoom: boolean,
): D {
  const said = content(draft, change, inRoom)
  const { ext, pushcontent, payload } = change
  const kept = { ...draft.native?.netease, ...said?.own, ...defined({ ext, callbackExt }) }
  const push = defined({ text: pushcontent, payload })
  const news = said || ext !== undefined || callbackExt !== undefined
  return {
    ...draft,
    ...(said ? { parts: said.parts } : {}),
    ...(news ? { native: { ...draft.native, netease: defined(kept) } } : {}),
    ...(Object.keys(push).length > 0 ? { push: { ...draft.push, ...push } } : {}),
  }
}

/** Other content than the sender's, in a body of its own where the parts alone would show another one. */
function content(draft: MessageAsked, { body, attach }: Changed, inRoom: boolean) {
  const { type } = render({ ...draft, conv: 0, shown: 0 })
  const isText = type === 0 || type === 10
  const wanted = isText && !inRoom ? body : attach
  if (wanted === undefined) return undefined
  if (isText)
    return {
      parts: [{ type: type === 0 ? ('text' as const) : ('tip' as const), text: wanted }],
      own: { body: undefined },
    }
  const { part, own } = parse(type as Sendable, wanted)
  return { parts: [part], own: { body: own ? wanted : undefined } }
}

/** The fields that there are. */
export function defined<T extends object>(fields: T): T {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as T
}
