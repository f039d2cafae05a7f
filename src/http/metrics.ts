import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import type { Observe } from '../dialects/dialect.ts'

/** What the server counts about itself, in Prometheus' text form. */
export interface Metrics {
  observe: Observe
  /** A value that is read whenever somebody looks. */
  gauge(name: string, help: string, read: () => number): void
  counter(name: string, help: string): () => void
  text(): Promise<string>
  contentType: string
}

/** A registry of its own, so that several servers fit one process. */
export function openMetrics(): Metrics {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const calls = new Histogram({
    name: 'magpie_call_seconds',
    help: 'Calls of the server APIs by dialect, operation and outcome (ok or the code)',
    labelNames: ['dialect', 'operation', 'outcome'],
    buckets: [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 3],
    registers: [registry],
  })
  return {
    observe: (dialect, operation, outcome, ms) => calls.labels(dialect, operation, outcome).observe(ms / 1000),
    gauge(name, help, read) {
      new Gauge({
        name,
        help,
        registers: [registry],
        collect() {
          this.set(read())
        },
      })
    },
    counter(name, help) {
      const counter = new Counter({ name, help, registers: [registry] })
      return () => counter.inc()
    },
    text: () => registry.metrics(),
    contentType: registry.contentType,
  }
}
