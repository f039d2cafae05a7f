import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Bus } from '../../src/bus/bus.ts'
import { openLocalBus } from '../../src/bus/local.ts'
import type { Account, App } from '../../src/core/apps/model.ts'
import type { Call } from '../../src/core/call.ts'
import { type Core, openCore } from '../../src/core/core.ts'
import type { Event, News } from '../../src/core/events.ts'
import type { Ask } from '../../src/core/hooks.ts'
import type { LimitSettings } from '../../src/core/limits.ts'
import type { Group } from '../../src/core/model.ts'
import type { Hears } from '../../src/core/outbox/outbox.ts'
import type { Pace } from '../../src/core/presence/lives.ts'
import { tables } from '../../src/core/tables.ts'
import { openMemory } from '../../src/storage/memory.ts'
import { openSqlite } from '../../src/storage/sqlite/sqlite.ts'
import type { Store } from '../../src/storage/store.ts'

/** What differs from the usual: a store in memory, the computer's clock, nobody asked, no limits. */
export interface NodeOptions {
  store?: Store
  clock?: () => number
  /** Stands for an app that is asked at every hook point. */
  ask?: Ask['ask']
  limits?: LimitSettings
  /** Its name among the other nodes, how they look after each other, and the bus that they share. */
  node?: string
  pace?: Pace
  bus?: Bus
  /** Which devices of a user may be connected at a time. */
  devices?: App['devices']
  /** Shown every event that webhooks may be told of, before its batch is committed. */
  hears?: Hears
}

/** One node of a server: a core of its own over a store, and all that it tells. */
export interface TestNode {
  core: Core
  store: Store
  /** The app itself calls. */
  call: Call
  /** A user calls, with the rights of their roles. */
  by(user: string): Call
  /** Everything told so far, in order. */
  told: { subject: string; event: Event }[]
  /** What was logged as a warning or an error. */
  logged: string[]
  /** Makes users of the app. */
  users(...ids: string[]): Promise<void>
  /** Makes a group of an owner and members, of the plainest kind unless said otherwise. */
  group(owner: string, members?: string[], more?: Partial<Parameters<Core['groups']['create']>[1]>): Promise<Group>
  stop(): Promise<void>
}

const usualApp: App = {
  id: 1400000001,
  account: 1,
  name: 'app',
  home: 'tencent',
  ipAllowList: [],
  disabled: false,
  webhooks: [],
}

/** Starts a node; several over one store are a server of several nodes. */
export function startNode(options: NodeOptions = {}): TestNode {
  const clock = options.clock ?? Date.now
  const store = options.store ?? openMemory({ clock })
  const told: TestNode['told'] = []
  const logged: string[] = []
  const app: App = { ...usualApp, devices: options.devices }
  const account: Account = { id: 1, name: 'account', keys: [], apps: [app] }
  const bus = hearing(told, options.bus)
  const core = openCore({
    store,
    bus,
    accounts: [account],
    limits: options.limits ?? 'off',
    clock,
    hooks: options.ask && { listens: () => true, ask: options.ask },
    hears: options.hears,
    node: options.node,
    pace: options.pace,
    log: { info() {}, warn: (_, text) => logged.push(text), error: (_, text) => logged.push(text) },
  })
  const origin: Call['origin'] = { dialect: 'native', via: 'rest' }
  const call: Call = { app, admin: true, origin }
  return {
    core,
    store,
    call,
    by: operator => ({ app, operator, admin: false, origin }),
    told,
    logged,
    async users(...ids) {
      for (let at = 0; at < ids.length; at += 300)
        await core.users.save(
          call,
          ids.slice(at, at + 300).map(id => ({ id })),
          { existing: 'update' },
        )
    },
    async group(owner, members = [], more = {}) {
      const drafts = members.map(user => ({ user }))
      return (await core.groups.create(call, { kind: 'group', name: 'g', owner, members: drafts, ...more })).group
    },
    async stop() {
      await core.close()
      if (!options.bus) await bus.close()
      if (!options.store) await store.close()
    },
  }
}

// Subscribers are asked for by subject, and a test wants all of them.
function hearing(told: TestNode['told'], bus = openLocalBus()): Bus {
  return {
    ...bus,
    publish(subject, news) {
      told.push({ subject, event: (news as News).event })
      bus.publish(subject, news)
    },
  }
}

/** The engines over which the heavy tests run. `open` gives an empty store and what ends and forgets it. */
export const engines: { name: string; open(clock?: () => number): Promise<{ store: Store; end(): Promise<void> }> }[] =
  [
    {
      name: 'memory',
      async open(clock) {
        const store = openMemory({ clock })
        return { store, end: () => store.close() }
      },
    },
    {
      name: 'sqlite',
      async open(clock) {
        const folder = mkdtempSync(join(tmpdir(), 'magpie-core-'))
        const store = await openSqlite({ folder, durability: 'full', tables, clock })
        const end = async () => {
          await store.close()
          rmSync(folder, { recursive: true })
        }
        return { store, end }
      },
    },
  ]

/** A clock that only moves when told to. */
export function handClock(start = 1_700_000_000_000): { now: () => number; move(ms: number): void } {
  let now = start
  return {
    now: () => now,
    move(ms) {
      now += ms
    },
  }
}

/** The same store, in which no job is found due until `run` is called: for what must hold before a job was there. */
export function holdJobs(store: Store): { store: Store; run(): void } {
  let held = true
  const scan: Store['scan'] = async (table, range, index) =>
    held && index === 'due' ? [] : store.scan(table, range, index)
  return {
    store: { ...store, scan },
    run() {
      held = false
    },
  }
}

/** The same store, each of whose answers takes a few turns more or less: what runs at once meets in many orders. */
export function unevenly(store: Store): Store {
  const wait = async () => {
    for (let turns = Math.floor(Math.random() * 4); turns > 0; turns--)
      await new Promise(resolve => setImmediate(resolve))
  }
  const slow =
    <A extends unknown[], R>(work: (...args: A) => Promise<R>) =>
    async (...args: A): Promise<R> => {
      await wait()
      const answer = await work(...args)
      await wait()
      return answer
    }
  return {
    ...store,
    get: slow(store.get) as Store['get'],
    getMany: slow(store.getMany) as Store['getMany'],
    scan: slow(store.scan) as Store['scan'],
    scanMany: slow(store.scanMany) as Store['scanMany'],
    heads: slow(store.heads),
    commit: slow(store.commit),
  }
}
