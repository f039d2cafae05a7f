/** Calls handlers by the name of what happened. */
export interface Emitter<E> {
  /** Calls the handler from now on, until the returned function is called. */
  on<K extends keyof E>(event: K, handler: (value: E[K]) => void): () => void
  emit<K extends keyof E>(event: K, value: E[K]): void
  /** Somebody listens. */
  heard(event: keyof E): boolean
}

export function openEmitter<E>(): Emitter<E> {
  const handlers = new Map<keyof E, Set<(value: never) => void>>()

  return {
    on(event, handler) {
      const all = handlers.get(event) ?? new Set()
      handlers.set(event, all.add(handler as (value: never) => void))
      return () => all.delete(handler as (value: never) => void)
    },
    emit(event, value) {
      for (const handler of handlers.get(event) ?? []) {
        try {
          ;(handler as (value: unknown) => void)(value)
        } catch (error) {
          // A faulty handler must not keep the others from what happened, nor the position from moving on.
          console.error(error)
        }
      }
    },
    heard: event => (handlers.get(event)?.size ?? 0) > 0,
  }
}
