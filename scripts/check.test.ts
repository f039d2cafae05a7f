import { expect, test } from 'vitest'
import { checkLengths } from './check.ts'

test('a file may have as many lines as allowed, not one more', () => {
  const files = new Map([
    ['short.ts', 'a\nb\n'],
    ['open.ts', 'a\nb'],
    ['long.ts', 'a\nb\nc\n'],
  ])
  expect(checkLengths(files, 2)).toEqual(['long.ts: 3 lines, 2 are allowed'])
})
