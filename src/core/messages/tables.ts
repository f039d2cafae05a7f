import { counters, type Table, table } from '../../storage/store.ts'
import type { Extension, ExtensionState, Pin, Reaction, Read } from './model.ts'

/** Who sent a receipt for a message that asked for one. */
export const reads = table<Read>('reads', {
  columns: { conv: 'int', seq: 'int', user: 'text' },
  key: ['conv', 'seq', 'user'],
})

/** How many sent a receipt for a message. */
export const readCount = counters('read_count', { columns: { conv: 'int', seq: 'int' } })

/** Who reacted to a message, by kind in the order in which they did. */
export const reactions = table<Reaction>('reactions', {
  columns: { conv: 'int', seq: 'int', kind: 'text', user: 'text', at: 'int' },
  key: ['conv', 'seq', 'kind', 'user'],
  indexes: { at: ['conv', 'seq', 'kind', 'at'] },
})

/** Pinned messages of a conversation, in the order in which they were pinned. */
export const pins = table<Pin>('pins', {
  columns: { conv: 'int', seq: 'int', at: 'int' },
  key: ['conv', 'seq'],
  indexes: { at: ['conv', 'at'] },
})

/** How many messages a conversation has pinned. */
export const pinCount = counters('pin_count', { columns: { conv: 'int' } })

/** Pairs beside messages, by name and by the number of their last change. */
export const extensions = table<Extension>('extensions', {
  columns: { conv: 'int', seq: 'int', name: 'text', number: 'int' },
  key: ['conv', 'seq', 'name'],
  indexes: { number: ['conv', 'seq', 'number'] },
})

/** What holds for all pairs of a message. */
export const extensionState = table<ExtensionState>('extension_state', {
  columns: { conv: 'int', seq: 'int' },
  key: ['conv', 'seq'],
})

/** The tables of what happens to messages after they were sent. */
export const messageActionTables = [reads, readCount, reactions, pins, pinCount, extensions, extensionState] as Table[]
