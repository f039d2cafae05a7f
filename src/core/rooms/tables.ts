import { counters, log, type Table, table } from '../../storage/store.ts'
import type {
  GroupAttributes,
  Queue,
  QueueElement,
  RoomDevice,
  RoomEntry,
  RoomLoss,
  RoomMark,
  RoomMember,
  RoomMute,
  RoomOfUser,
  RoomSeat,
  RoomTag,
} from './model.ts'

/** Numbers every entry into a room: `roomMembers.entry` refers to it, a place in the list that fits an int32. */
export const roomEntries = log<RoomEntry>('room_entries', {
  columns: { conv: 'int', number: 'int', time: 'int', expires: 'int' },
  key: ['conv', 'number'],
  time: 'time',
  expires: 'expires',
  volatile: true,
})

/** Accounts in a room; lists by entry, of those who are listed, and by class. */
export const roomMembers = table<RoomMember>('room_members', {
  columns: { conv: 'int', user: 'text', listed: 'int', class: 'text', entry: 'int', entered: 'int' },
  key: ['conv', 'user'],
  indexes: { entry: ['conv', 'entry'], listed: ['conv', 'listed', 'entry'], class: ['conv', 'class', 'entered'] },
  volatile: true,
})

/** The connections behind an account in a room; the last one to go takes the row above with it. */
export const roomDevices = table<RoomDevice>('room_devices', {
  columns: { conv: 'int', user: 'text', session: 'text' },
  key: ['conv', 'user', 'session'],
  volatile: true,
})

/** The rooms of a connection, and of all connections of one life of a node. */
export const roomSeats = table<RoomSeat>('room_seats', {
  columns: { node: 'text', session: 'text', conv: 'int', epoch: 'int' },
  key: ['node', 'session', 'conv'],
  indexes: { epoch: ['node', 'epoch'] },
  volatile: true,
})

/** The rooms of an account. */
export const roomsOfUser = table<RoomOfUser>('rooms_of_user', {
  columns: { app: 'int', user: 'text', conv: 'int' },
  key: ['app', 'user', 'conv'],
  volatile: true,
})

/** How many accounts are in a room; `what`: '' = all, class/<name>, tag/<name>, mark/<name>. */
export const roomCount = counters('room_count', { columns: { conv: 'int', what: 'text' }, volatile: true })

/** Members by mark. */
export const roomMarks = table<RoomMark>('room_marks', {
  columns: { conv: 'int', mark: 'text', user: 'text', entry: 'int' },
  key: ['conv', 'mark', 'user'],
  indexes: { entry: ['conv', 'mark', 'entry'] },
  volatile: true,
})

/** Members by tag. */
export const roomTags = table<RoomTag>('room_tags', {
  columns: { conv: 'int', tag: 'text', user: 'text', entered: 'int' },
  key: ['conv', 'tag', 'user'],
  indexes: { entered: ['conv', 'tag', 'entered'] },
  volatile: true,
})

/** Temporary mutes. */
export const roomMutes = table<RoomMute>('room_mutes', {
  columns: { conv: 'int', what: 'text', user: 'text', until: 'int' },
  key: ['conv', 'what', 'user'],
  expires: 'until',
  volatile: true,
})

/** Whose last device was lost; only where the app wants to know. */
export const roomLosses = table<RoomLoss>('room_losses', {
  columns: { conv: 'int', user: 'text', expires: 'int' },
  key: ['conv', 'user'],
  expires: 'expires',
  volatile: true,
})

/** Queues of rooms. */
export const queues = table<Queue>('queues', { columns: { conv: 'int' }, key: ['conv'] })

/** Their elements, in order, and those that go with their owner. */
export const queueElements = table<QueueElement>('queue_elements', {
  columns: { conv: 'int', name: 'text', place: 'int', owner: 'text' },
  key: ['conv', 'name'],
  indexes: { place: ['conv', 'place'], owner: ['conv', 'owner'] },
})

/** Attributes of groups. */
export const groupAttributes = table<GroupAttributes>('group_attributes', { columns: { conv: 'int' }, key: ['conv'] })

/** The tables of live rooms, and the attributes that all groups can have. */
export const roomTables = [
  roomEntries,
  roomMembers,
  roomDevices,
  roomSeats,
  roomsOfUser,
  roomCount,
  roomMarks,
  roomTags,
  roomMutes,
  roomLosses,
  queues,
  queueElements,
  groupAttributes,
] as Table[]
