import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { actionsOf } from '../../../tests/support/volcengine-catalogue.ts'
import { errors, numberOf, statusOf } from './errors.ts'
import { rates } from './rates.ts'
import { volcengine } from './volcengine.ts'

const read = (area: string) =>
  JSON.parse(readFileSync(new URL(`../../../catalog/volcengine-im/${area}.json`, import.meta.url), 'utf8'))

const documented: { code: string; codeN?: number; http?: number }[] = read('errors').gateway.codes

test('[VO10] the codes of the gateway have the CodeN and the status of the catalogue', () => {
  expect(documented).toHaveLength(18)
  for (const { code, codeN, http } of documented) {
    expect(numberOf(code), code).toBe(codeN ?? 0)
    if (http !== undefined) expect(statusOf(code), code).toBe(http)
  }
})

test('[VO10] every reason has a code of the gateway or one of the form Class.Reason, with a status of its class', () => {
  const gateway = new Set([...documented.map(each => each.code), 'AccountFlowLimitExceeded'])
  const statuses: Record<string, number> = {
    InvalidParameter: 400,
    OperationDenied: 403,
    NotFound: 404,
    InternalError: 500,
  }
  for (const code of new Set(Object.values(errors))) {
    if (gateway.has(code)) continue
    const [kind = '', reason, ...rest] = code.split('.')
    expect(reason, code).toMatch(/^[A-Z][A-Za-z]+$/)
    expect(rest, code).toEqual([])
    expect(statusOf(code), code).toBe(statuses[kind])
    expect(numberOf(code), code).toBe(0)
  }
  expect(statusOf('AccountFlowLimitExceeded')).toBe(429)
  expect(statusOf('constructor')).toBe(500)
})

test('[VO12] the rates are those of the catalogue', () => {
  const areas = [...actionsOf.keys()]
  const operations: { id: string; limits: { qps?: number; perDay?: number } }[] = areas.flatMap(
    area => read(area).operations,
  )
  const offered = operations.filter(operation => volcengine.operations.has(operation.id))
  expect(offered).toHaveLength(volcengine.operations.size)
  for (const { id, limits } of offered) {
    const { qps, perDay } = limits
    const daily = perDay === undefined ? undefined : { calls: perDay, seconds: 86_400 }
    expect(rates.get(id), id).toEqual(qps === undefined ? daily : { calls: qps, seconds: 1 })
  }
})
