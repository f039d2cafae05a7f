import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { budgetOf, rateOf } from './rates.ts'

interface Catalogued {
  id: string
  path?: string
  limits?: { qps?: number; qpm?: number; perDay?: number; blockSeconds?: number; scope?: string }
}

const folder = new URL('../../../catalog/netease-im/', import.meta.url)
const operations = readdirSync(folder)
  .filter(name => name.endsWith('.json'))
  .flatMap(name => {
    const area = JSON.parse(readFileSync(new URL(name, folder), 'utf8')) as { operations?: Catalogued[] }
    return area.operations ?? []
  })
  .filter(each => each.path?.startsWith('/nimserver/'))

test('[NE12] every V1 operation has the rate and the block of the catalogue', () => {
  expect(operations.length).toBeGreaterThan(200)
  for (const { id, limits = {} } of operations) {
    const { qps, qpm, perDay, blockSeconds } = limits
    const seconds = perDay ? 86_400 : qpm ? 60 : 1
    expect({ id, ...rateOf(id) }).toEqual({
      id,
      calls: perDay ?? qpm ?? qps ?? 100,
      seconds,
      block: blockSeconds ?? 10,
    })
  }
})

test('[NE13] team management shares one budget, super team management another, everything else has its own', () => {
  for (const { id, limits = {} } of operations)
    expect(budgetOf(id)).toBe(limits.scope === undefined ? id : id.slice(0, id.indexOf('/')))
})
