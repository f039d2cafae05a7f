import { expect, test } from 'vitest'
import { openLogs } from './logs.ts'
import type { Broadcast, Note, OwnFrame, Settings } from './protocol.ts'

function open(saved = {}) {
  const log: string[] = []
  const logs = openLogs(saved, {
    note: note => log.push(`note ${note.number}`),
    broadcast: broadcast => log.push(`broadcast ${broadcast.number}`),
    settings: told => log.push(`settings ${JSON.stringify(told)}`),
  })
  return { logs, log }
}

const note = (number: number) => ({ type: 'note', number, kind: 'k', data: {} }) as unknown as OwnFrame
const end = { reset: false, more: false }

test('[GW81] notes come once and in order; what is passing has no number; a gap is said', () => {
  const { logs, log } = open({ notes: 3 })
  expect([4, 4, 2, 0, 5].map(number => logs.push(note(number)))).toEqual([true, true, true, true, true])
  expect(logs.push(note(7))).toBe(false)
  expect(log).toEqual(['note 4', 'note 0', 'note 5'])
  const notes = [5, 6, 7].map(number => ({ number }) as Note)
  expect(logs.take({ notes: { ...end, notes, number: 7 } })).toBe(false)
  expect(log.slice(3)).toEqual(['note 6', 'note 7'])
  expect(logs.numbers()).toEqual({ settings: 0, notes: 7, broadcasts: 0 })
})

test('[GW81] an answer from before does not take back what was told since; more is said', () => {
  const { logs, log } = open({ notes: 3, settings: 2 })
  logs.push(note(4))
  expect(logs.take({ notes: { ...end, notes: [], number: 3, more: true } })).toBe(true)
  expect(logs.numbers().notes).toBe(4)
  logs.take({ settings: { ...end, settings: [], number: 2 } })
  expect(log).toEqual(['note 4'])
})

test('[GW81] with reset everything is told anew, from numbers that may be lower', () => {
  const { logs, log } = open({ notes: 30, broadcasts: 9, settings: 8 })
  const broadcasts = [{ number: 1 } as Broadcast]
  const settings = [{ conv: 5, number: 2 } as Settings]
  logs.take({
    notes: { reset: true, more: false, notes: [{ number: 1 } as Note], number: 2 },
    broadcasts: { reset: true, more: false, broadcasts, number: 1 },
    settings: { reset: true, more: false, settings, groups: [], number: 2 },
  })
  expect(log).toEqual(['note 1', 'broadcast 1', `settings ${JSON.stringify({ reset: true, settings, groups: [] })}`])
  expect(logs.numbers()).toEqual({ settings: 2, notes: 2, broadcasts: 1 })
})

test('[GW81] settings and groups of conversations share their numbers; broadcasts for others only count', () => {
  const { logs, log } = open()
  logs.push({ type: 'conversation', conv: 5, number: 1, since: 1, pinned: 9 })
  logs.push({ type: 'conversationGroups', number: 2, groups: [] })
  expect(logs.push({ type: 'conversation', conv: 5, number: 4, since: 1 })).toBe(false)
  logs.push({ type: 'broadcast', number: 1, blank: true })
  logs.push({ type: 'broadcast', number: 2, time: 1, from: '', parts: [] })
  expect(log).toEqual([
    `settings ${JSON.stringify({ reset: false, settings: [{ conv: 5, number: 1, since: 1, pinned: 9 }] })}`,
    `settings ${JSON.stringify({ reset: false, settings: [], groups: [] })}`,
    'broadcast 2',
  ])
  expect(logs.numbers()).toEqual({ settings: 2, notes: 0, broadcasts: 2 })
})

test('[GW81] who has no groups is told so once, though every answer says it', () => {
  const { logs, log } = open()
  for (let i = 0; i < 3; i++) logs.take({ settings: { ...end, settings: [], groups: [], number: 0 } })
  logs.push({ type: 'conversationGroups', number: 1, groups: [{ id: 1, name: 'a', made: 1, updated: 1 }] })
  logs.take({ settings: { ...end, settings: [], groups: [], number: 2 } })
  expect(log.map(each => JSON.parse(each.slice(9)).groups.length)).toEqual([0, 1, 0])
})
