import { expect, test } from 'vitest'
import { patternOf } from './conformance.ts'
import type { Outcome } from './outcomes.ts'
import { missingPrograms, wronglySkipped } from './test.ts'

test('only programs that tests name are missed', () => {
  const texts = ["spawn('strace', [])", 'no wrk here', "launch('chromium')"]
  expect(missingPrograms(texts, () => false)).toEqual(['strace', 'chromium'])
  expect(missingPrograms(texts, name => name === 'strace')).toEqual(['chromium'])
  expect(missingPrograms(["spawnSync('go', ['build'])"], () => false)).toEqual(['go'])
})

test('a skipped test needs a reason, and in a full run one that no program would mend', () => {
  const outcomes: Outcome[] = [
    { name: 'a', status: 'passed' },
    { name: 'b', status: 'skipped' },
    { name: 'c', status: 'skipped', reason: 'memory keeps nothing' },
    { name: 'd', status: 'skipped', reason: 'needs root' },
  ]
  expect(wronglySkipped(outcomes, false)).toEqual(['"b" was skipped without a reason'])
  expect(wronglySkipped(outcomes, true)).toEqual(['"b" was skipped without a reason', '"d" needs root'])
})

test('a pattern takes the scenarios of its dialect and area alone', () => {
  const names = ['tests/x tencent group: a', 'tests/x tencent group-two: a', 'tests/x netease group: tencent']
  const taken = (pattern: string) => names.map(name => new RegExp(pattern).test(name))
  expect(taken(patternOf('tencent'))).toEqual([true, true, false])
  expect(taken(patternOf('tencent', 'group'))).toEqual([true, false, false])
})
