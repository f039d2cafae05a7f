import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { drive } from './driving.ts'

/** An acknowledgement as it left the driver. */
export interface Traced {
  id: string
  /** Whether a sync of the WAL had ended that began after the write was in it. */
  covered: boolean
  /** How long the WAL was when its last sync before this moment began: what a power cut leaves at least. */
  synced: number
}

const calls = 'pwrite64,write,writev,sendto,sendmsg,fsync,fdatasync'

/** Runs the driver under strace until it has died by itself; gives its acknowledgements in the order they left. */
export async function traceDriver(folder: string, acknowledgements: number, durability: string): Promise<Traced[]> {
  try {
    execFileSync('strace', ['-V'], { stdio: 'pipe' })
  } catch {
    throw new Error('this test needs strace: install it (Debian: apt-get install strace)')
  }
  const trace = `${folder}.trace`
  const under = ['strace', '-f', '-y', '-qq', '-s', '5000', '-e', `trace=${calls}`, '-o', trace]
  const driving = drive([folder, 'traced', 64, acknowledgements, durability], under)
  await driving.ended
  if (driving.complaint()) throw new Error(driving.complaint())
  return readTrace(readFileSync(trace, 'latin1').split('\n'))
}

/** Walks through a trace of the driver. */
export function readTrace(lines: string[]): Traced[] {
  const acknowledged: Traced[] = []
  const covered = new Set<string>()
  let uncovered: string[] = []
  let length = 0
  let synced = 0
  const syncing = new Map<string, () => void>()

  for (const line of lines) {
    const [, thread = '', call = '', file = '', rest = ''] = /^(\d+) +(\w+)\(\d+<([^>]*)>(.*)$/.exec(line) ?? []
    const wal = file.endsWith('magpie.db-wal')
    if (call === 'pwrite64' && wal) {
      const [, size = 0, offset = 0] = /, (\d+), (\d+)(?:\) +=| <unfinished)[^"]*$/.exec(rest) ?? []
      length = Math.max(length, Number(size) + Number(offset))
      uncovered.push(...ids(rest))
    } else if (call.endsWith('sync') && wal) {
      const [found, at] = [uncovered, length]
      uncovered = []
      const done = () => {
        for (const id of found) covered.add(id)
        synced = Math.max(synced, at)
      }
      if (rest.includes('<unfinished')) syncing.set(thread, done)
      else done()
    } else if (/^(write|writev|sendto|sendmsg)$/.test(call)) {
      for (const id of ids(rest)) acknowledged.push({ id, covered: covered.has(id), synced })
    } else {
      const [, resumed = ''] = /^(\d+) +<\.\.\. f\w*sync resumed>/.exec(line) ?? []
      syncing.get(resumed)?.()
      syncing.delete(resumed)
    }
  }
  return acknowledged
}

const ids = (text: string) => [...text.matchAll(/ack-([\w-]+)\./g)].map(found => found[1] as string)
