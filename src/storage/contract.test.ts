import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'
import { contract, contractTables } from './contract.ts'
import { openMemory } from './memory.ts'
import { openSqlite } from './sqlite/sqlite.ts'

const root = mkdtempSync(join(tmpdir(), 'magpie-contract-'))
afterAll(() => rmSync(root, { recursive: true }))

contract('memory', async clock => ({ store: openMemory({ clock }) }))

let folders = 0
contract('sqlite', async clock => {
  const options = { folder: join(root, `${++folders}`), durability: 'full', tables: contractTables, clock } as const
  const store = await openSqlite(options)
  const reopen = async () => {
    await store.close()
    return openSqlite(options)
  }
  return { store, reopen }
})
