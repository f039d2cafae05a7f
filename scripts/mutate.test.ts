import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Fixture } from '../tests/support/fixtures.ts'
import { parseFixture } from '../tests/support/fixtures.ts'
import { isNoticed, type Work } from './mutate.ts'
import { runningDialects } from './proofs.ts'
import { openStage, rehearse } from './rehearsal.ts'

const key = 'user/updateUinfo.action'

/** Steps that show the effect of a name, the refusal of a wrong gender, and nothing of an icon. */
const scenarios = parseFixture(
  JSON.stringify({
    scenarios: [
      {
        name: 'a card',
        proves: [key],
        steps: [
          { call: 'user/create.action', send: { accid: 'ann' }, expect: { $has: { code: 200 } } },
          { call: key, send: { accid: 'ann', gender: '9' }, expect: { $has: { code: 414 } } },
          { call: key, send: { accid: 'ann', name: 'Ann', icon: 'i' }, expect: { code: 200 } },
          {
            call: 'user/getUinfos.action',
            send: { accids: '["ann"]' },
            expect: { $has: { uinfos: [{ $has: { name: 'Ann' } }] } },
          },
        ],
      },
      { name: 'broken', steps: [{ call: key, send: { accid: 'ann' }, expect: { never: true } }] },
    ],
  }),
)

let work: Work
beforeAll(async () => {
  const dialect = (await runningDialects(['netease'])).get('netease')
  if (!dialect) throw new Error('there is no netease')
  const fixture: Fixture = { dialect: 'netease', area: 'made-up', path: 'made-up', scenarios }
  const all = scenarios.map(scenario => ({ fixture, scenario }))
  const stage = openStage()
  const rehearsed = await rehearse(stage, dialect, all)
  work = {
    dialect,
    stage,
    rehearsed,
    plays: all.filter(play => !rehearsed.broken.includes(play)),
    named: async () => true,
  }
})
afterAll(() => work.stage.close())

test('scenarios that fail anyway are set aside', () => {
  expect(work.rehearsed.broken.map(play => play.scenario.name)).toEqual(['broken'])
})

test('a mutant that changes nothing is not noticed', async () => {
  expect(await isNoticed(work, { key, kind: 'field', path: 'nowhere' })).toBe(false)
})

test('a field whose effect is seen is missed', async () => {
  expect(await isNoticed(work, { key, kind: 'field', path: 'name' })).toBe(true)
})

test('a field whose effect nobody looks at is not missed, nor one that is only refused', async () => {
  expect(await isNoticed(work, { key, kind: 'field', path: 'icon' })).toBe(false)
  expect(await isNoticed(work, { key, kind: 'field', path: 'gender' })).toBe(false)
})

test('an answer without an act is noticed', async () => {
  expect(await isNoticed(work, { key, kind: 'reply', answer: {} })).toBe(true)
})

test('the true operation is back in its place afterwards', () => {
  const shape = work.dialect.operations.get(key)?.request
  expect(shape?.safeParse({ accid: 'ann', gender: '9' }).success).toBe(false)
  expect(shape?.safeParse({ accid: 'ann', gender: '1' }).data).toMatchObject({ accid: 'ann' })
})
