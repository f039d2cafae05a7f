import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { App } from '../../src/core/apps/model.ts'
import { describeFailure, loadFixtures, parseFixture, runScenario, type Send, titleOf } from './fixtures.ts'
import { type TestServer, testApp } from './server.ts'

const step = { call: 'a/b', expect: { ok: true } }
const text = (scenario: object) => JSON.stringify({ scenarios: [{ name: 'it works', steps: [step], ...scenario }] })

test('a step has its defaults', () => {
  expect(parseFixture(text({}))[0]?.steps[0]).toEqual({ ...step, send: {}, status: 200 })
})

test('errors name the scenario and the place', () => {
  expect(() => parseFixture(text({ steps: [{ call: 'a/b', expect: {}, sned: {} }] }))).toThrow(
    'scenario "it works": steps.0: Unrecognized key: "sned"',
  )
  expect(() => parseFixture(text({ steps: [{ call: 'a/b' }] }))).toThrow('proves nothing')
  expect(() => parseFixture(text({ steps: [] }))).toThrow('scenario "it works": steps')
  expect(() => parseFixture('{"scenarios":[')).toThrow(SyntaxError)
})

test('a scenario proves only what it calls', () => {
  expect(() => parseFixture(text({ proves: ['a/c'] }))).toThrow('proves a/c but never calls it')
  expect(parseFixture(text({ proves: ['a/b'] }))[0]?.proves).toEqual(['a/b'])
})

test('two scenarios of a file cannot have one name', () => {
  const one = { name: 'twin', steps: [step] }
  expect(() => parseFixture(JSON.stringify({ scenarios: [one, one] }))).toThrow('two scenarios are named "twin"')
})

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'magpie-fixtures-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

test('a broken file spoils only itself', () => {
  mkdirSync(join(folder, 'tencent'))
  mkdirSync(join(folder, 'klingon'))
  writeFileSync(join(folder, 'tencent', 'bad.json'), '{')
  writeFileSync(join(folder, 'tencent', 'good.json'), text({ proves: ['a/b'] }))
  writeFileSync(join(folder, 'klingon', 'odd.json'), text({}))
  const [odd, bad, good] = loadFixtures(folder)
  expect(odd?.broken).toContain('"klingon" is no dialect')
  expect(bad?.broken).toContain('tests/conformance/tencent/bad.json')
  expect(good?.broken).toBeUndefined()
  expect(good && titleOf(good, good.scenarios[0] as never)).toBe('tencent good: it works [tencent a/b]')
})

const app: App = testApp(1, 0)
const noServer = undefined as unknown as TestServer

/** Runs steps against replies made up by the test. */
function run(steps: object[], send: Send, dialect: 'tencent' | 'netease' = 'tencent') {
  const one = parseFixture(text({ steps }))[0] as never
  return runScenario(noServer, app, { dialect }, one, async () => send)
}

test('kept values go from reply to request, as text to forms', async () => {
  const sent: unknown[] = []
  const send: Send = async (_server, _app, key, body) => {
    sent.push([key, body])
    return { status: 200, body: '{"id":731000000000000123}' }
  }
  const steps = [
    { call: 'make', expect: { id: { $save: 'id' } } },
    { call: 'read', send: { id: { $use: 'id' }, key: { $use: 'appKey' } }, expect: { id: { $use: 'id' } } },
  ]
  expect(await run(steps, send, 'netease')).toBeUndefined()
  expect(sent[1]).toEqual(['read', { id: '731000000000000123', key: app.netease?.appKey }])
  expect(await run(steps, send)).toBeUndefined()
  expect(JSON.stringify(sent[3])).toContain('{"id":731000000000000123,')
})

test('the first wrong reply ends the scenario and is described', async () => {
  let calls = 0
  const send: Send = async () => ({ status: 200, body: { ok: ++calls === 1 } })
  const failure = await run([step, step, step], send)
  expect(failure).toMatchObject({ step: 1, call: 'tencent a/b', path: 'ok', expected: 'true', actual: 'false' })
  expect(calls).toBe(2)
  const one = parseFixture(text({}))[0] as never
  expect(describeFailure({ path: 'x.json' }, one, failure as never)).toContain('x.json: scenario "it works", step 2')
})

test('another HTTP status is a failure', async () => {
  const send: Send = async () => ({ status: 500, body: { ok: true } })
  expect(await run([step], send)).toMatchObject({ path: 'HTTP status', expected: '200', actual: '500' })
  expect(await run([{ ...step, status: 500 }], send)).toBeUndefined()
})
