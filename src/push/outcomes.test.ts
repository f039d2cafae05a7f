import { expect, test } from 'vitest'
import { later, refused, waitOf } from './outcomes.ts'

test('a Retry-After is a number of seconds, a date, or nothing', () => {
  const now = Date.parse('Wed, 21 Oct 2026 07:28:00 GMT')
  expect(waitOf('120', now)).toBe(120_000)
  expect(waitOf(' 0 ', now)).toBe(0)
  expect(waitOf('Wed, 21 Oct 2026 07:29:30 GMT', now)).toBe(90_000)
  expect(waitOf('Wed, 21 Oct 2026 07:00:00 GMT', now)).toBe(0)
  for (const nothing of [undefined, '', 'soon', '-5x']) expect(waitOf(nothing, now)).toBeUndefined()
})

test('a wait has an end and a reason a length', () => {
  expect(later('x', 10 ** 9)).toEqual({ result: 'later', after: 3_600_000, why: 'x' })
  const why = (refused('y'.repeat(1000)) as { why: string }).why
  expect(why).toBe(`${'y'.repeat(299)}…`)
})
