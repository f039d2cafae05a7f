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
  /** Tags that are put on and taken off; the others stay. */
  tags?: { add?: readonly string[]; remove?: readonly string[] }
}

/** Tags that a user may have once some were put on, and their bytes together. */
const mostTags = { count: 300, bytes: 8 * 1024 }

/** Why a user cannot be as they would be after a draft; undefined when they can. */
export function tagsRefused({ id, profile }: User, draft: UserDraft): Fault | undefined {
  const { tags = [] } = profile
  if (!draft.tags?.add?.length || (tags.length <= mostTags.count && bytesOf(tags) <= mostTags.bytes)) return undefined
  return new Fault('request.batch', `user ${id} would have more than ${mostTags.count} tags or ${mostTags.bytes} bytes`)
}

function bytesOf(texts: readonly string[]): number {
  return texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0)
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
    profile: clean({
      ...old?.profile,
      ...defined(draft.profile ?? {}),
      ...namedTexts(old?.profile, draft.profile),
      ...tagged(old?.profile, draft),
    }),
    token: draft.token ?? old?.token,
    robot: draft.robot ?? old?.robot,
    updated: now,
  } as User
}

/** Tags are put on and taken off one by one, in the order in which they came. */
function tagged(old: Profile | undefined, { profile, tags }: UserDraft): Pick<Profile, 'tags'> {
  if (!tags) return {}
  const { add = [], remove = [] } = tags
  const gone = new Set(remove)
  return { tags: [...new Set([...(profile?.tags ?? old?.tags ?? []), ...add])].filter(tag => !gone.has(tag)) }
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
