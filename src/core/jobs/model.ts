/** Work that goes on after a call; durable and resumable. */
export interface Job {
  lane: number
  id: number
  kind: string
  /** When somebody should take it (ms); while a node works on it, when that node's claim ends. */
  due: number
  state: Record<string, unknown>
  /** Who worked on it last, and whether they still do. */
  node?: string
  held?: boolean
  tries: number
  /** Set aside after too many failures, with the last error. */
  parked?: string
}
