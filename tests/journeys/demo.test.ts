import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { tableOf } from '../../scripts/demo.ts'
import { playStory } from '../../scripts/story.ts'

test('[XD1] a server killed while sends are under way loses nothing and doubles nothing, for devices and all vendors', {
  timeout: 60_000,
}, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'magpie-story-'))
  const told: string[] = []
  try {
    const messages = 60
    const outcome = await playStory({ messages, folder, tell: (who, text) => told.push(`${who}: ${text}`) })
    const { crash } = outcome
    expect(crash.acknowledged).toBeGreaterThanOrEqual(messages / 2)
    expect(crash.acknowledged).toBeLessThan(crash.sent)
    expect(crash.sent).toBeLessThan(messages)
    expect(outcome.repeats).toBeGreaterThan(0)
    const texts = Array.from({ length: messages }, (_, i) => `message ${i + 1}`).sort()
    for (const shown of [...Object.values(outcome.received), ...Object.values(outcome.histories)])
      expect([...shown].sort()).toEqual(texts)
    expect(Object.keys(outcome.received)).toEqual(['1002', '1003'])
    expect(outcome.received['1002']).toEqual(outcome.histories.volcengine)
    const table = Object.fromEntries(tableOf(outcome).map(line => [line.name, line.count]))
    expect(table).toEqual({
      sent: messages,
      acknowledged: messages,
      'received by 1002': messages,
      'received by 1003': messages,
      'history of Tencent': messages,
      'history of NetEase': messages,
      'history of Volcengine': messages,
      'histories agree': 'yes',
      lost: 0,
      doubled: 0,
    })
    expect(tableOf(outcome).every(line => line.good)).toBe(true)
    expect(told.filter(line => line.startsWith('crash: SIGKILL'))).toHaveLength(1)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})

test('[XD1] the table is bad when something is missing, double, or different', () => {
  const whole = {
    sent: 2,
    acknowledged: 2,
    repeats: 0,
    crash: { sent: 2, acknowledged: 1 },
    received: { '1002': ['a', 'b'] },
    histories: { tencent: ['a', 'b'], netease: ['a', 'b'], volcengine: ['a', 'b'] },
    lost: [],
    doubled: [],
    agree: true,
  }
  const bad = (change: object) =>
    tableOf({ ...whole, ...change })
      .filter(line => !line.good)
      .map(line => line.name)
  expect(bad({})).toEqual([])
  expect(bad({ received: { '1002': ['a'] }, lost: ['b'] })).toEqual(['received by 1002', 'lost'])
  expect(bad({ doubled: ['a'] })).toEqual(['doubled'])
  expect(bad({ agree: false })).toEqual(['histories agree'])
  expect(bad({ acknowledged: 1 })).toEqual(['acknowledged'])
})
