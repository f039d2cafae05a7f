import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'

/** The driver at work in a process of its own. */
export interface Driving {
  process: ChildProcess
  /** Ids acknowledged so far. */
  acknowledged: string[]
  /** What it said on standard error. */
  complaint(): string
  /** Resolves at the first acknowledgement. */
  begun: Promise<void>
  /** Resolves when it is gone and all it said was read. */
  ended: Promise<unknown>
}

/** Starts the driver (see driver.ts), under another program if `under` names one. */
export function drive(args: (string | number)[], under: string[] = []): Driving {
  const command = [...under, process.execPath, new URL('./driver.ts', import.meta.url).pathname, ...args.map(String)]
  const child = spawn(command[0] as string, command.slice(1), { stdio: ['ignore', 'pipe', 'pipe'] })
  const acknowledged: string[] = []
  let rest = ''
  let complaint = ''
  child.stderr?.on('data', data => {
    complaint += data
  })
  const begun = new Promise<void>(resolve => {
    child.stdout?.on('data', data => {
      const said = (rest + data).split('\n')
      rest = said.pop() ?? ''
      for (const line of said) if (line.startsWith('ack-')) acknowledged.push(line.slice(4, -1))
      if (acknowledged.length > 0) resolve()
    })
  })
  return { process: child, acknowledged, complaint: () => complaint, begun, ended: once(child, 'close') }
}
