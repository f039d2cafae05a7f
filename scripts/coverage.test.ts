import { expect, test } from 'vitest'
import { type Catalogue, readCatalogues } from './catalogue.ts'
import { type Counted, cover, renderCoverage, strayCallbacks } from './coverage.ts'
import { excuseFor, unusedReasons } from './mutations.ts'
import { marks, type Proofs, runningDialects } from './proofs.ts'

const entry = (id: string, area: string) =>
  ({ id, area, title: id, request: [], response: [], errors: [], semantics: [], confidence: 'doc' }) as never

const catalogue: Catalogue = {
  name: 'acme-im',
  dialect: 'acme',
  operations: [entry('a/one', 'a'), entry('a/two', 'a'), entry('b/one', 'b')],
  callbacks: ['callback/Said', 'callback/Left', 'copy/1', 'callback/Saying'],
}

const dialect: Counted = {
  operations: new Map([
    ['a/one', {} as never],
    ['a/two', {} as never],
    ['not/in/catalogue', {} as never],
  ]),
  callbacks: [
    // One id may stand for several points or events.
    {
      asked: [{ id: 'callback/Saying', assumed: true }, { id: 'callback/Saying' }],
      told: [{ id: 'callback/Said' }],
    } as never,
    { asked: [], told: [{ id: 'copy/1', assumed: true }] } as never,
  ],
}

const proving = (tested: string[], fired: string[] = []): Proofs => ({
  tested: new Set(tested),
  fired: new Set(fired),
})

test('implemented is what the dialect registers, tested what is proven besides', () => {
  const proven = proving(['acme a/one', 'acme b/one', 'other a/two'], ['acme a/two'])
  expect(cover(catalogue, dialect, proven)).toMatchObject({
    total: 3,
    implemented: 2,
    tested: 1,
    byArea: { a: { total: 2, implemented: 2, tested: 1 }, b: { total: 1, implemented: 0, tested: 0 } },
  })
})

test('built is what the dialect asks or tells, fired what a test receives besides', () => {
  const fired = ['acme callback/Said', 'acme copy/1', 'acme callback/Left', 'other callback/Saying']
  const proven = proving(['acme callback/Saying'], fired)
  expect(cover(catalogue, dialect, proven).callbacks).toEqual({ total: 4, built: 3, fired: 2, assumed: 2 })
})

test('a missing dialect counts nothing', () => {
  const none = cover(catalogue, undefined, proving(['acme a/one'], ['acme callback/Said']))
  const callbacks = { total: 4, built: 0, fired: 0, assumed: 0 }
  expect(none).toMatchObject({ total: 3, implemented: 0, tested: 0, callbacks })
})

test('the page lists what is done and what is not', () => {
  const proven = proving(['acme a/one'], ['acme callback/Said', 'acme callback/Saying'])
  const text = renderCoverage([catalogue], new Map([['acme', dialect]]), proven, {
    acme: {
      mutations: 9,
      killed: 7,
      survivors: [{ mutation: 'x' }, { mutation: 'y', reason: 'because' }],
      unread: ['x: y'],
    },
  })
  expect(text).toContain('| acme-im | 3 | 2 | 1 | 4 | 3 | 2 | 2 |')
  expect(text).toContain('  - done: `a/one`\n  - done, no proof yet: `a/two`\n- **b**\n  - not yet: `b/one`')
  expect(text).toContain('| acme | 9 | 7 | 1 | 1 | 1 |')
  expect(text.slice(text.indexOf('### Callbacks'))).toBe(`### Callbacks

- fired: \`callback/Said\`, \`callback/Saying\`†
- built, no test receives it: \`copy/1\`†
- not built: \`callback/Left\`
`)
})

test('a catalogue without callbacks has no list of them', () => {
  const text = renderCoverage([{ ...catalogue, callbacks: [] }], new Map(), proving([]), {})
  expect(text).not.toContain('### Callbacks')
  expect(text.endsWith('  - not yet: `b/one`\n')).toBe(true)
})

test('what a dialect builds must be in one of its catalogues', () => {
  const other = { ...catalogue, name: 'acme-rtc', callbacks: ['callback/Saying'] }
  const less = { ...catalogue, callbacks: ['callback/Said'] }
  const dialects = new Map([['acme', dialect]])
  expect(strayCallbacks([less, other], dialects)).toEqual(['acme copy/1'])
  expect(strayCallbacks([less], dialects)).toEqual(['acme callback/Saying', 'acme copy/1'])
  expect(strayCallbacks([catalogue], dialects)).toEqual([])
})

test('the dialects build no callback that the catalogues do not have', async () => {
  const catalogues = readCatalogues()
  const dialects = await runningDialects(catalogues.map(each => each.dialect))
  expect(strayCallbacks(catalogues, dialects)).toEqual([])
})

test('ids of operations and callbacks are distinct, and can stand in a mark', () => {
  for (const { name, operations, callbacks } of readCatalogues()) {
    const ids = [...operations.map(each => each.id), ...callbacks]
    expect(new Set(ids).size, name).toBe(ids.length)
    expect(
      callbacks.filter(id => /[\s[\]]/.test(id)),
      name,
    ).toEqual([])
  }
})

test('callbacks are called by their command, their number or their event', () => {
  const first = Object.fromEntries(readCatalogues().map(each => [each.name, each.callbacks]))
  expect(first['tencent-im']).toContain('C2C.CallbackAfterSendMsg')
  expect(first['netease-im']).toEqual(expect.arrayContaining(['callback/1', 'callback/40', 'copy/1', 'copy/84']))
  expect(first['volcengine-im']).toEqual(['callback/BeforeSendMessage', 'callback/SendMessage'])
  expect(first['volcengine-rtc']).toContain('callback/RoomCreate')
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
