import { type Table, table } from '../../storage/store.ts'
import type { Invitation } from '../model.ts'
import type { Application, Restriction } from './model.ts'

/** Users who were invited into groups and have not answered yet. */
export const invitations = table<Invitation>('group_invitations', {
  columns: { app: 'int', conv: 'int', user: 'text', at: 'int' },
  key: ['app', 'conv', 'user'],
  indexes: { user: ['app', 'user', 'at'] },
})

/** Users who want to become members and were not answered yet. */
export const applications = table<Application>('group_applications', {
  columns: { app: 'int', conv: 'int', user: 'text', at: 'int', expires: 'int' },
  key: ['app', 'conv', 'user'],
  indexes: { at: ['app', 'conv', 'at'], user: ['app', 'user', 'at'] },
  expires: 'expires',
})

/** Who may not speak, who may not come in, and who may speak all the same; also of users who are no members. */
export const restrictions = table<Restriction>('restrictions', {
  columns: { conv: 'int', what: 'text', user: 'text', until: 'int', since: 'int', number: 'int' },
  key: ['conv', 'what', 'user'],
  indexes: {
    until: ['conv', 'what', 'until'],
    since: ['conv', 'what', 'since'],
    number: ['conv', 'what', 'number'],
  },
  expires: 'until',
})

/** The tables of who may come into groups and speak there. */
export const groupTables = [invitations, applications, restrictions] as Table[]
