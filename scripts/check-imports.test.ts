import { describe, expect, test } from 'vitest'
import { checkImports, report, sources } from './check-imports.ts'

/** Findings for one file that imports another. */
function from(file: string, target: string): string[] {
  return report(checkImports(new Map([[file, `import { x } from '${target}'\n`]])))
}

describe('allowed', () => {
  test.each([
    ['src/main.ts', './dialects/tencent/tencent.ts'],
    ['src/main.ts', './storage/sqlite/sqlite.ts'],
    ['src/start.ts', './bus/local.ts'],
    ['src/http/listen.ts', '../dialects/dialect.ts'],
    ['src/http/listen.ts', '../core/core.ts'],
    ['src/gateway/session.ts', '../lib/json.ts'],
    ['src/webhooks/deliver.ts', '../core/events.ts'],
    ['src/dialects/dialect.ts', '../core/core.ts'],
    ['src/dialects/tencent/account.ts', '../dialect.ts'],
    ['src/dialects/tencent/account.ts', './shapes.ts'],
    ['src/dialects/tencent/callbacks/group.ts', '../shapes.ts'],
    ['src/dialects/tencent/auth.ts', '../../lib/json.ts'],
    ['src/core/groups/groups.ts', '../../storage/store.ts'],
    ['src/core/core.ts', '../bus/bus.ts'],
    ['src/storage/sqlite/sqlite.ts', '../store.ts'],
    ['src/storage/memory.ts', './sorted.ts'],
    ['src/bus/nats.ts', './bus.ts'],
    ['src/core/groups/groups.test.ts', '../../storage/memory.ts'],
    ['src/core/core.ts', 'node:crypto'],
    ['client/src/session.ts', './frames.ts'],
  ])('%s → %s', (file, target) => {
    expect(from(file, target)).toEqual([])
  })
})

describe('refused', () => {
  test.each([
    ['src/core/core.ts', '../dialects/dialect.ts'],
    ['src/core/core.ts', '../http/listen.ts'],
    ['src/core/core.ts', '../storage/memory.ts'],
    ['src/core/core.ts', '../bus/local.ts'],
    ['src/core/core.ts', '../config.ts'],
    ['src/config.ts', './start.ts'],
    ['src/http/listen.ts', '../start.ts'],
    ['src/dialects/tencent/group.ts', '../netease/shapes.ts'],
    ['src/dialects/tencent/group.ts', '../../storage/store.ts'],
    ['src/dialects/tencent/group.ts', '../../bus/bus.ts'],
    ['src/dialects/tencent/group.ts', '../../http/listen.ts'],
    ['src/dialects/dialect.ts', './tencent/tencent.ts'],
    ['src/http/listen.ts', '../dialects/tencent/tencent.ts'],
    ['src/http/listen.ts', '../storage/store.ts'],
    ['src/gateway/sockets.ts', '../http/listen.ts'],
    ['src/gateway/sockets.ts', '../webhooks/deliver.ts'],
    ['src/storage/memory.ts', '../core/tables.ts'],
    ['src/storage/sqlite/sqlite.ts', '../postgres/postgres.ts'],
    ['src/bus/local.ts', '../storage/store.ts'],
    ['src/lib/queue.ts', '../core/core.ts'],
    ['src/attic/old.ts', '../core/core.ts'],
    ['client/src/session.ts', '../../src/core/model.ts'],
  ])('%s → %s', (file, target) => {
    expect(from(file, target)).toHaveLength(1)
    expect(from(file, target)[0]).toContain(`${file}:1: `)
  })

  test.each([
    ["import type { A } from '../dialects/dialect.ts'"],
    ["import '../dialects/dialect.ts'"],
    ["export * from '../dialects/dialect.ts'"],
    ["export type { A } from '../dialects/dialect.ts'"],
    ["const a = await import('../dialects/dialect.ts')"],
    ["import {\n  a,\n  type B,\n} from '../dialects/dialect.ts'"],
    ["import d, * as all from '../dialects/dialect.ts'"],
  ])('in the form %s', text => {
    const [found] = checkImports(new Map([['src/core/x.ts', `\n${text}\n`]]))
    expect(found?.line).toBe(1 + text.split('\n').length)
  })

  test('text that only looks like an import is none', () => {
    const text = "export const a = './b.ts'\n// import { x } from '../http/listen.ts'\n"
    expect(checkImports(new Map([['src/core/x.ts', text]]))).toEqual([])
  })
})

describe('circles', () => {
  const tree = (edges: Record<string, string>) =>
    new Map(Object.entries(edges).map(([file, to]) => [`src/core/${file}`, `import '${to}'`]))

  test('a circle is found once, with its way', () => {
    const found = report(checkImports(tree({ 'a.ts': './b.ts', 'b.ts': './deep/c.ts', 'deep/c.ts': '../a.ts' })))
    expect(found).toEqual([
      'src/core/deep/c.ts:1: imports go in a circle: src/core/a.ts → src/core/b.ts → src/core/deep/c.ts → src/core/a.ts',
    ])
  })

  test('two ways to one file are no circle', () => {
    const files = tree({ 'b.ts': './d.ts', 'c.ts': './d.ts' })
    files.set('src/core/a.ts', "import './b.ts'\nimport './c.ts'")
    expect(checkImports(files)).toEqual([])
  })
})

test('this repository is read', () => {
  expect(sources().has('src/dialects/dialect.ts')).toBe(true)
})
