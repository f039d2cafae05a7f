import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { stripTypeScriptTypes } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { z } from 'zod'
import { parseFixture } from '../tests/support/fixtures.ts'
import { type Entry, readCatalogues } from './catalogue.ts'
import { declarationOf, nameOfDeclaration } from './declaration.ts'
import { findEntry, newOperation } from './new-operation.ts'

const catalogues = readCatalogues()
const find = (dialect: string, id: string) => findEntry(catalogues, dialect, id)

/** What a declaration declares, when it is run. */
function run(entry: Entry): { key: string; request: z.ZodType } {
  const code = stripTypeScriptTypes(declarationOf(entry))
  return new Function('z', 'operation', 'Fault', `${code}; return ${nameOfDeclaration(entry.id)}`)(
    z,
    (declared: unknown) => declared,
    Error,
  )
}

test.each(catalogues.map(each => [each.name, each] as const))(
  '%s: every declaration is code that takes its example',
  (_name, each) => {
    for (const entry of each.operations) {
      const declared = run(entry)
      expect(declared.key).toBe(entry.id)
      if (!entry.example?.request) continue
      // A form's values are text, and the examples of the catalogue show what stands in it.
      const form = entry.path.startsWith('/nimserver/')
      const shown = Object.entries(entry.example.request).map(([name, value]) => [
        name,
        form && typeof value !== 'string' ? JSON.stringify(value) : value,
      ])
      const parsed = declared.request.safeParse(Object.fromEntries(shown))
      expect(parsed.error && `${entry.id}: ${z.prettifyError(parsed.error)}`).toBeUndefined()
    }
  },
)

test('an operation is found by its id or the last part of it', () => {
  expect(find('tencent', 'openim/sendmsg').entry.id).toBe('openim/sendmsg')
  expect(find('tencent', 'sendmsg').entry.id).toBe('openim/sendmsg')
  expect(find('volcengine', 'SendMessage').catalogue.name).toBe('volcengine-im')
  expect(() => find('tencent', 'nothing')).toThrow('has no "nothing"')
  expect(() => find('klingon', 'x')).toThrow('klingon')
  expect(() => find('netease', 'create.action')).toThrow('may be')
})

let base: string
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'magpie-new-'))
})
afterEach(() => rmSync(base, { recursive: true }))

const write = (id: string) => {
  const { catalogue, entry } = find('tencent', id)
  return newOperation(catalogue, entry, base)
}
const text = (path: string) => readFileSync(join(base, path), 'utf8')

test('new files hold a resource and a scenario, further operations are added to them', () => {
  const { source, fixture } = write('group_open_http_svc/create_group')
  expect(text(source)).toContain('const operation = resource()')
  expect(text(source)).toContain('export const group = [create_group]'.replace('create_group', 'createGroup'))
  expect(text(source)).toMatch(/\n {4}\/\/ .+\n {4}Type: z\.string\(\),/)
  expect(text(source)).toMatch(/\n {2}\/\/ 10\d{3}: /)
  write('group_open_http_svc/destroy_group')
  expect(text(source).match(/operation\(\{/g)).toHaveLength(2)
  expect(text(source).match(/^import/gm)).toHaveLength(3)
  const scenarios = parseFixture(text(fixture))
  expect(scenarios.map(each => each.proves)).toEqual([
    ['group_open_http_svc/create_group'],
    ['group_open_http_svc/destroy_group'],
  ])
  expect(scenarios[1]?.steps[0]?.expect).toEqual({ ActionStatus: 'OK', ErrorInfo: '', ErrorCode: 0 })
})

test('what stands in a fixture file stays as it was written', () => {
  const { fixture } = write('group_open_http_svc/create_group')
  const path = join(base, fixture)
  const mine = '{"scenarios":[{"name":"mine",   "steps":[{"call":"x","send":{"n":731000000000000123},"expect":{}}]}]}'
  writeFileSync(path, mine)
  write('group_open_http_svc/destroy_group')
  expect(text(fixture).startsWith(mine.slice(0, -2))).toBe(true)
  expect(parseFixture(text(fixture))).toHaveLength(2)
})

test('an operation is not declared twice', () => {
  write('openim/sendmsg')
  expect(() => write('openim/sendmsg')).toThrow('has openim/sendmsg already')
})
