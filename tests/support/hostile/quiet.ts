import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { online, sessions } from '../../../src/core/presence/tables.ts'
import { roomDevices, roomMembers, roomSeats } from '../../../src/core/rooms/tables.ts'
import type { Table } from '../../../src/storage/store.ts'
import type { World } from './world.ts'

/** What a server holds for those who are connected, and of the process's own. */
export interface Held {
  sockets: number
  users: number
  subscriptions: number
  /** Rows that come and go with sockets. */
  rows: Record<string, number>
  /** Sockets and timers of the process, by kind. */
  handles: Record<string, number>
}

/** What is held right now. */
export async function heldBy({ server }: World): Promise<Held> {
  const { sockets, users, subscriptions } = server.gateway.stats()
  const rows: Record<string, number> = {}
  for (const table of [online, sessions, roomDevices, roomMembers, roomSeats])
    rows[table.name] = (await server.store.scan(table as Table, { prefix: [], limit: 1000 })).length
  const handles: Record<string, number> = {}
  for (const name of process.getActiveResourcesInfo())
    if (/TCP|Pipe/.test(name)) handles[name] = (handles[name] ?? 0) + 1
  return { sockets, users, subscriptions, rows, handles }
}

/** Bytes in use after everything that nobody holds was thrown away. */
export async function heap(): Promise<number> {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  for (let i = 0; i < 3; i++) {
    await new Promise(resolve => setTimeout(resolve, 10))
    collect()
  }
  return process.memoryUsage().heapUsed
}
