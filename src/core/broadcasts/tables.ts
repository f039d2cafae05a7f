import { log } from '../../storage/store.ts'
import type { Broadcast } from './model.ts'

/** What was said to all users of an app, all of it or only what is kept for devices that are away. */
export const broadcasts = log<Broadcast>('broadcasts', {
  columns: { app: 'int', number: 'int', kept: 'int', expires: 'int' },
  key: ['app', 'number'],
  time: 'time',
  indexes: { kept: ['app', 'kept'] },
  expires: 'expires',
})
