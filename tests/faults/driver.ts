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
  say('open\n')
  let acknowledged = 0
  const write = async (writer: number) => {
    for (let i = 0; ; i++) {
      const id = `${run}-${writer}-${i}`
      const outcome = await store.commit(oneWrite(id, writer))
      if (!outcome.ok) throw new Error(`conflict in ${id}`)
      say(`ack-${id}.\n`)
      if (++acknowledged === Number(deathAfter)) process.kill(process.pid, 'SIGKILL')
    }
  }
  await Promise.all(Array.from({ length: Number(writers) }, (_, writer) => write(writer)))
} catch (error) {
  console.error((error as Error).message)
  process.exit(1)
}

// At once, in the middle of a turn; a reader that is slower than the disk is waited for.
function say(line: string): void {
  for (;;) {
    try {
      writeSync(1, line)
      return
    } catch (error) {
      if ((error as { code?: string }).code !== 'EAGAIN') throw error
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1)
    }
  }
}
