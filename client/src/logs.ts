import { plain } from './place.ts'
import type { Broadcast, Note, OwnFrame, OwnGroup, OwnNumbers, OwnReply, Settings } from './protocol.ts'

/** What is told of the logs that are not of one conversation. */
export interface LogsTold {
  note(note: Note): void
  broadcast(broadcast: Broadcast): void
  settings(told: SettingsTold): void
}

/**
 * What the user set of conversations: these are different now. With `groups` these are all of the user's own groups of
 * conversations; with `reset` nothing holds any more that was told before.
 */
export interface SettingsTold {
  reset: boolean
  settings: Settings[]
  groups?: OwnGroup[]
}

/** Notes, broadcasts, and the settings of conversations: each has numbers without gaps. */
export interface Logs {
  /** False when something is missing before it: it is asked for, and this comes again with it. */
  push(frame: OwnFrame): boolean
  /** Tells what an answer has beyond what was told; true when there is more to ask. */
  take(reply: OwnReply): boolean
  numbers(): OwnNumbers
}

export function openLogs(saved: Partial<OwnNumbers>, told: LogsTold): Logs {
  /** The groups that were told last: who has none is told so with every answer. */
  let shown: string | undefined
  const at: OwnNumbers = { settings: 0, notes: 0, broadcasts: 0, ...saved }

  function push(frame: OwnFrame): boolean {
    const log = frame.type === 'note' ? 'notes' : frame.type === 'broadcast' ? 'broadcasts' : 'settings'
    const { number } = frame
    if (number > at[log] + 1) return false
    // What has no number is passing.
    if (number > 0 && number <= at[log]) return true
    at[log] = Math.max(at[log], number)
    if (frame.type === 'note') told.note(plain(frame))
    else if (frame.type === 'conversationGroups') tellSettings({ reset: false, settings: [], groups: frame.groups })
    else if (frame.type === 'conversation') tellSettings({ reset: false, settings: [plain(frame)] })
    else if (!('blank' in frame)) told.broadcast(plain(frame))
    return true
  }

  function take({ notes, broadcasts, settings }: OwnReply): boolean {
    if (notes) for (const note of since('notes', notes, notes.notes)) told.note(note)
    if (broadcasts) for (const each of since('broadcasts', broadcasts, broadcasts.broadcasts)) told.broadcast(each)
    if (settings) {
      const { reset } = settings
      const some = since('settings', settings, settings.settings)
      const groups = reset || JSON.stringify(settings.groups) !== shown ? settings.groups : undefined
      if (reset || groups || some.length > 0) tellSettings({ reset, settings: some, groups })
    }
    return [notes, broadcasts, settings].some(each => each?.more)
  }

  function tellSettings(some: SettingsTold) {
    if (some.groups) shown = JSON.stringify(some.groups)
    told.settings(some)
  }

  /** What is beyond the number; and moves it. */
  function since<T extends { number: number }>(
    log: keyof OwnNumbers,
    { reset, number }: { reset: boolean; number: number },
    rows: T[],
  ): T[] {
    const from = reset ? 0 : at[log]
    at[log] = Math.max(from, number)
    return rows.filter(row => row.number > from)
  }

  return { push, take, numbers: () => ({ ...at }) }
}
