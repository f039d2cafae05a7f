import type { Bus } from './bus.ts'

/** The bus of a server that is alone: handlers are called after the current task, in the order of publishing. */
export function openLocalBus(): Bus {
  const subjects = new Map<string, Set<(news: object) => void>>()
  let waiting: { subject: string; news: object }[] = []

  function deliver() {
    const batch = waiting
    waiting = []
    for (const { subject, news } of batch) for (const handler of subjects.get(subject) ?? []) handler(news)
  }

  return {
    publish(subject, news) {
      if (!subjects.has(subject)) return
      if (waiting.push({ subject, news }) === 1) setImmediate(deliver)
    },
    subscribe(subject, handler) {
      const handlers = subjects.get(subject) ?? new Set()
      subjects.set(subject, handlers.add(handler))
      return () => {
        handlers.delete(handler)
        if (handlers.size === 0 && subjects.get(subject) === handlers) subjects.delete(subject)
      }
    },
    async close() {
      subjects.clear()
    },
  }
}
