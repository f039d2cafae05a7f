import { counters, log, type Table, table } from '../store.ts'

/** A table with text and int key parts, an index and an end. */
export interface Thing {
  app: number
  id: string
  rank?: number
  until?: number
  note?: unknown
}
export const things = table<Thing & { rank: number }>('things', {
  columns: { app: 'int', id: 'text', rank: 'int' },
  key: ['app', 'id'],
  indexes: { byRank: ['app', 'rank'] },
  expires: 'until',
})

/** Some cards have a suit and a place in it, and only those stand in the order by suit. */
export interface Card {
  app: number
  id: string
  suit?: string
  place?: number
  seen?: number
}
export const cards = table<Card>('cards', {
  columns: { app: 'int', id: 'text', suit: 'text', place: 'int', seen: 'int' },
  key: ['app', 'id'],
  indexes: { bySuit: ['app', 'suit', 'place'], bySeen: ['app', 'seen'] },
  sparse: ['bySuit', 'bySeen'],
})

/** Keyed by numbers only. */
export interface Spot {
  app: number
  x: number
  y: number
}
export const spots = table<Spot>('spots', { columns: { app: 'int', x: 'int', y: 'int' }, key: ['app', 'x', 'y'] })

export interface Line {
  app: number
  talk: string
  seq: number
  at: number
  text: string
  until?: number
  counters: Record<string, number>
}
export const lines = log<Line>('lines', {
  columns: { app: 'int', talk: 'text', seq: 'int', at: 'int' },
  key: ['app', 'talk', 'seq'],
  indexes: { byTime: ['app', 'talk', 'at'] },
  time: 'at',
  expires: 'until',
})

export const sums = counters('sums', { columns: { app: 'int', name: 'text' } })

export interface Session {
  app: number
  id: string
  until?: number
  seen?: number
}
export const sessions = table<Session>('sessions', {
  columns: { app: 'int', id: 'text' },
  key: ['app', 'id'],
  expires: 'until',
  volatile: true,
})

export const passing = log<Line>('passing', {
  columns: { app: 'int', talk: 'text', seq: 'int' },
  key: ['app', 'talk', 'seq'],
  time: 'at',
  volatile: true,
})

/** All tables the contract works with. */
export const contractTables: readonly Table[] = [
  things,
  cards,
  spots,
  lines,
  sums,
  sessions,
  passing,
] as readonly Table[]

export const thing = (id: string, rank = 0, note?: unknown) => ({ app: 1, id, rank, note })
