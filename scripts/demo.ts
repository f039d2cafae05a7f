import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { styleText } from 'node:util'
import { Command, InvalidArgumentError } from 'commander'
import { type Outcome, playStory, type Tell } from './story.ts'

/** A line of the table: a name, what was counted, and whether that is as it must be. */
export interface Line {
  name: string
  count: number | string
  good: boolean
  note?: string
}

/** The table of a story: everything must be there once, in every view. */
export function tableOf(outcome: Outcome): Line[] {
  const { sent, acknowledged, repeats, crash, received, histories, lost, doubled, agree } = outcome
  const whole = (name: string, texts: string[], note?: string) => ({
    name,
    count: texts.length,
    good: texts.length === sent,
    note,
  })
  return [
    { name: 'sent', count: sent, good: true, note: `${crash.sent} before the crash, ${repeats} sent again after it` },
    {
      name: 'acknowledged',
      count: acknowledged,
      good: acknowledged === sent,
      note: `${crash.acknowledged} before the crash`,
    },
    ...Object.entries(received).map(([user, texts]) => whole(`received by ${user}`, texts)),
    whole('history of Tencent', histories.tencent, 'group_msg_get_simple'),
    whole('history of NetEase', histories.netease, 'queryTeamMsg'),
    whole('history of Volcengine', histories.volcengine, 'GetConversationMessages'),
    { name: 'histories agree', count: agree ? 'yes' : 'no', good: agree, note: 'text, sender, order, number, id' },
    { name: 'lost', count: lost.length, good: lost.length === 0, note: some(lost) },
    { name: 'doubled', count: doubled.length, good: doubled.length === 0, note: some(doubled) },
  ]
}

function some(texts: string[]): string {
  return texts.length > 5 ? `${texts.slice(0, 5).join(', ')}, …` : texts.join(', ')
}

const colours = {
  server: 'blue',
  tencent: 'cyan',
  netease: 'magenta',
  volcengine: 'yellow',
  device: 'green',
  crash: 'red',
} as const

const names = {
  server: 'Server',
  tencent: 'Tencent',
  netease: 'NetEase',
  volcengine: 'Volcengine',
  device: 'Device',
  crash: 'Crash',
} as const satisfies Record<Parameters<Tell>[0], string>

const print: Tell = (who, text) => console.log(`${styleText(colours[who], names[who].padEnd(11))} ${text}`)

function printTable(lines: Line[]): void {
  const width = Math.max(...lines.map(line => line.name.length))
  console.log()
  for (const { name, count, good, note } of lines) {
    const mark = styleText(good ? 'green' : 'red', good ? '✔' : '✘')
    console.log(
      `${mark} ${name.padEnd(width)}  ${String(count).padStart(6)}   ${styleText('dim', note ?? '')}`.trimEnd(),
    )
  }
  console.log()
}

async function main({ messages, keep }: { messages: number; keep?: boolean }): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'magpie-demo-'))
  const remove = () => keep || rmSync(folder, { recursive: true, force: true })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(1))
  process.once('exit', remove)
  const lines = tableOf(await playStory({ messages, folder, tell: print }))
  printTable(lines)
  if (keep) console.log(`Everything is kept in ${folder}`)
  const good = lines.every(line => line.good)
  console.log(good ? 'Nothing was lost, nothing came twice.' : styleText('red', 'Something went wrong, see above.'))
  if (!good) process.exitCode = 1
}

function atLeast20(text: string): number {
  const messages = Number(text)
  if (!Number.isInteger(messages) || messages < 20) throw new InvalidArgumentError('expected a whole number from 20 on')
  return messages
}

if (import.meta.main) {
  const command = new Command('demo')
    .description(
      "Starts a server of its own and talks to it through three vendors' APIs, with two devices connected. " +
        'The server is killed in the middle of sending and started again; at the end every message must be everywhere, once.',
    )
    .option('--messages <n>', 'how many to send', atLeast20, 200)
    .option('--keep', 'keep the data folder')
    .addHelpText('after', '\nExample:\n  npm run demo -- --messages 2000 --keep')
    .parse()
  await main(command.opts())
}
