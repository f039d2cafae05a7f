import { expect, test } from 'vitest'
import { type AskedOfMember, leastMemberBytes, memberOf } from './group-shapes.ts'

const now = Date.UTC(2026, 0, 1)
const numbers = { conv: 1, app: 1, hidden: 0, readSeq: 9, readCounted: 0, readSent: 0, lastSent: now }
const group = { policy: { counted: true } }

test.each<[AskedOfMember, number]>([
  [{ now }, 130],
  [{ now, fields: new Set(), keys: new Set() }, 20],
  [{ now, fields: new Set(['Role', 'constructor']), keys: new Set(['k']) }, 35],
])(
  '[TE23] no member takes less of a reply than the bytes by which a group is too large for it (%#)',
  (asked, atLeast) => {
    const least = leastMemberBytes(asked)
    for (const rank of [0, 1, 2] as const)
      for (const notify of ['all', 'silent', 'none'] as const) {
        const member = { user: 'a', rank, joined: now, notify, custom: { k: 'v' }, ...numbers }
        expect(`${JSON.stringify(memberOf(group, member, asked))},`.length).toBeGreaterThan(least)
      }
    expect(least).toBeGreaterThan(atLeast)
  },
)
