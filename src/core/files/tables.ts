import { type Table, table } from '../../storage/store.ts'
import type { Secret, StoredFile } from './model.ts'

/** What users handed in. */
export const files = table<StoredFile>('files', { columns: { id: 'text' }, key: ['id'] })

/** What only the server knows. */
export const secrets = table<Secret>('secrets', { columns: { name: 'text' }, key: ['name'] })

/** The tables of files. */
export const fileTables = [files, secrets] as Table[]
