import { createHash } from 'node:crypto'
import type { Core } from '../../../core/core.ts'
import type { EventOf, EventType, News } from '../../../core/events.ts'
import { type Told, told } from '../../callbacks.ts'

/** What a copy is made from besides its event. */
export interface Around {
  core: Core
  news: News
  /** When it happened (ms). */
  at: number
}

/** What a copy says beside its number. */
export interface Copy<T extends EventType> {
  /** The catalogue has no fields for it. */
  assumed?: boolean
  fires?(event: EventOf<T>, news: News): boolean
  /** One copy, several, or none after all. */
  fields(event: EventOf<T>, around: Around): Fields | Promise<Fields>
  route?(event: EventOf<T>): string | undefined
}

type Fields = object | readonly object[] | undefined

/** Declares a message copy. */
export function copy<T extends EventType>(eventType: string, event: T, own: Copy<T>): Told {
  const numbered = (fields: object) => ({ eventType, ...fields })
  return told({
    id: `copy/${eventType}`,
    event,
    ...(own.assumed ? { assumed: true } : {}),
    fires: (news, each) => own.fires?.(each, news) ?? true,
    async body(core, news, each, { at }) {
      const fields = await own.fields(each, { core, news, at })
      return Array.isArray(fields) ? fields.map(numbered) : fields && numbered(fields)
    },
    ...(own.route ? { route: own.route } : {}),
  })
}

/** A number like a message's for something that is none, always the same for one name. */
export function numberFor(name: string): number {
  return Number.parseInt(createHash('sha1').update(name).digest('hex').slice(0, 13), 16)
}
