import { expect, test } from 'vitest'
import { failureText } from './failure.ts'

test('a failure is one line, with its code once', () => {
  expect(failureText(Object.assign(new Error('connect ECONNREFUSED ::1'), { code: 'ECONNREFUSED' }))).toBe(
    'connect ECONNREFUSED ::1',
  )
  expect(failureText(Object.assign(new Error('gone'), { code: 'EPIPE' }))).toBe('EPIPE: gone')
  expect(failureText(new AggregateError([new Error('one'), new Error('two')]))).toBe('one; two')
  expect(failureText('words')).toBe('words')
})
