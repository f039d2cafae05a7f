import { isDeepStrictEqual } from 'node:util'
import type { Notify, OwnSettings, Unsent } from './model.ts'

/** What a user sets of a conversation; what is left out stays as it is. */
export interface SettingsDraft {
  /** Above the others, since now or since a time (ms). */
  pinned?: boolean | number
  /** Back in the list, or out of it until there is another message. */
  listed?: boolean
  notify?: Notify
  /** Do not disturb: yes or no, for who knows no finer choice. What is so already in a finer way stays. */
  quiet?: boolean
  /** Marks by number, from 0 to 63. */
  set?: readonly number[]
  clear?: readonly number[]
  /** The mark of favourites, since now or since a time (ms). */
  favourite?: boolean | number
  /** '' clears. */
  label?: string
  /** Text '' clears. */
  unsent?: Omit<Unsent, 'at'>
  /** Replaced as a whole; an empty one clears. */
  ext?: Record<string, string>
  /** '' clears. */
  text?: string
}

/** The mark that favourites have; it goes with the time since when. */
export const favouriteMark = 1

/** The settings after a draft, or the old ones themselves; `seq` is the number of the conversation's last message. */
export function applySettings(
  old: OwnSettings,
  draft: SettingsDraft,
  { now, seq }: { now: number; seq: number },
): OwnSettings {
  const next: OwnSettings = {
    ...old,
    ...(draft.pinned === undefined ? {} : { pinned: timeOf(draft.pinned, old.pinned, now) }),
    ...(draft.listed === undefined ? {} : { unlisted: draft.listed ? undefined : seq }),
    ...marksAfter(old, draft, now),
    ...(draft.label === undefined ? {} : { label: draft.label || undefined }),
    ...(draft.unsent === undefined ? {} : { unsent: unsentAfter(old.unsent, draft.unsent, now) }),
    ...(draft.ext === undefined ? {} : { ext: Object.keys(draft.ext).length > 0 ? draft.ext : undefined }),
    ...(draft.text === undefined ? {} : { text: draft.text || undefined }),
  }
  const clean = Object.fromEntries(Object.entries(next).filter(([, value]) => value !== undefined))
  return isDeepStrictEqual(clean, old) ? old : (clean as unknown as OwnSettings)
}

/** The sound after a draft. Who never chose one, and is not to be left alone, still has chosen none. */
export function soundAfter(old: Notify | undefined, { notify = old, quiet }: SettingsDraft): Notify | undefined {
  if (quiet === undefined || quiet === isQuiet(notify)) return notify
  return quiet ? 'silent' : 'all'
}

/** Whether the user does not want to be disturbed. */
export function isQuiet(notify: Notify | undefined): boolean {
  return notify !== undefined && notify !== 'all'
}

/** Since when something holds that is set by yes and no, or by a time; 0 and no end it. */
function timeOf(given: boolean | number, old: number | undefined, now: number): number | undefined {
  if (given === true) return old ?? now
  return given || undefined
}

/** Favourites have a mark and a time, whichever of the two was set. */
function marksAfter(
  old: OwnSettings,
  { set = [], clear = [], favourite }: SettingsDraft,
  now: number,
): Pick<OwnSettings, 'marks' | 'favourite'> {
  const marks = new Set(old.marks)
  for (const mark of clear) marks.delete(mark)
  for (const mark of set) marks.add(mark)
  const since =
    favourite === undefined
      ? timeOf(marks.has(favouriteMark), old.favourite, now)
      : timeOf(favourite, old.favourite, now)
  if (since === undefined) marks.delete(favouriteMark)
  else marks.add(favouriteMark)
  const rising = [...marks].sort((one, other) => one - other)
  return { marks: rising.length > 0 ? rising : undefined, favourite: since }
}

function unsentAfter(old: Unsent | undefined, { text, quote }: Omit<Unsent, 'at'>, now: number): Unsent | undefined {
  if (text === '') return undefined
  const written = quote ? { text, quote } : { text }
  return old && isDeepStrictEqual({ ...written, at: old.at }, old) ? old : { ...written, at: now }
}
