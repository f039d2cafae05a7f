import { createClient, type Presence } from '../src/client.ts'

// A board that shows who is there and what they are doing.
// node client/examples/presence-board.ts <url> <app> <token> <users: ann,ben>

const [url = 'ws://127.0.0.1:8080', app, token = '', names = ''] = process.argv.slice(2)
const client = createClient({ url, credentials: { dialect: 'native', app: Number(app), token }, device: 'board' })
const board = new Map<string, Presence>()

function show(presence: Presence) {
  board.set(presence.user, presence)
  const rows = [...board.values()].sort((a, b) => (a.user < b.user ? -1 : 1))
  console.log(rows.map(({ user, status, text }) => `${user}: ${status}${text ? ` (${text})` : ''}`).join(' | '))
}

// Changes while this board is away come when it is back.
client.on('presence', show)
client.start()
await client.presence.setStatus('watching')
const { users = [], missing } = await client.presence.subscribe(names.split(','), { for: 3600, now: true })
for (const presence of users) if (!board.has(presence.user)) show(presence)
if (missing.length > 0) console.log('nobody knows', missing.join(', '))

process.on('SIGTERM', async () => {
  await client.presence.unsubscribe()
  await client.stop()
})
