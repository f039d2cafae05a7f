import type { Group } from './protocol-groups.ts'

/** What somebody shows of themselves in a live room; what is left out stays. */
export interface Shown {
  nick?: string
  avatar?: string
  /** Texts by name, all of them. */
  ext?: Record<string, string>
  text?: string
  tags?: string[]
  /** Whom the coming and going is told, by tags. */
  notify?: string
}

/** A live room as devices see it. */
export interface Room extends Omit<Group, 'members'> {
  /** How many accounts are in it. */
  online: number
  /** What the app marks it with. */
  marks?: string[]
  /** Its messages are kept. */
  stored: boolean
}

/** Somebody in a live room. */
export interface Insider extends Shown {
  user: string
  role: 'owner' | 'manager' | 'member' | 'guest'
  anonymous?: boolean
  /** Which entry of the room theirs was, and when (ms). */
  entry: number
  entered: number
  marks: string[]
}

/** What somebody shows of themselves now, and their marks. */
export type Described = Omit<Shown, 'tags' | 'notify'> & Pick<Insider, 'user' | 'marks'> & { tags: string[] }

/** Where a page of those in a room ended. */
export type InsiderPlace = Pick<Insider, 'entry' | 'entered' | 'user'>

/** An element of a room's queue. */
export interface QueueElement {
  key: string
  value: string
  /** Whose it is. */
  user?: string
  /** It goes when they leave the room. */
  passing?: boolean
}

/** What happens in a live room besides messages. */
export type RoomTold =
  /** This device came in, or is out: by its own wish, or `why` not. */
  | { what: 'here'; conv: number; here: boolean; why?: string }
  | { what: 'entered'; conv: number; user: string; role: string; anonymous?: boolean; tags: string[]; ext?: string }
  | { what: 'left'; conv: number; user: string; how: 'left' | 'lost' | 'kicked' }
  /** Somebody shows something else of themselves, or has other marks: all of it as it is now. */
  | ({ what: 'described'; conv: number } & Described)
  /** How many are in it now. */
  | { what: 'online'; conv: number; online: number }
  | {
      what: 'queue'
      conv: number
      /** `init`, `add`, `update`, `delete`, `poll`, `drop` or `batch`. */
      did: string
      owner?: string
      elements: Record<string, string>
      keys: string[]
    }
  /** Of a group or a room. `number` grows by one with each change. */
  | {
      what: 'attributes'
      conv: number
      did: 'set' | 'modify' | 'delete' | 'clear'
      attributes: Record<string, string>
      number?: number
    }
