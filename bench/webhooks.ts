import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { importUsers, type Magpie, startMagpie } from './magpie.ts'
import { buildGenerator, load, type Measured } from './processes.ts'
import { line, median, type Plan, request, round } from './send-http.ts'

/** Sends a second of the paced runs. */
const pace = 5000

interface Came {
  seen: number
  last: number
  slow: number
}

/** The back ends, in a process of their own. */
interface BackEnds {
  quick: number
  late: number
  came(): Promise<Came>
  stop(): void
}

/**
 * What webhooks cost: a server that tells a healthy, a slow and a dead back end of every message, beside one that tells
 * nobody; at a fixed pace, and as fast as it goes.
 */
export async function webhooks(plan: Plan, note: (line: string) => void) {
  const generator = buildGenerator()
  const backEnds = await startBackEnds()
  const telling = await startMagpie(plan.durability, webhooksFor(backEnds))
  const silent = await startMagpie(plan.durability)
  const orders = await Promise.all([telling, silent].map(ordersFor))
  const [tellingOrders, silentOrders] = orders as [string[], string[]]
  const paced = [`rate ${pace}`, 'deadline 1000']
  const runs: { with: Measured[]; without: Measured[] } = { with: [], without: [] }
  const most: { with: Measured[]; without: Measured[] } = { with: [], without: [] }
  let behind = 0
  let missing = 0
  let told = 0
  for (let turn = 0; turn < plan.turns; turn++) {
    for (const [into, extra, what] of [
      [runs, [...paced, `seconds ${turn === 0 ? plan.seconds * plan.paced : plan.seconds}`], 'paced'],
      [most, [`seconds ${plan.seconds}`], 'most'],
    ] as const) {
      into.without.push(await load(generator, silent, [...silentOrders, ...extra]))
      note(`silent   ${what.padEnd(6)} ${pacedLine(into.without.at(-1) as Measured)}`)
      const before = await backEnds.came()
      into.with.push(await load(generator, telling, [...tellingOrders, ...extra]))
      const run = into.with.at(-1) as Measured
      const ended = Date.now()
      const came = await untilAll(backEnds, before.seen + run.acked)
      const late = Math.max(0, (came.last - ended) / 1000)
      if (what === 'paced') behind = Math.max(behind, late)
      told += run.acked
      missing = told - came.seen
      note(
        `telling  ${what.padEnd(6)} ${pacedLine(run)}; the healthy one had ${came.seen - before.seen} of ${run.acked}, the last ${late.toFixed(1)} s after the end; the slow one ${came.slow - before.slow}`,
      )
    }
  }
  await Promise.all([telling.finish(), silent.finish()])
  backEnds.stop()
  const offered = sum(runs.with.map(run => run.offered))
  return {
    acknowledgedInTime: round(sum(runs.with.map(run => run.intime)) / offered),
    p99With: median(runs.with.map(run => run.p99)),
    p99Without: median(runs.without.map(run => run.p99)),
    p99Ratio: round(median(runs.with.map(run => run.p99)) / median(runs.without.map(run => run.p99))),
    healthyBehind: round(behind),
    missing,
    mostWith: Math.round(median(most.with.map(rateOf))),
    mostWithout: Math.round(median(most.without.map(rateOf))),
    mostRatio: round(median(most.with.map(rateOf)) / median(most.without.map(rateOf))),
  }
}

async function ordersFor(server: Magpie): Promise<string[]> {
  const users = await importUsers(server, 'u_', 1000)
  const requests = users.map((from, i) => request(server, from, users[(i * 7 + 1) % users.length] as string))
  return ['warmup 3', 'ok "ErrorCode":0', 'connections 64', ...requests]
}

function webhooksFor({ quick, late }: BackEnds): object[] {
  const common = { kind: 'tencent', on: ['C2C.CallbackAfterSendMsg'], secret: 'token' }
  return [
    { ...common, name: 'healthy', url: `http://127.0.0.1:${quick}/`, concurrency: 64 },
    { ...common, name: 'slow', url: `http://127.0.0.1:${late}/` },
    { ...common, name: 'dead', url: 'http://127.0.0.1:9/' },
  ]
}

async function startBackEnds(): Promise<BackEnds> {
  const child = fork(fileURLToPath(new URL('./back-ends.ts', import.meta.url)), {
    execArgv: ['--disable-warning=ExperimentalWarning'],
  })
  const said = <T>() => new Promise<T>(resolve => child.once('message', message => resolve(message as T)))
  const ports = await said<{ quick: number; late: number }>()
  return { ...ports, came: () => asked<Came>(child, said), stop: () => child.kill() }
}

function asked<T>(child: ChildProcess, said: <U>() => Promise<U>): Promise<T> {
  const answer = said<T>()
  child.send('?')
  return answer
}

/** Waits until so many different events have come, for at most a minute. */
async function untilAll(backEnds: BackEnds, wanted: number): Promise<Came> {
  for (let i = 0; ; i++) {
    const came = await backEnds.came()
    if (came.seen >= wanted || i === 240) return came
    await new Promise(resolve => setTimeout(resolve, 250))
  }
}

function pacedLine(run: Measured): string {
  return run.offered > 0 ? `${line(run)}, ${run.intime} of ${run.offered} within 1 s` : line(run)
}

const rateOf = (run: Measured) => run.ok / run.seconds
const sum = (values: number[]) => values.reduce((total, each) => total + each, 0)
