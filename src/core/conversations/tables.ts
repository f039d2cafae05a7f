import { counters, type Table, table } from '../../storage/store.ts'
import type { OwnGroups, OwnSettings } from './model.ts'

/** Users' own sides of conversations: pinned ones in their order, and all by their last change. */
export const ownSettings = table<OwnSettings>('own_settings', {
  columns: { app: 'int', user: 'text', conv: 'int', pinned: 'int', changed: 'int' },
  key: ['app', 'user', 'conv'],
  indexes: { pinned: ['app', 'user', 'pinned'], changed: ['app', 'user', 'changed'] },
  sparse: ['pinned'],
})

/** Users' own groups of conversations, all of a user in one row. */
export const ownGroups = table<OwnGroups>('own_groups', {
  columns: { app: 'int', user: 'text' },
  key: ['app', 'user'],
})

/** Numbers the changes of a user's settings and groups. */
export const settingsNumber = counters('settings_number', { columns: { app: 'int', user: 'text' } })

/** The tables of what users keep of conversations for themselves. */
export const ownTables = [ownSettings, ownGroups, settingsNumber] as Table[]
