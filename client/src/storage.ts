import type { Outgoing } from './outbox.ts'
import type { Position } from './timelines.ts'

/** Where the client keeps its positions and unsent messages between two starts, for one user on one device. */
export interface ClientStorage {
  load(): string | undefined | null | Promise<string | undefined | null>
  save(text: string): void | Promise<void>
}

/** What is kept. */
export interface Kept {
  user?: string
  epoch?: string
  positions: Position[]
  outbox: Outgoing[]
}

/** Keeps the client's state under one key of the browser's localStorage. */
export function browserStorage(key: string): ClientStorage {
  return {
    load: () => localStorage.getItem(key),
    save: text => localStorage.setItem(key, text),
  }
}

/** What was kept; nothing when there is none, or none that can be read. */
export async function loadKept(storage: ClientStorage | undefined): Promise<Kept> {
  try {
    const kept = JSON.parse((await storage?.load()) || '{}') as Partial<Kept>
    return { ...kept, positions: kept.positions ?? [], outbox: kept.outbox ?? [] }
  } catch {
    return { positions: [], outbox: [] }
  }
}
