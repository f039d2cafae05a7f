import type { Call } from '../../../core/call.ts'
import type { Core } from '../../../core/core.ts'
import type { HookPoint, HookPoints } from '../../../core/hooks.ts'
import type { Group } from '../../../core/model.ts'
import { type Asked, asked } from '../../callbacks.ts'
import { type Family, familyOf } from './families.ts'
import { passed } from './replies.ts'

/** What a third-party callback says beside its number, and what its answer may change. */
export interface Question<P extends HookPoint> {
  /** The catalogue has its fields. */
  documented?: boolean
  fires?(draft: HookPoints[P]): boolean
  fields(draft: HookPoints[P], call: Call, core: Core): object
  /** The draft as an answer wants it; Fault('hook.refused') for a no, undefined for an answer that cannot be read. */
  decide?(reply: unknown, draft: HookPoints[P]): HookPoints[P] | undefined
  route?(draft: HookPoints[P]): string | undefined
}

/** Declares a third-party callback: only what devices do asks it. Unless it says otherwise, its answer is a yes or a no. */
export function question<P extends HookPoint>(eventType: number, point: P, own: Question<P>): Asked {
  return asked({
    id: `callback/${eventType}`,
    point,
    ...(own.documented ? {} : { assumed: true }),
    fires: (call, draft) => call.origin.via === 'client' && (own.fires?.(draft) ?? true),
    body: (core, call, draft) => ({ eventType, ...own.fields(draft, call, core) }),
    decide: own.decide ?? ((reply, draft) => passed(reply) && draft),
    ...(own.route ? { route: own.route } : {}),
  })
}

/** The points that are about a group. */
type GroupPoint = { [P in HookPoint]: HookPoints[P] extends { group: Group } ? P : never }[HookPoint]

/** Declares the callbacks of one point, by what the group is to Yunxin. */
export function groupQuestions<P extends GroupPoint>(
  eventTypes: Partial<Record<Family, number>>,
  point: P,
  own: Question<P> & { documentedFor?: Family },
): Asked[] {
  return Object.entries(eventTypes).map(([family, eventType]) =>
    question(eventType, point, {
      ...own,
      documented: own.documentedFor === family,
      fires: draft => familyOf((draft as { group: Group }).group) === family && (own.fires?.(draft) ?? true),
    }),
  )
}
