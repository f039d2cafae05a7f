import { log, type Table, table } from '../../storage/store.ts'
import type {
  Beat,
  LastSeen,
  NodeLife,
  Online,
  Published,
  PushOwner,
  PushToken,
  SessionPlace,
  Subscription,
  UserEvent,
} from './model.ts'

/** Connected devices by user. */
export const online = table<Online>('online', {
  columns: { app: 'int', user: 'text' },
  key: ['app', 'user'],
  volatile: true,
})

/** Sessions by the life of the node that holds them. */
export const sessions = table<SessionPlace>('sessions', {
  columns: { app: 'int', user: 'text', id: 'text', node: 'text', epoch: 'int' },
  key: ['app', 'user', 'id'],
  indexes: { node: ['app', 'node', 'epoch'] },
  volatile: true,
})

/** The lives of nodes. A row stays as it is while the node lives, so that what is written in its name can check it. */
export const nodes = table<NodeLife>('nodes', {
  columns: { name: 'text', epoch: 'int' },
  key: ['name', 'epoch'],
  volatile: true,
})

/** Their signs of life. */
export const beats = table<Beat>('beats', {
  columns: { name: 'text', epoch: 'int' },
  key: ['name', 'epoch'],
  volatile: true,
})

/** When users were last connected, by platform. */
export const lastSeen = table<LastSeen>('last_seen', {
  columns: { app: 'int', user: 'text', platform: 'text' },
  key: ['app', 'user', 'platform'],
})

/** Sign-ins and ends of sessions, by user. */
export const userEvents = log<UserEvent>('user_events', {
  columns: { app: 'int', user: 'text', number: 'int', time: 'int', expires: 'int' },
  key: ['app', 'user', 'number'],
  time: 'time',
  indexes: { time: ['app', 'user', 'time'] },
  expires: 'expires',
})

/** Whose presence a user wants to hear of. */
export const subscriptions = table<Subscription>('subscriptions', {
  columns: { app: 'int', user: 'text', publisher: 'text', expires: 'int' },
  key: ['app', 'user', 'publisher'],
  expires: 'expires',
})

/** Whose events of which kind a user wants to hear of. */
export const eventSubscriptions = table<Subscription>('event_subscriptions', {
  columns: { app: 'int', user: 'text', kind: 'int', publisher: 'text', expires: 'int' },
  key: ['app', 'user', 'kind', 'publisher'],
  expires: 'expires',
})

/** The latest events that users published, by kind. */
export const published = table<Published>('published', {
  columns: { app: 'int', user: 'text', kind: 'int', expires: 'int' },
  key: ['app', 'user', 'kind'],
  expires: 'expires',
})

/** Push tokens by user and device. */
export const pushTokens = table<PushToken>('push_tokens', {
  columns: { app: 'int', user: 'text', device: 'text' },
  key: ['app', 'user', 'device'],
})

/** Whose a push token is. */
export const pushOwners = table<PushOwner>('push_owners', {
  columns: { app: 'int', name: 'text' },
  key: ['app', 'name'],
})

/** The tables of presence and devices. */
export const presenceTables = [
  online,
  sessions,
  nodes,
  beats,
  lastSeen,
  userEvents,
  subscriptions,
  eventSubscriptions,
  published,
  pushTokens,
  pushOwners,
] as Table[]
