import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Notice, Part } from '../../src/core/messages/content.ts'
import { fullRows, kindOf, notices, rows, typesOf, unwritable } from './cells.ts'
import { cellOf, type Reader, readers, vendors } from './forms.ts'
import { losses } from './losses.ts'
import { closeStage, filled, makeTeam, openStage, read, type Stage, type Team, tell, timeOf, write } from './wire.ts'

let stage: Stage

beforeAll(async () => {
  stage = await openStage()
})

afterAll(() => closeStage(stage))

describe.each(rows.map(row => [`${row.by}: ${row.name}`, row] as const))('[TE60] [NE91] [VO32] %s', (_, row) => {
  beforeAll(() => write(stage, row))

  test.each(readers)('as %s shows it', async reader => {
    expect(await read(stage, reader)).toEqual(cellOf(row, reader))
  })
})

const told = notices.map(
  row => [row.what, row.call ? `${row.call.by} ${row.call.operation}` : 'the core', row] as const,
)

describe.each(told)('[TE61] [NE93] [VO33] notice %s by %s', (_what, _by, row) => {
  let team: Team
  let time: number

  beforeAll(async () => {
    team = await makeTeam(stage)
    await tell(stage, team, row)
    time = await timeOf(stage, team)
  })

  test.each(readers)('as %s shows it', async reader => {
    expect(await read(stage, reader, team)).toEqual(filled(cellOf(row, reader), { ...team, time }))
  })
})

describe.each(fullRows.map(row => [row.name, row] as const))('what goes over and comes back: %s', (_, row) => {
  test.each(vendors)('over %s', async vendor => {
    await write(stage, { by: vendor, wrote: cellOf(row, vendor) } as Parameters<typeof write>[1])
    expect(losses(row.wrote, await read(stage, 'native'))).toEqual(row.lost[vendor])
  })
})

describe('nothing is left out', () => {
  const allParts: Record<Part['type'], true> = {
    text: true,
    image: true,
    audio: true,
    video: true,
    file: true,
    location: true,
    face: true,
    custom: true,
    tip: true,
    link: true,
    merged: true,
    notice: true,
  }
  const allNotices: Record<Notice['what'], true> = {
    created: true,
    joined: true,
    invited: true,
    accepted: true,
    left: true,
    kicked: true,
    changed: true,
    owner: true,
    'manager.set': true,
    'manager.unset': true,
    muted: true,
    unmuted: true,
    dismissed: true,
  }

  test('every part has a full row, or is a notice, and every notice a row', () => {
    expect(new Set([...fullRows.map(kindOf), 'notice'])).toEqual(new Set([...Object.keys(allParts), 'several parts']))
    expect(new Set(notices.map(row => row.what))).toEqual(new Set(Object.keys(allNotices)))
  })

  test.each<[Reader, string, RegExp]>([
    ['tencent', 'tencent-im', /^\| (TIM\w+Elem)/gm],
    ['netease', 'netease-im', /^\| (\d+) \| [^|]+ \|/gm],
    ['volcengine', 'volcengine-im', /\b(100\d\d) [a-z]/g],
  ])('every type of the catalogue is written by %s, or nobody can write it', (vendor, catalogue, pattern) => {
    const model = readFileSync(new URL(`../../catalog/${catalogue}/model.md`, import.meta.url), 'utf8')
    const known = new Set([...model.matchAll(pattern)].map(([, type]) => type))
    const written = rows.filter(row => row.by === vendor).flatMap(row => typesOf(vendor, row.wrote as never))
    const said = vendor === 'netease' ? notices.flatMap(row => typesOf(vendor, row.shown.netease)) : []
    const never = unwritable.filter(each => each.by === vendor).map(each => each.type)
    expect(new Set([...written, ...said, ...never])).toEqual(known)
    expect(known.size).toBeGreaterThan(8)
  })

  test('names are unique among a writer’s rows, and each vendor has forms of the sender’s own', () => {
    const names = rows.map(row => `${row.by}: ${row.name}`)
    expect(new Set(names).size).toBe(names.length)
    for (const vendor of vendors)
      expect(names.filter(name => name.startsWith(`${vendor}: unusual`)).length).toBeGreaterThan(1)
  })
})
