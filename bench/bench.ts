import { cpus, totalmem } from 'node:os'
import { Command } from 'commander'
import { crowd } from './crowd.ts'
import { oneToOne } from './one-to-one.ts'
import { room500, room5000 } from './room.ts'
import { type Plan, sendHttp } from './send-http.ts'
import { webhooks } from './webhooks.ts'

const benches = { sendHttp, oneToOne, room500, room5000, webhooks, crowd }

const program = new Command('bench')
  .description('Measures the server against the simplest thing that could do the same, each in a process of its own')
  .option('--json', 'print one line of JSON at the end and nothing else on standard output')
  .option('--only <name>', `run one of ${Object.keys(benches).join(', ')}`)
  .option('--seconds <n>', 'seconds a run', '10')
  .option('--turns <n>', 'runs of each side', '3')
  .option('--paced <n>', 'how many times longer the first paced run of webhooks is', '6')
  .option('--durability <class>', 'full or relaxed', 'full')
  .addHelpText('after', '\nExample: npm run bench -- --only sendHttp --seconds 5\nNeeds Linux and a C compiler.')
  .parse()

const options = program.opts<{
  json?: boolean
  only?: string
  seconds: string
  turns: string
  paced: string
  durability: string
}>()
if (options.only && !(options.only in benches)) program.error(`there is no bench ${options.only}`)
const durability = options.durability === 'relaxed' ? 'relaxed' : 'full'
if (options.durability !== durability) program.error('durability is full or relaxed')

const plan: Plan = {
  seconds: Number(options.seconds),
  turns: Number(options.turns),
  paced: Number(options.paced),
  durability,
}
const note = (line: string) => (options.json ? console.error(line) : console.log(line))

note(
  `machine    ${cpus().length} × ${cpus()[0]?.model.trim()}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}`,
)
note(`durability ${plan.durability}, ${plan.turns} turns of ${plan.seconds} s each side, generator bench/load.c`)
const results: Record<string, object> = {}
for (const [name, run] of Object.entries(benches)) {
  if (options.only && options.only !== name) continue
  note(`\n${name}`)
  results[name] = await run(plan, note)
  note(`result   ${JSON.stringify(results[name])}`)
}
if (options.json) console.log(JSON.stringify(results))
