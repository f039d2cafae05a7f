import type { Row } from '../../storage/store.ts'
import { Fault } from '../errors.ts'
import type { Profile, User } from '../model.ts'
import { mergeTexts } from '../texts.ts'

/** What is known of a user who is being made or written. Fields left out stay as they are; '' clears a text. */
export interface UserDraft {
  id: string
  profile?: Profile
  token?: string
  robot?: boolean
}

/** The user of a row; undefined when there is none or they were deleted. */
export function present(row: Row<User> | undefined): User | undefined {
  return row && !row.value.removed ? row.value : undefined
}

/** Refuses by Fault('user.missing') unless every row, in the order of the ids, is that of a user. */
export function demandUsers(rows: readonly (Row<User> | undefined)[], ids: readonly string[]): void {
  const missing = rows.findIndex(row => !present(row))
  if (missing >= 0) throw new Fault('user.missing', `there is no user ${ids[missing]}`)
}

/**
 * Whether what a user got at a time (ms) is still theirs, that is, they were not deleted since. Those whom the app never
 * made (`row` undefined) were never deleted either.
 */
export function holds(row: Row<User> | undefined, at: number): boolean {
  return !row || (!row.value.removed && at >= (row.value.since ?? 0))
}

/** The time to write on what a user gets now (ms), so that it holds, whatever the clock did since a deletion. */
export function gets(now: number, ...rows: (Row<User> | undefined)[]): number {
  return Math.max(now, ...rows.map(row => row?.value.since ?? 0))
}

/** The user as they are after a draft was written over the old one, or over nothing. */
export function merge(old: User | undefined, app: number, draft: UserDraft, now: number): User {
  return {
    ...(old ?? { app, id: draft.id, created: now }),
    profile: clean({ ...old?.profile, ...defined(draft.profile ?? {}), ...namedTexts(old?.profile, draft.profile) }),
    token: draft.token ?? old?.token,
    robot: draft.robot ?? old?.robot,
    updated: now,
  } as User
}

/** Named texts are written one by one: those left out stay, '' removes one. */
function namedTexts(old: Profile | undefined, draft: Profile | undefined): Pick<Profile, 'custom'> {
  return draft?.custom ? { custom: mergeTexts(old?.custom, draft.custom) } : {}
}

/** Without the fields that are undefined, so that they do not clear what is there. */
function defined(profile: Profile): Profile {
  return Object.fromEntries(Object.entries(profile).filter(([, value]) => value !== undefined))
}

/** Without empty texts: an empty field and one never set are the same. */
function clean(profile: Profile): Profile {
  return Object.fromEntries(Object.entries(profile).filter(([, value]) => value !== '' && value !== undefined))
}
