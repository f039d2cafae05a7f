import { readFileSync } from 'node:fs'
import { importUsers, type Magpie, startMagpie } from './magpie.ts'
import { buildGenerator, load, type Measured } from './processes.ts'
import { line, type Plan, round } from './send-http.ts'
import { markers, sendFrame, signIn } from './sockets.ts'

const idle = 10_000
const storm = 5_000

/**
 * Many who are only there: what a connection costs in memory, and how long thousands take who come back at the same
 * moment while others go on talking.
 */
export async function crowd(plan: Plan, note: (line: string) => void) {
  const generator = buildGenerator()
  const server = await startMagpie(plan.durability)
  const users = await importUsers(server, 'u_', idle)
  // Warm, so that what is compiled and cached at the first sign-in is not counted as a connection's.
  await load(generator, server, idleOrders(server, users.slice(0, 200), 1))
  await pause(3000)
  const before = resident(server)
  let after = 0
  const held = load(generator, server, idleOrders(server, users, 8), () =>
    setTimeout(() => {
      after = resident(server)
    }, 6000),
  )
  await held
  const each = (after - before) / idle
  note(`idle     ${idle} connections: ${before} KiB before, ${after} KiB with them, ${each.toFixed(1)} KiB each`)
  await pause(2000)
  const talk = talking(generator, server, users.slice(0, 40))
  await pause(4000)
  const began = Date.now()
  let took = 0
  await load(generator, server, idleOrders(server, users.slice(0, storm), 1), () => {
    took = (Date.now() - began) / 1000
  })
  const talked = await talk
  note(`storm    ${storm} clients all served after ${took.toFixed(1)} s; those who talked: ${line(talked)}`)
  await server.finish()
  return { kibEach: round(each), stormSeconds: round(took), talkFailed: talked.failed, talkP99: talked.p99 }
}

function idleOrders(server: Magpie, users: string[], seconds: number): string[] {
  return [`seconds ${seconds}`, 'warmup 0', ...markers, ...users.map(user => `socket ${signIn(server, user)}\t`)]
}

/** Twenty pairs that say 500 messages a second together. */
function talking(generator: string, server: Magpie, users: string[]): Promise<Measured> {
  const sockets = users.map((user, i) => {
    const speaks = i % 2 ? '' : sendFrame('message.sendToUser', { to: users[i + 1] })
    return `socket ${signIn(server, user)}\t${speaks}`
  })
  return load(generator, server, ['seconds 20', 'warmup 1', 'rate 500', 'deadline 1000', ...markers, ...sockets])
}

/** Resident memory of the server in KiB. */
function resident(server: Magpie): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${server.process.pid}/status`, 'utf8'))?.[1])
}

function pause(ms: number): Promise<void> {
  return new Promise(resolve => setTimeout(resolve, ms))
}
