import { expect, test } from 'vitest'
import { checkSpec } from './spec.ts'

const pages = (text: string) => new Map([['docs/SPEC.md', text]])
const tests = (...ids: string[]) => new Map(ids.map(id => [id, 'a.test.ts']))

test('every rule with a test, every test with a rule', () => {
  expect(checkSpec(pages('- [MS1] one\n- **[MS2]** two\n[MS3] three'), tests('MS1', 'MS2', 'MS3'))).toEqual([])
})

test('a rule without a test', () => {
  expect(checkSpec(pages('- [MS1] one\n- [MS2] two, unlike [MS1]'), tests('MS1'))).toEqual([
    'docs/SPEC.md: [MS2] has no test',
  ])
})

test('a test for a rule that only another rule mentions', () => {
  expect(checkSpec(pages('- [MS1] one, unlike [MS2]'), tests('MS1', 'MS2'))).toEqual([
    'a.test.ts: [MS2] is no rule of the specification',
  ])
})

test('a rule written twice', () => {
  expect(checkSpec(pages('- [MS1] one\n- [MS1] another'), tests('MS1'))).toHaveLength(1)
})
