import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { Call } from '../../src/core/call.ts'
import { tables } from '../../src/core/tables.ts'
import { openMemory } from '../../src/storage/memory.ts'
import { openSqlite } from '../../src/storage/sqlite/sqlite.ts'
import type { Store } from '../../src/storage/store.ts'
import { unevenly } from '../support/core.ts'
import { startServer } from '../support/server.ts'
import { signIn } from '../support/socket.ts'
import { openWord, trusting } from '../support/trusting.ts'

const folder = mkdtempSync(join(tmpdir(), 'magpie-order-'))

const stores: [string, () => Promise<Store>][] = [
  ['a store that answers each read after another while', async () => readUnevenly(openMemory())],
  ['SQLite', () => openSqlite({ folder, durability: 'full', tables })],
]

/** Commits keep the order in which they were asked for, as every engine does. */
function readUnevenly(store: Store): Store {
  return { ...unevenly(store), commit: store.commit }
}

test.each(stores)(
  '[GW28] what a device says at once is numbered in the order in which it said it: %s',
  async (_name, open) => {
    const store = await open()
    const server = await startServer({ signIns: [trusting], store })
    const rest: Call = { app: server.apps[0] as Call['app'], admin: true, origin: { dialect: 'tencent', via: 'rest' } }
    await server.core.users.save(rest, [{ id: 'ann' }, { id: 'ben' }], { existing: 'update' })
    const { group } = await server.core.groups.create(rest, { kind: 'group', name: 'g', owner: 'ann' })
    const ann = await signIn(server, openWord(rest.app, 'ann'))
    try {
      const say = (i: number) => {
        const what = { client: `c${i}`, parts: [{ type: 'text', text: `${i} ${'x'.repeat((i * 7919) % 900)}` }] }
        return i % 3 === 0
          ? ann.ask('message.sendToGroup', { conv: group.id, ...what })
          : ann.ask('message.sendToUser', { to: 'ben', ...what })
      }
      for (let round = 0; round < 4; round++) {
        const all = Array.from({ length: 30 }, (_, i) => round * 30 + i)
        const sent = (await Promise.all(all.map(say))) as { conv: number; seq: number }[]
        for (const conv of new Set(sent.map(one => one.conv))) {
          const seqs = sent.filter(one => one.conv === conv).map(one => one.seq)
          expect(seqs).toEqual([...seqs].sort((a, b) => a - b))
          expect(new Set(seqs).size).toBe(seqs.length)
        }
      }
    } finally {
      await ann.close()
      await server.stop()
      await store.close()
      rmSync(folder, { recursive: true, force: true })
    }
  },
)
