import { createClient } from '../src/client.ts'

// A bot that answers everybody in their own words.
// node client/examples/echo-bot.ts <url> <app> <token>

const [url = 'ws://127.0.0.1:8080', app, token = ''] = process.argv.slice(2)
const client = createClient({ url, credentials: { dialect: 'native', app: Number(app), token }, device: 'echo-bot' })

client.on('message', async ({ conv, seq, sender, to, parts = [] }) => {
  if (sender === client.user || to !== client.user) return
  const words = parts.flatMap(part => (part.type === 'text' ? [part.text] : []))
  if (words.length === 0) return
  // The same answer to the same message, however often this runs: its client id is made of what it answers.
  await client.sendToUser(sender, words.join(' '), { client: `echo-${conv}-${seq}` })
  await client.markRead(conv, seq)
})
client.on('note', async ({ kind, from, data }) => {
  if (kind === 'friend.request' && from !== client.user) await client.friends.answer(from, true)
  else console.log('note:', kind, data)
})
client.on('state', ({ state, reason }) => {
  console.log('state:', state, reason?.text ?? '')
  // Only new credentials would help.
  if (state === 'refused') process.exitCode = 1
})

client.start()
process.on('SIGTERM', () => client.stop())
