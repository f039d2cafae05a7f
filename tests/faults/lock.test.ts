import { expect, test } from 'vitest'
import { contractTables } from '../../src/storage/contract/tables.ts'
import { openSqlite } from '../../src/storage/sqlite/sqlite.ts'
import { drive } from './driving.ts'
import { inFolder } from './folder.ts'

const open = (folder: string) => openSqlite({ folder, durability: 'full', tables: contractTables })

test(
  '[ST52] a second process on the same folder is refused by name, until the first is gone, however it went',
  { timeout: 30_000 },
  () =>
    inFolder(async folder => {
      const first = drive([folder, 'first', 1])
      await first.begun
      await expect(open(folder)).rejects.toThrow(`data folder ${folder} is in use by process ${first.process.pid}`)
      const second = drive([folder, 'second', 1])
      await second.ended
      expect(second.process.exitCode).toBe(1)
      expect(second.complaint()).toBe(`data folder ${folder} is in use by process ${first.process.pid}\n`)
      first.process.kill('SIGKILL')
      await first.ended
      const store = await open(folder)
      await expect(open(folder)).rejects.toThrow(`is in use by process ${process.pid}`)
      await store.close()
      await (await open(folder)).close()
    }),
)
