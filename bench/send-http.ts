import { fileURLToPath } from 'node:url'
import { importUsers, type Magpie, startMagpie } from './magpie.ts'
import { buildGenerator, load, type Measured, startSubject } from './processes.ts'

const bare = fileURLToPath(new URL('./bare-http.ts', import.meta.url))

/** How long a run is, and how many turns each side gets. */
export interface Plan {
  seconds: number
  turns: number
  durability: 'full' | 'relaxed'
  /** How many times longer the first paced run of webhooks is. */
  paced: number
}

/** Durable `sendmsg` calls over 64 connections, against a bare Fastify route with the same body and reply. */
export async function sendHttp(plan: Plan, note: (line: string) => void) {
  const generator = buildGenerator()
  const server = await startMagpie(plan.durability)
  const plain = await startSubject(bare)
  const users = await importUsers(server, 'u_', 1000)
  // Every pair has spoken before, as in a server that has been running for a while.
  const requests = users.map((from, i) => request(server, from, users[(i * 7 + 1) % users.length] as string))
  const orders = [`seconds ${plan.seconds}`, 'warmup 3', 'ok "ErrorCode":0', 'connections 64', ...requests]
  const ours: Measured[] = []
  const theirs: Measured[] = []
  let acknowledged = 0
  let delay = 0
  for (let turn = 0; turn < plan.turns; turn++) {
    theirs.push(await load(generator, plain, orders))
    note(`bare     ${line(theirs.at(-1) as Measured)}`)
    await server.metric('magpie_event_loop_delay_p99_seconds')
    const paging = turn === plan.turns - 1 ? pageLists(server, users) : undefined
    const run = await load(generator, server, orders)
    await paging?.stop()
    if (paging) delay = await server.metric('magpie_event_loop_delay_p99_seconds')
    ours.push(run)
    acknowledged += run.acked
    note(
      `magpie   ${line(run)}${paging ? `, with a caller paging the largest lists: event loop p99 ${(delay * 1000).toFixed(1)} ms` : ''}`,
    )
  }
  await plain.stop()
  const { stored: total } = await server.finish()
  note(`stored   ${total} messages on disk, ${acknowledged} acknowledged`)
  const best = median(ours.map(run => run.ok / run.seconds))
  return {
    perSecond: Math.round(best),
    ratio: round(best / median(theirs.map(run => run.ok / run.seconds))),
    p50: median(ours.map(run => run.p50)),
    p99: median(ours.map(run => run.p99)),
    serverCpu: round(Math.min(...ours.map(run => run.serverCpu))),
    bareCpu: round(Math.min(...theirs.map(run => run.serverCpu))),
    eventLoopP99: round(delay * 1000),
    failed: ours.reduce((sum, run) => sum + run.failed, 0),
    lost: Math.max(0, acknowledged - total),
  }
}

/** One `sendmsg` as an order of the generator. */
export function request(server: Magpie, from: string, to: string): string {
  const content = [{ MsgType: 'TIMTextElem', MsgContent: { Text: 'Good morning, the train is on time today.' } }]
  const body = JSON.stringify({
    SyncOtherMachine: 1,
    From_Account: from,
    To_Account: to,
    MsgRandom: 0,
    MsgBody: content,
  })
  return `request ${server.path('openim/sendmsg')}\t${body.replace('"MsgRandom":0', '"MsgRandom":@@@@@@@@@@')}`
}

/** One caller who pages the largest lists, one call after another, until stopped. */
function pageLists(server: Magpie, users: string[]) {
  let going = true
  const done = (async () => {
    const group = (
      await server.call('group_open_http_svc/create_group', { Type: 'Public', Name: 'large', Owner_Account: users[0] })
    ).GroupId
    for (let at = 1; at < users.length; at += 100)
      await server.call('group_open_http_svc/add_group_member', {
        GroupId: group,
        Silence: 1,
        MemberList: users.slice(at, at + 100).map(Member_Account => ({ Member_Account })),
      })
    while (going) {
      await server.call('group_open_http_svc/get_group_info', { GroupIdList: [group] })
      await server.call('group_open_http_svc/get_group_member_info', { GroupId: group, Limit: 6000 })
      await server.call('group_open_http_svc/get_appid_group_list', { Limit: 10000 })
      await server.call('openim/admin_getroammsg', {
        Operator_Account: 'u_0',
        Peer_Account: 'u_1',
        MaxCnt: 100,
        MinTime: 0,
        MaxTime: 4000000000,
      })
    }
  })()
  return {
    async stop() {
      going = false
      await done
    },
  }
}

/** One run in one line. */
export function line(run: Measured): string {
  const rate = Math.round(run.ok / run.seconds)
  const idle = run.serverCpu < 0.9 ? ', does not count: the server was not busy' : ''
  return `${rate}/s, p50 ${run.p50.toFixed(2)} ms, p99 ${run.p99.toFixed(2)} ms, ${run.failed} failed, server ${run.serverCpu.toFixed(2)} cores${idle}`
}

/** The middle value. */
export function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? 0
}

/** Three digits after the point. */
export function round(value: number): number {
  return Math.round(value * 1000) / 1000
}
