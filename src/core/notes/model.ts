/** Something that concerns one user only: a request, an answer, a notification. */
export interface Note {
  app: number
  user: string
  /** Its number in the user's log. */
  number: number
  time: number
  counters: Record<string, number>
  kind: string
  /** Whose doing it is; '' for the server's. */
  from: string
  data: Record<string, unknown>
  /** Until when devices that are away get it (ms). */
  expires: number
}
