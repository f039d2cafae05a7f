import { openLocalBus } from '../../src/bus/local.ts'
import type { Call } from '../../src/core/call.ts'
import { openMemory } from '../../src/storage/memory.ts'
import { startServer, type TestServer, type TestServerOptions, testAccount } from './server.ts'
import { trusting } from './trusting.ts'

/** Two nodes of one server: over one store and one bus; and who calls for its only app. */
export interface TwoNodes {
  nodes: [TestServer, TestServer]
  rest: Call
}

/** Starts them, with these users. */
export async function startTwo(users: readonly string[], options: TestServerOptions = {}): Promise<TwoNodes> {
  const [store, bus, accounts] = [openMemory(), openLocalBus(), [testAccount(2100000001, 1)]]
  const make = (node: string) => startServer({ signIns: [trusting], store, bus, accounts, node, ...options })
  const nodes: [TestServer, TestServer] = [await make('one'), await make('other')]
  const app = nodes[0].apps[0] as Call['app']
  const rest: Call = { app, admin: true, origin: { dialect: 'tencent', via: 'rest' } }
  const drafts = users.map(id => ({ id }))
  await nodes[0].core.users.save(rest, drafts, { existing: 'update' })
  return { nodes, rest }
}
