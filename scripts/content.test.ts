import { expect, test } from 'vitest'
import { rows } from '../tests/content/cells.ts'
import { compact, renderContent } from './content.ts'

test('what fits stands on one line, the rest is broken where it must', () => {
  expect(compact({ a: [1, 'b'], c: {}, d: [] })).toBe('{ "a": [1, "b"], "c": {}, "d": [] }')
  const value = { a: { b: 1, c: 2 }, d: 'text' }
  expect(compact(value, '', 30)).toBe('{\n  "a": { "b": 1, "c": 2 },\n  "d": "text"\n}')
  expect(compact(value, '', 15)).toBe('{\n  "a": {\n    "b": 1,\n    "c": 2\n  },\n  "d": "text"\n}')
  expect(JSON.parse(compact([{ long: 'x'.repeat(200) }, null, true]))).toEqual([{ long: 'x'.repeat(200) }, null, true])
})

test('every row stands on the page once', () => {
  const text = renderContent()
  for (const row of rows)
    if (row.by !== 'native') expect(text.split(`writes ${row.name}</summary>`).length, row.name).toBe(2)
})

test('the blocks of the page are JSON', () => {
  const blocks = [...renderContent().matchAll(/```json\n(.*?)\n```/gs)].map(([, json]) => json as string)
  expect(blocks.length).toBeGreaterThan(200)
  for (const json of blocks) JSON.parse(json)
})
