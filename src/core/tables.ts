import { counters, log, type Table, table } from '../storage/store.ts'
import type {
  Change,
  Conversation,
  Exception,
  Invitation,
  Job,
  Member,
  Membership,
  Message,
  Session,
  User,
} from './model.ts'

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

/** Users who were invited into groups and have not answered yet. */
export const invitations = table<Invitation>('invitations', {
  columns: { conv: 'int', user: 'text' },
  key: ['conv', 'user'],
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

/** Exceptions to the counting of unread messages. */
export const exceptions = table<Exception>('exceptions', {
  columns: { conv: 'int', user: 'text', seq: 'int' },
  key: ['conv', 'user', 'seq'],
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

/** Connected devices. */
export const sessions = table<Session>('sessions', {
  columns: { app: 'int', user: 'text', id: 'text' },
  key: ['app', 'user', 'id'],
  volatile: true,
})

/** All tables, for the engines. */
export const tables: Table[] = [
  users,
  names,
  conversations,
  groupList,
  members,
  invitations,
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
  sessions,
] as Table[]
