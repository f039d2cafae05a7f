import { createInterface } from 'node:readline'
import { createClient, type Message } from '../src/client.ts'

// A group chat in the terminal. Lines are sent; a few commands begin with a slash.
// node client/examples/group-chat.ts <url> <app> <token> [<group>] [<members>]
// Without a group it makes one, with the members named: ann,ben

const [url = 'ws://127.0.0.1:8080', app, token = '', group = '', members = ''] = process.argv.slice(2)
const client = createClient({ url, credentials: { dialect: 'native', app: Number(app), token }, device: 'terminal' })

function line({ seq, sender, parts = [], recalled, edited, reactions = [] }: Message): string {
  const text = parts.map(part => (part.type === 'text' ? part.text : `<${part.type}>`)).join(' ')
  const marks = reactions.map(({ kind, count }) => ` [${kind} ${count}]`).join('')
  return `${seq} ${sender}: ${recalled ? '(recalled)' : text}${edited ? ' (edited)' : ''}${marks}`
}

client.start()
const conv =
  Number(group) || (await client.groups.create({ kind: 'group', name: 'Chat', members: split(members) })).conv
console.log('group:', conv)

client.on('message', message => {
  if (message.conv === conv) console.log(line(message))
})
client.on('change', change => {
  const message = client.messages.local(conv).find(each => change.conv === conv && each.seq === change.seq)
  if (message) console.log('now', line(message))
  else if (change.conv === conv) console.log(`${change.what} by ${change.by}`, change.users ?? '')
})
client.on('typing', typing => {
  if (typing.conv === conv) console.log(typing.user, typing.on ? 'writes …' : 'stopped writing')
})
for (const message of (await client.history(conv, { limit: 20 })).messages) console.log(line(message))

const commands: Record<string, (seq: number, rest: string) => Promise<unknown>> = {
  '/edit': (seq, text) => client.messages.edit(conv, seq, text),
  '/recall': seq => client.messages.recall(conv, seq),
  '/react': (seq, kind) => client.messages.react(conv, seq, kind),
  '/invite': (_, user) => client.groups.invite(conv, [user]),
}

for await (const input of createInterface({ input: process.stdin })) {
  const [name = '', seq = '', ...rest] = input.split(' ')
  const command = commands[name]
  try {
    await (command ? command(Number(seq), rest.join(' ')) : client.sendToGroup(conv, input))
  } catch (error) {
    console.log('refused:', (error as { code: string }).code)
  }
}
await client.stop()

function split(names: string): string[] {
  return names.split(',').filter(Boolean)
}
