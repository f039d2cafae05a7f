import { expect, test } from 'vitest'
import { type Catalogue, readCatalogues } from './catalogue.ts'
import { cover, renderCoverage } from './coverage.ts'
import { excuseFor, unusedReasons } from './mutations.ts'
import { marks } from './proofs.ts'

const entry = (id: string, area: string) =>
  ({ id, area, title: id, request: [], response: [], errors: [], semantics: [], confidence: 'doc' }) as never

const catalogue: Catalogue = {
  name: 'acme-im',
  dialect: 'acme',
  operations: [entry('a/one', 'a'), entry('a/two', 'a'), entry('b/one', 'b')],
  callbacks: ['Said', 'Left'],
}

const dialect = {
  operations: new Map([
    ['a/one', {} as never],
    ['a/two', {} as never],
    ['not/in/catalogue', {} as never],
  ]),
  callbacks: new Map([['Said', {}]]),
}

test('implemented is what the dialect registers, tested what is proven besides', () => {
  const proven = new Set(['acme a/one', 'acme b/one', 'acme Said', 'other a/two'])
  expect(cover(catalogue, dialect, proven)).toEqual({
    total: 3,
    implemented: 2,
    tested: 1,
    byArea: { a: { total: 2, implemented: 2, tested: 1 }, b: { total: 1, implemented: 0, tested: 0 } },
    callbacks: { total: 2, built: 1, fired: 1 },
  })
})

test('a missing dialect counts nothing', () => {
  const none = cover(catalogue, undefined, new Set(['acme a/one', 'acme Said']))
  expect(none).toMatchObject({ total: 3, implemented: 0, tested: 0, callbacks: { total: 2, built: 0, fired: 0 } })
})

test('the page lists what is done and what is not', () => {
  const text = renderCoverage([catalogue], new Map([['acme', dialect as never]]), new Set(['acme a/one']), {
    acme: {
      mutations: 9,
      killed: 7,
      survivors: [{ mutation: 'x' }, { mutation: 'y', reason: 'because' }],
      unread: ['x: y'],
    },
  })
  expect(text).toContain('| acme-im | 3 | 2 | 1 | 2 | 1 | 0 |')
  expect(text).toContain('  - done: `a/one`\n  - done, no proof yet: `a/two`\n- **b**\n  - not yet: `b/one`')
  expect(text).toContain('| acme | 9 | 7 | 1 | 1 | 1 |')
})

test('the catalogues have as many operations and callbacks as their README says', () => {
  const sizes = readCatalogues().map(each => [each.name, each.operations.length, each.callbacks.length])
  expect(sizes).toEqual([
    ['tencent-im', 158, 54],
    ['netease-im', 230 + 135, 37 + 22],
    ['volcengine-im', 57, 2],
    ['volcengine-rtc', 172, 21],
  ])
})

test('marks stand in strings, not in comments', () => {
  const source = [
    "test('[MS4] a recalled message keeps its number', () => {",
    '// [MS5] not this',
    ' * [MS6] nor this',
    '  test.each(all)(`[tencent openim/sendmsg] and [ST12] %s`, x => list[0])',
    'const odd = list[MS7]',
  ].join('\n')
  expect(marks(source)).toEqual(['MS4', 'tencent openim/sendmsg', 'ST12'])
})

test('a reason excuses the mutations that its pattern names', () => {
  const reasons = { 'acme * without Offline*': 'no push', 'acme a/b(1).action without x': 'y', 'other *': 'z' }
  expect(excuseFor('acme a/b without OfflinePushInfo.Desc', reasons)).toBe('no push')
  expect(excuseFor('acme a/b without Desc', reasons)).toBeUndefined()
  expect(excuseFor('acme a/b(1).action without x', reasons)).toBe('y')
  const result = { mutations: 1, killed: 0, survivors: [{ mutation: 'acme a/b without Offline' }], unread: [] }
  expect(unusedReasons('acme', result, reasons)).toEqual(['acme a/b(1).action without x'])
})
