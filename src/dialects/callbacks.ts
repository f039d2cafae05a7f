import type { App, Webhook, WebhookKind } from '../core/apps/model.ts'
import type { Call } from '../core/call.ts'
import type { Core } from '../core/core.ts'
import type { EventOf, EventType, News } from '../core/events.ts'
import type { HookPoint, HookPoints } from '../core/hooks.ts'

/** What a dialect calls back, as one kind of back end hears it: its questions, its events, and their envelope. */
export interface Callbacks {
  kind: WebhookKind
  asked: readonly Asked[]
  told: readonly Told[]
  /** The request that carries a body. */
  request(app: App, webhook: Webhook, outgoing: Outgoing): Post
  /** Whether an answer says that an event was taken. */
  taken(answer: Answer): boolean
  /** The refusal when silence means no. `asking` is what was asked. */
  silent(asking: Asked): Error
}

/** A question before something happens. */
export interface Asked {
  /** The id in the catalogue. */
  id: string
  point: HookPoint
  /** The catalogue has no field list: the body follows its neighbours. */
  assumed?: boolean
  /** Whether a call asks it at all, by its origin and by the draft. */
  fires(call: Call, draft: never): boolean
  body(core: Core, call: Call, draft: never, id: string): unknown
  /** The name of another address of the back end's that it goes to, if it has one of that name. */
  route?(draft: never): string | undefined
  /**
   * What the answer makes of the draft. Fault('hook.refused') for a no; undefined when the answer cannot be read, which
   * counts as silence.
   */
  decide(reply: unknown, draft: never): unknown
}

/** An event afterwards. */
export interface Told {
  /** The id in the catalogue. */
  id: string
  event: EventType
  assumed?: boolean
  /** Whether it is told of this event, as far as the news itself says. Must be cheap: every event of the type is shown to it. */
  fires(news: News, event: never): boolean
  /** One body, or several, or none after all. */
  body(core: Core, news: News, event: never, about: About): unknown
  /** As for questions. */
  route?(event: never): string | undefined
}

/** What is known of an event besides what it says. */
export interface About {
  /** When it was committed (ms). */
  at: number
  /** The id in the catalogue. */
  id: string
}

/** A body on its way out. */
export interface Outgoing {
  /** The id in the catalogue. */
  id: string
  body: unknown
  /** Unique for the event; the same in every attempt. */
  event: string
  /** When it happened or is asked (ms). */
  at: number
  /** The name of the address that it asks for. */
  route?: string
  /** Of the call that it comes from. */
  address?: string
  origin: Call['origin']
  device?: Call['device']
}

/** One HTTP request to a back end. */
export interface Post {
  url: string
  headers: Record<string, string>
  body: string
}

/** What came back. */
export interface Answer {
  status: number
  text: string
}

/** Declares a question; `point` gives the draft its type. */
export function asked<P extends HookPoint>(declared: {
  id: string
  point: P
  assumed?: boolean
  fires?(call: Call, draft: HookPoints[P]): boolean
  body(core: Core, call: Call, draft: HookPoints[P], id: string): object | Promise<object>
  route?(draft: HookPoints[P]): string | undefined
  decide(reply: unknown, draft: HookPoints[P]): HookPoints[P] | undefined
}): Asked {
  return { fires: () => true, ...declared } as unknown as Asked
}

/** Declares an event that is told; `event` gives it its type. A body that is an array is as many requests. */
export function told<T extends EventType>(declared: {
  id: string
  event: T
  assumed?: boolean
  fires?(news: News, event: EventOf<T>): boolean
  body(core: Core, news: News, event: EventOf<T>, about: About): Body | Promise<Body>
  route?(event: EventOf<T>): string | undefined
}): Told {
  return { fires: () => true, ...declared } as unknown as Told
}

type Body = object | readonly object[] | undefined
