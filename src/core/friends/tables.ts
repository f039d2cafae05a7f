import { counters, log, type Table, table } from '../../storage/store.ts'
import type { FriendInList, FriendList, Relation, RelationChange } from './model.ts'

/**
 * What users are to each other: friends, requests, blocks and mutes, in the order in which they began; by whom they are
 * about; and by their last change.
 */
export const relations = table<Relation>('relations', {
  columns: { app: 'int', user: 'text', inbox: 'int', what: 'text', other: 'text', at: 'int', changed: 'int' },
  key: ['app', 'user', 'inbox', 'what', 'other'],
  indexes: {
    at: ['app', 'user', 'inbox', 'what', 'at'],
    changed: ['app', 'user', 'what', 'changed'],
    other: ['app', 'other', 'what', 'changed'],
  },
})

/** Numbers the changes of a user's relations; its head says whether there is anything new. */
export const relationChanges = log<RelationChange>('relation_changes', {
  columns: { app: 'int', user: 'text', inbox: 'int', number: 'int', expires: 'int' },
  key: ['app', 'user', 'inbox', 'number'],
  time: 'time',
  expires: 'expires',
})

/** How many of them a user has; `what`: friend, request, block, mute, list, in/<list>. */
export const relationCount = counters('relation_count', {
  columns: { app: 'int', user: 'text', inbox: 'int', what: 'text' },
})

/** Friend lists of users. */
export const friendLists = table<FriendList>('friend_lists', {
  columns: { app: 'int', user: 'text', inbox: 'int', list: 'text' },
  key: ['app', 'user', 'inbox', 'list'],
})

/** Who stands in them. */
export const friendsInLists = table<FriendInList>('friends_in_lists', {
  columns: { app: 'int', user: 'text', inbox: 'int', list: 'text', friend: 'text' },
  key: ['app', 'user', 'inbox', 'list', 'friend'],
})

/** The tables of what users are to each other. */
export const friendTables = [relations, relationChanges, relationCount, friendLists, friendsInLists] as Table[]
