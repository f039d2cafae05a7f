/** The forms of what devices get: each says what a field holds, and is what pages and tests are made from. */
export * from './groups.ts'
export * from './messages.ts'
export * from './own.ts'
export * from './people.ts'
export * from './plain.ts'
export * from './sync.ts'
