import { fileURLToPath } from 'node:url'
import { importUsers, startMagpie } from './magpie.ts'
import { buildGenerator, load, type Measured, startSubject } from './processes.ts'
import { line, median, type Plan, round } from './send-http.ts'
import { frameAsDelivered, markers, sendFrame, signIn } from './sockets.ts'

const bare = fileURLToPath(new URL('./bare-ws.ts', import.meta.url))
/** One group with 500 connected members. */
export const room500 = (plan: Plan, note: (line: string) => void) => room(500, plan, note)
/** One group with 5,000. */
export const room5000 = (plan: Plan, note: (line: string) => void) => room(5000, plan, note)

/** One group with so many connected members and one who speaks, 16 messages under way: deliveries per second. */
async function room(size: number, plan: Plan, note: (line: string) => void) {
  const generator = buildGenerator()
  const server = await startMagpie(plan.durability)
  const plain = await startSubject(bare, {}, ['all'])
  const users = await importUsers(server, 'u_', size)
  const conv = await makeGroup(server, users)
  const send = sendFrame('message.sendToGroup', { conv })
  const frame = await frameAsDelivered(server, users[0] as string, users[1] as string, send)
  const base = [`seconds ${plan.seconds}`, 'warmup 3', 'inflight 16', ...markers]
  const sockets = (speaks: string) => users.map((user, i) => `socket ${signIn(server, user)}\t${i === 0 ? speaks : ''}`)
  const runs: Measured[] = []
  const others: Measured[] = []
  for (let turn = 0; turn < plan.turns; turn++) {
    others.push(await load(generator, plain, [...base, ...sockets(frame)]))
    note(
      `bare     ${Math.round((others.at(-1) as Measured).seen / plan.seconds)} delivered/s; ${line(others.at(-1) as Measured)}`,
    )
    runs.push(await load(generator, server, [...base, ...sockets(send)]))
    note(
      `magpie   ${Math.round((runs.at(-1) as Measured).seen / plan.seconds)} delivered/s; ${line(runs.at(-1) as Measured)}`,
    )
  }
  await plain.stop()
  await server.finish()
  const rate = median(runs.map(run => run.seen / run.seconds))
  return {
    perSecond: Math.round(rate),
    ratio: round(rate / median(others.map(run => run.seen / run.seconds))),
    p50: median(runs.map(run => run.p50)),
    p99: median(runs.map(run => run.p99)),
    serverCpu: round(Math.min(...runs.map(run => run.serverCpu))),
    bareCpu: round(Math.min(...others.map(run => run.serverCpu))),
    failed: runs.reduce((sum, run) => sum + run.failed, 0),
  }
}

async function makeGroup(server: Parameters<typeof signIn>[0], users: string[]): Promise<number> {
  const made = await server.call('group_open_http_svc/create_group', {
    Type: 'Public',
    Name: 'room',
    Owner_Account: users[0],
  })
  for (let at = 1; at < users.length; at += 100)
    await server.call('group_open_http_svc/add_group_member', {
      GroupId: made.GroupId,
      Silence: 1,
      MemberList: users.slice(at, at + 100).map(Member_Account => ({ Member_Account })),
    })
  return conversationOf(made.GroupId as string)
}

/** The group's number: ids that the server made are `@TGS#` and the number in base 36. */
function conversationOf(groupId: string): number {
  return Number.parseInt(groupId.slice('@TGS#'.length), 36)
}
