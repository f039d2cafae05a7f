import type { Person } from './protocol-people.ts'

type Who = 'nobody' | 'owner' | 'managers' | 'everyone'

/** What a group allows. */
export interface GroupPolicy {
  /** Coming in by one's own wish. */
  join: 'open' | 'approval' | 'closed'
  invite: Who
  /** Who is invited must agree first. */
  consent: boolean
  /** Changing what is shown of the group. */
  edit: Who
  speak: Who
}

/** What its owner may choose of it. */
export interface GroupRules {
  join?: GroupPolicy['join']
  invite?: 'managers' | 'everyone'
  consent?: boolean
  edit?: 'managers' | 'everyone'
  /** Changing `clientText`. */
  editText?: 'managers' | 'everyone'
}

/** What is shown of a group, and can be written. */
export interface GroupFields {
  avatar?: string
  description?: string
  notice?: string
  /** An opaque text of the devices. */
  clientText?: string
  /** Texts by name: those left out stay, an empty one removes. */
  custom?: Record<string, string>
  /** Texts by name: they take the place of those that were there. */
  ext?: Record<string, string>
}

/** A group as its members see it. */
export interface Group extends GroupFields {
  conv: number
  alias: string
  kind: string
  name?: string
  /** '' = none. */
  owner: string
  created: number
  updated: number
  revision: number
  serverText?: string
  /** How many there are. */
  members: number
  policy: GroupPolicy
}

/** A group as those outside see it. */
export interface PublicGroup {
  conv: number
  alias: string
  kind: string
  name?: string
  avatar?: string
  description?: string
  created: number
  members: number
  join: GroupPolicy['join']
}

/** Which group something is about. */
export type GroupNamed = Pick<PublicGroup, 'conv' | 'alias' | 'kind' | 'name' | 'avatar'>

/** A member as other members see them. */
export interface Member {
  user: string
  role: 'owner' | 'manager' | 'member'
  nick?: string
  /** ms. */
  joined: number
  /** Until when they may not speak (ms). */
  mutedUntil?: number
  invitedBy?: string
  level?: number
  ext?: Record<string, string>
  custom?: Record<string, string>
  text?: string
}

/** Somebody who may not speak, or not come in; without `until` (ms) for ever. */
export interface Restricted {
  user: string
  since: number
  until?: number
  by: string
  words?: string
}

/** Somebody who waits to come into a group. */
export interface Applicant {
  user: string
  time: number
  words?: string
  expires: number
  who?: Person
}

/** A group that the user waits to come into. */
export interface Application {
  group: GroupNamed
  time: number
  words?: string
  expires: number
}

/** A group into which the user was invited. */
export interface Invitation {
  group: GroupNamed
  time: number
  by: string
  words?: string
  ext?: string
}

/** Where a page of applications or invitations ended. */
export interface RequestPlace {
  at: number
  conv?: number
  user?: string
}
