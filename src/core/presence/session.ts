/** A connected device. Volatile. */
export interface Session {
  app: number
  user: string
  id: string
  /** The node that holds it, and in which of its lives. */
  node: string
  epoch: number
  platform: string
  device: string
  since: number
  /** Version of its SDK, and anything it wants told of itself. */
  sdk?: string
  tag?: string
  /** From where it is connected. */
  address?: string
  port?: number
}
