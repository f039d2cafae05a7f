import { expect, test } from 'vitest'
import { mergeTexts } from './texts.ts'

test('named texts are written one by one, and an empty one goes', () => {
  expect(mergeTexts(undefined, { a: '1' })).toEqual({ a: '1' })
  expect(mergeTexts({ a: '1', b: '2' }, { b: '', c: '3' })).toEqual({ a: '1', c: '3' })
  expect(mergeTexts({ a: '1' }, { a: '' })).toBeUndefined()
  expect(mergeTexts(undefined, {})).toBeUndefined()
})

test('a name that objects have of themselves is a name like any other', () => {
  const written = JSON.parse('{"__proto__":"x"}')
  expect(Object.entries(mergeTexts({ a: '1' }, written) ?? {})).toEqual([
    ['a', '1'],
    ['__proto__', 'x'],
  ])
})
