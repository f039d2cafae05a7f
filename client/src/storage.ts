import type { Outgoing } from './outbox.ts'
import type { Place } from './timelines.ts'

/** Where the client keeps its positions and unsent messages between two starts, for one user on one device. */
export interface ClientStorage {
  load(): string | undefined | null | Promise<string | undefined | null>
  save(text: string): void | Promise<void>
}

/** What is kept. */
export interface Kept extends Place {
  user?: string
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

/** Writing to a storage, one after another. */
export interface Saving {
  /** Soon, and once for everything that happens at a time; what is to be saved is asked for then. */
  soon(): void
  /** Resolves when this is saved, after all that was to be saved before. */
  last(text: string): Promise<void>
}

/** How long changes are gathered (ms). */
const gather = 50

/** `text` gives what is to be kept; undefined while nothing is to be written. What fails is written with the next change. */
export function openSaving(storage: ClientStorage | undefined, text: () => string | undefined): Saving {
  let writing: Promise<void> = Promise.resolve()
  let timer: ReturnType<typeof setTimeout> | undefined

  async function write() {
    timer = undefined
    const kept = text()
    if (kept !== undefined) await storage?.save(kept)
  }

  function later() {
    writing = writing.then(write).catch(console.error)
  }

  return {
    soon() {
      if (storage) timer ??= setTimeout(later, gather)
    },
    last(kept) {
      clearTimeout(timer)
      timer = undefined
      const saved = writing.then(() => storage?.save(kept))
      writing = saved.catch(() => {})
      return saved
    },
  }
}
