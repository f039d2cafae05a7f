import { counters, log, type Table, table } from '../storage/store.ts'
import { broadcasts } from './broadcasts/tables.ts'
import { ownTables } from './conversations/tables.ts'
import type { News } from './events.ts'
import { fileTables } from './files/tables.ts'
import { friendTables } from './friends/tables.ts'
import { groupTables } from './groups/tables.ts'
import { messageActionTables } from './messages/tables.ts'
import type { Change, Conversation, Exception, Job, Member, Membership, Message, Note, User } from './model.ts'
import { presenceTables } from './presence/tables.ts'
import { roomTables } from './rooms/tables.ts'

/** A name that must be unique within a space of an app: group aliases, pairs, idempotency keys, folded user ids. */
export interface Name {
  app: number
  space: 'group' | 'pair' | 'idempotent' | 'folded'
  name: string
  /** The conversation's id, or 0 for names of users. */
  id: number
  user?: string
  /** Of a direct conversation: when it was made (ms). */
  at?: number
}

/** A sender's client id for a message, for as long as a repeat must be answered with the first result. */
export interface Receipt {
  conv: number
  user: string
  client: string
  seq: number
  id: number
  time: number
  expires: number
}

/** Users by id. */
export const users = table<User>('users', { columns: { app: 'int', id: 'text' }, key: ['app', 'id'] })

/** Unique names. */
export const names = table<Name>('names', {
  columns: { app: 'int', space: 'text', name: 'text' },
  key: ['app', 'space', 'name'],
})

/** Conversations of both types, by id. */
export const conversations = table<Conversation>('conversations', { columns: { id: 'int' }, key: ['id'] })

/** The groups of an app in the order they were made, all or by kind. */
export const groupList = table<{ app: number; id: number; kind: string }>('group_list', {
  columns: { app: 'int', id: 'int', kind: 'text' },
  key: ['app', 'id'],
  indexes: { kind: ['app', 'kind'] },
})

/** Members of conversations; lists by role and by time of joining. */
export const members = table<Member>('members', {
  columns: { conv: 'int', user: 'text', rank: 'int', joined: 'int' },
  key: ['conv', 'user'],
  indexes: { rank: ['conv', 'rank', 'joined'], joined: ['conv', 'joined'] },
})

/** A user's conversations. */
export const memberships = table<Membership>('memberships', {
  columns: { app: 'int', user: 'text', conv: 'int', type: 'text', kind: 'text', joined: 'int' },
  key: ['app', 'user', 'conv'],
  indexes: { kind: ['app', 'user', 'type', 'kind'], joined: ['app', 'user', 'joined'] },
})

/** The messages of a conversation. */
export const messages = log<Message>('messages', {
  columns: { conv: 'int', seq: 'int', id: 'int', shown: 'int', sender: 'text', own: 'int' },
  key: ['conv', 'seq'],
  time: 'time',
  indexes: { id: ['conv', 'id'], shown: ['conv', 'shown'], own: ['conv', 'sender', 'seq', 'own'] },
  sparse: ['own'],
})

/** What happened to a conversation's messages and members since. */
export const changes = log<Change>('changes', {
  columns: { conv: 'int', rev: 'int' },
  key: ['conv', 'rev'],
  time: 'time',
})

/** Client ids of sent messages. */
export const receipts = table<Receipt>('receipts', {
  columns: { conv: 'int', user: 'text', client: 'text', expires: 'int' },
  key: ['conv', 'user', 'client'],
  expires: 'expires',
})

/** Exceptions to the counting of unread messages, and which of them their user erased, in the order of doing so. */
export const exceptions = table<Exception>('exceptions', {
  columns: { conv: 'int', user: 'text', seq: 'int', since: 'int', erased: 'int' },
  key: ['conv', 'user', 'seq'],
  indexes: { erased: ['conv', 'user', 'since', 'erased'] },
  sparse: ['erased'],
})

/** How many counted messages a member sent to a group, and when the last one was. */
export const sent = counters('sent', { columns: { conv: 'int', user: 'text' } })

/** How many members a conversation has. */
export const memberCount = counters('member_count', { columns: { conv: 'int' } })

/** How many groups an app has: all ('') and by kind. */
export const groupCount = counters('group_count', { columns: { app: 'int', kind: 'text' } })

/** Blocks of ids that nodes take. */
export const idBlocks = counters('id_blocks', { columns: { space: 'text' } })

/** Jobs by lane, and by when they are due. */
export const jobs = table<Job>('jobs', {
  columns: { lane: 'int', id: 'int', due: 'int' },
  key: ['lane', 'id'],
  indexes: { due: ['lane', 'due'] },
})

/** An event as it waits in the outbox, for all who are to be told of it. */
export interface Kept {
  app: number
  lane: number
  /** Its number in the lane. */
  place: number
  /** When it was committed (ms). */
  at: number
  counters: Record<string, number>
  /** Events with the same key are told in their order. */
  key: string
  /** Number and time of the message or change that the event is about, when its batch gave it them. */
  number?: number
  time?: number
  news: News
}

/** How far one target has been told of a lane of its app's outbox, and which node is at it. */
export interface Delivery {
  app: number
  lane: number
  target: string
  /** The first event that is not settled. */
  next: number
  node: string
  /** Until when that node's claim holds (ms). */
  until: number
}

/** Events of a lane that a target is not told of any more, unless somebody asks for it. */
export interface Parked {
  app: number
  target: string
  lane: number
  from: number
  /** The last of them. */
  to: number
  count: number
  /** When they were parked (ms), and why: the last answer of the target, or that there were too many. */
  at: number
  why: string
  tries: number
  /** Somebody asked to tell them again. */
  again?: boolean
}

/** A setting of an app that was changed at run time; it stands before the configuration's. */
export interface Setting {
  app: number
  name: string
  value: unknown
}

/** What webhooks are to be told of, in lanes. */
export const outbox = log<Kept>('outbox', {
  columns: { app: 'int', lane: 'int', place: 'int' },
  key: ['app', 'lane', 'place'],
  time: 'at',
})

/** The deliveries of an outbox. */
export const deliveries = table<Delivery>('deliveries', {
  columns: { app: 'int', lane: 'int', target: 'text' },
  key: ['app', 'lane', 'target'],
})

/** What was set aside. */
export const parked = table<Parked>('parked', {
  columns: { app: 'int', target: 'text', lane: 'int', from: 'int' },
  key: ['app', 'target', 'lane', 'from'],
  indexes: { lane: ['app', 'lane', 'from'] },
})

/** Settings changed at run time. */
export const settings = table<Setting>('settings', { columns: { app: 'int', name: 'text' }, key: ['app', 'name'] })

/** What concerns one user only. */
export const notes = log<Note>('notes', {
  columns: { app: 'int', user: 'text', number: 'int', expires: 'int' },
  key: ['app', 'user', 'number'],
  time: 'time',
  expires: 'expires',
})

/** All tables, for the engines. */
export const tables: Table[] = [
  users,
  names,
  conversations,
  groupList,
  members,
  memberships,
  messages,
  changes,
  receipts,
  exceptions,
  sent,
  memberCount,
  groupCount,
  idBlocks,
  jobs,
  outbox,
  deliveries,
  parked,
  settings,
  notes,
  ...fileTables,
  ...friendTables,
  ...presenceTables,
  ...roomTables,
  ...groupTables,
  ...messageActionTables,
  ...ownTables,
  broadcasts,
] as Table[]
