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
  const trace = `${folder}.trace`
  const driving = drive([folder, 'traced', 64, acknowledgements, durability], straceInto(trace))
  await driving.ended
  if (driving.complaint()) throw new Error(driving.complaint())
  return readTrace(readFileSync(trace, 'latin1').split('\n'))
}

/** The command that runs another and writes what it writes and syncs into a file; throws when there is no strace. */
export function straceInto(file: string): string[] {
  try {
    execFileSync('strace', ['-V'], { stdio: 'pipe' })
  } catch {
    throw new Error('this test needs strace: install it (Debian: apt-get install strace)')
  }
  return ['strace', '-f', '-y', '-qq', '-s', '20000', '-e', `trace=${calls}`, '-o', file]
}

/** Walks through a trace. `said` finds the ids of what a write outside acknowledges. */
export function readTrace(lines: string[], said: (text: string) => string[] = ids): Traced[] {
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
      // What found the pipe full is written once more.
      const fresh = said(rest).filter(id => acknowledged.at(-1)?.id !== id)
      for (const id of fresh) acknowledged.push({ id, covered: covered.has(id), synced })
    } else {
      const [, resumed = ''] = /^(\d+) +<\.\.\. f\w*sync resumed>/.exec(line) ?? []
      syncing.get(resumed)?.()
      syncing.delete(resumed)
    }
  }
  return acknowledged
}

const ids = (text: string) => [...text.matchAll(/ack-([\w-]+)\./g)].map(found => found[1] as string)
