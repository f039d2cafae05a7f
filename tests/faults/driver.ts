import { writeSync } from 'node:fs'
import { contractTables } from '../../src/storage/contract/tables.ts'
import { openSqlite } from '../../src/storage/sqlite/sqlite.ts'
import { oneWrite } from './written.ts'

/**
 * A process that writes without end, and says on its standard output what was acknowledged, one line each, at once.
 * Arguments: folder, name of the run, writers, after how many acknowledgements to die by its own SIGKILL (0: never), and
 * the durability.
 */
const [folder = '', run = '', writers = '64', deathAfter = '0', durability = 'full'] = process.argv.slice(2)

try {
  const store = await openSqlite({ folder, durability: durability as 'full' | 'relaxed', tables: contractTables })
  writeSync(1, 'open\n')
  let acknowledged = 0
  const write = async (writer: number) => {
    for (let i = 0; ; i++) {
      const id = `${run}-${writer}-${i}`
      const outcome = await store.commit(oneWrite(id, writer))
      if (!outcome.ok) throw new Error(`conflict in ${id}`)
      writeSync(1, `ack-${id}.\n`)
      if (++acknowledged === Number(deathAfter)) process.kill(process.pid, 'SIGKILL')
    }
  }
  await Promise.all(Array.from({ length: Number(writers) }, (_, writer) => write(writer)))
} catch (error) {
  console.error((error as Error).message)
  process.exit(1)
}
