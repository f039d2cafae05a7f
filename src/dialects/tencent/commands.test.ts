import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { allCommands, bodyLimitOf, isCommand, rateOf } from './commands.ts'
import { tencent } from './tencent.ts'

interface Listed {
  id: string
  path: string
  limits?: { qps?: number; bodyKB?: number }
}

const folder = new URL('../../../catalog/tencent-im/', import.meta.url)
const catalog: Listed[] = readdirSync(folder)
  .filter(name => name.endsWith('.json'))
  .flatMap(name => JSON.parse(readFileSync(new URL(name, folder), 'utf8')).operations ?? [])

test('[TE3] the commands are those of the catalogue, under their paths', () => {
  expect(allCommands().sort()).toEqual(catalog.map(each => each.id).sort())
  expect(catalog.map(each => each.path)).toEqual(catalog.map(each => `/v4/${each.id}`))
  expect(isCommand('openim/sendmsg')).toBe(true)
  expect(isCommand('openim/sendmsgs')).toBe(false)
})

test('[TE20] rates are those of the catalogue, 200 a second where it has none', () => {
  for (const { id, limits } of catalog) expect([id, rateOf(id)]).toEqual([id, limits?.qps ?? 200])
})

test('[TE6] body limits are those of the catalogue', () => {
  for (const { id, limits } of catalog)
    expect([id, bodyLimitOf(id)]).toEqual([id, limits?.bodyKB ? limits.bodyKB * 1024 : undefined])
})

test('[TE3] every operation is a command of the catalogue', () => {
  expect([...tencent.operations.keys()].filter(key => !isCommand(key))).toEqual([])
})
