import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import type { Observe } from '../dialects/dialect.ts'

/** What the server counts about itself, in Prometheus' text form. */
export interface Metrics {
  observe: Observe
  /** A value that is read whenever somebody looks. */
  gauge(name: string, help: string, read: () => number): void
  /** Values by labels, all of them read whenever somebody looks; what is not read again is gone. */
  gauges(name: string, help: string, labels: readonly string[], read: () => Promise<Labelled[]>): void
  counter(name: string, help: string): () => void
  /** Counts by labels, which must have few values. */
  counters(name: string, help: string, labels: readonly string[]): (labels: readonly string[]) => void
  /** Counts durations (ms) by labels; `buckets` are seconds. Labels must have few values. */
  durations(name: string, help: string, labels: readonly string[], buckets: readonly number[]): Duration
  text(): Promise<string>
  contentType: string
}

/** A value under its labels, in the order in which they were named. */
export interface Labelled {
  labels: readonly string[]
  value: number
}

type Duration = (labels: readonly string[], ms: number) => void

/** A registry of its own, so that several servers fit one process. */
export function openMetrics(): Metrics {
  const registry = new Registry()
  const registers = [registry]
  collectDefaultMetrics({ register: registry })

  function durations(name: string, help: string, labels: readonly string[], buckets: readonly number[]): Duration {
    const histogram = new Histogram({ name, help, labelNames: [...labels], buckets: [...buckets], registers })
    return (values, ms) => histogram.labels(...values).observe(ms / 1000)
  }

  const calls = durations(
    'magpie_call_seconds',
    'Calls of the server APIs by dialect, operation and outcome (ok or the code)',
    ['dialect', 'operation', 'outcome'],
    [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 3],
  )
  return {
    observe: (dialect, operation, outcome, ms) => calls([dialect, operation, outcome], ms),
    gauge(name, help, read) {
      new Gauge({
        name,
        help,
        registers,
        collect() {
          this.set(read())
        },
      })
    },
    gauges(name, help, labels, read) {
      new Gauge({
        name,
        help,
        labelNames: [...labels],
        registers,
        async collect() {
          const all = await read()
          this.reset()
          for (const each of all) this.labels(...each.labels).set(each.value)
        },
      })
    },
    counter(name, help) {
      const counter = new Counter({ name, help, registers })
      return () => counter.inc()
    },
    counters(name, help, labels) {
      const counter = new Counter({ name, help, labelNames: [...labels], registers })
      return values => counter.inc(Object.fromEntries(labels.map((label, i) => [label, values[i] as string])))
    },
    durations,
    text: () => registry.metrics(),
    contentType: registry.contentType,
  }
}
