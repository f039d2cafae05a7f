import { describe, expect, test } from 'vitest'
import { isQuiet, isZone } from './quiet.ts'

const at = (text: string) => Date.parse(`2026-07-01T${text}:00Z`)
const [morning, evening] = [7 * 60, 22 * 60]

describe('[PU87] hours at which somebody wants to be left alone', () => {
  test('go over midnight where they end before they begin', () => {
    const night = { from: evening, to: morning, zone: 'UTC' }
    const found = ['21:59', '22:00', '23:59', '00:00', '06:59', '07:00'].map(time => isQuiet(night, at(time)))
    expect(found).toEqual([false, true, true, true, true, false])
    const day = { from: morning, to: evening, zone: 'UTC' }
    expect(['06:59', '07:00', '21:59', '22:00'].map(time => isQuiet(day, at(time)))).toEqual([false, true, true, false])
  })

  test('are all day from one minute to the same, and none where there are none', () => {
    expect(['00:00', '12:34'].map(time => isQuiet({ from: 754, to: 754, zone: 'UTC' }, at(time)))).toEqual([true, true])
    expect(isQuiet(undefined, at('12:34'))).toBe(false)
  })

  test('are those of the place, also in summer', () => {
    const noon = { from: 12 * 60, to: 13 * 60, zone: 'Europe/Berlin' }
    expect(['09:59', '10:00', '11:00'].map(time => isQuiet(noon, at(time)))).toEqual([false, true, false])
    expect(isQuiet(noon, Date.parse('2026-01-01T11:30:00Z'))).toBe(true)
    expect(['Europe/Berlin', 'UTC', 'Mars/Crater', ''].map(isZone)).toEqual([true, true, false, false])
  })
})
