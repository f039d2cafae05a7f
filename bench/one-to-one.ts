import { fileURLToPath } from 'node:url'
import { importUsers, startMagpie } from './magpie.ts'
import { buildGenerator, load, type Measured, startSubject } from './processes.ts'
import { line, median, type Plan, round } from './send-http.ts'
import { frameAsDelivered, markers, sendFrame, signIn } from './sockets.ts'

const bare = fileURLToPath(new URL('./bare-ws.ts', import.meta.url))
const pairs = 20
const inFlight = 16

/** Messages from socket to socket, answered after the sync: 20 pairs with 16 under way each. */
export async function oneToOne(plan: Plan, note: (line: string) => void) {
  const generator = buildGenerator()
  const server = await startMagpie(plan.durability)
  const plain = await startSubject(bare, {}, ['pairs'])
  const users = await importUsers(server, 'u_', pairs * 2)
  const frame = await frameAsDelivered(
    server,
    users[0] as string,
    users[1] as string,
    sendFrame('message.sendToUser', { to: users[1] }),
  )
  const base = [`seconds ${plan.seconds}`, 'warmup 3', `inflight ${inFlight}`, ...markers]
  const ours = [
    ...base,
    ...users.map((user, i) =>
      socketLine(server, user, i % 2 ? '' : sendFrame('message.sendToUser', { to: users[i + 1] })),
    ),
  ]
  const theirs = [...base, ...users.map((user, i) => socketLine(server, user, i % 2 ? '' : frame))]
  const runs: Measured[] = []
  const others: Measured[] = []
  let acknowledged = 1
  for (let turn = 0; turn < plan.turns; turn++) {
    others.push(await load(generator, plain, theirs))
    note(`bare     ${line(others.at(-1) as Measured)}`)
    const run = await load(generator, server, ours)
    runs.push(run)
    acknowledged += run.acked
    note(`magpie   ${line(run)}, ${Math.round(run.seen / run.seconds)} delivered/s`)
  }
  const rate = median(runs.map(run => run.ok / run.seconds))
  // Half of what it can: what a user feels on an ordinary day.
  const half = await load(generator, server, [...ours, `rate ${Math.round(rate / 2)}`])
  acknowledged += half.acked
  note(`half     ${line(half)}`)
  await plain.stop()
  const { stored } = await server.finish()
  note(`stored   ${stored} messages on disk, ${acknowledged} acknowledged`)
  return {
    perSecond: Math.round(rate),
    ratio: round(rate / median(others.map(run => run.ok / run.seconds))),
    p50: median(runs.map(run => run.p50)),
    p99: median(runs.map(run => run.p99)),
    p99AtHalf: half.p99,
    serverCpu: round(Math.min(...runs.map(run => run.serverCpu))),
    failed: runs.reduce((sum, run) => sum + run.failed, 0),
    lost: Math.max(0, acknowledged - stored),
  }
}

function socketLine(server: Parameters<typeof signIn>[0], user: string, speaks: string): string {
  return `socket ${signIn(server, user)}\t${speaks}`
}
