import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { startNode } from '../../../tests/support/core.ts'
import { openSqlite } from '../../storage/sqlite/sqlite.ts'
import type { Store } from '../../storage/store.ts'
import { tables } from '../tables.ts'
import type { MessageDraft } from './send.ts'

const text = (from: string, more: Partial<MessageDraft> = {}): MessageDraft => ({
  from,
  parts: [{ type: 'text', text: 't' }],
  ...more,
})

describe('[LI1] a plain send writes at most three rows', () => {
  let folder: string
  let store: Store & { stats(): { rows: number } }
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'magpie-rows-'))
    store = await openSqlite({ folder, durability: 'full', tables })
  })
  afterEach(async () => {
    await store.close()
    rmSync(folder, { recursive: true })
  })

  test('one to one two with a client id, to a group two and three, however many members it has', async () => {
    const sqlite = startNode({ store })
    const members = Array.from({ length: 250 }, (_, i) => `u${i}`)
    await sqlite.users('anna', 'ben', ...members)
    const group = await sqlite.group('anna', members)
    await sqlite.core.send.toUser(sqlite.call, 'ben', text('anna'))
    const rows = async (send: () => Promise<unknown>) => {
      await sqlite.core.jobs.idle()
      const before = store.stats().rows
      await send()
      return store.stats().rows - before
    }
    const toUser = (more = {}) => rows(() => sqlite.core.send.toUser(sqlite.call, 'ben', text('anna', more)))
    const toGroup = (more = {}) => rows(() => sqlite.core.send.toGroup(sqlite.call, group.id, text('u1', more)))
    const client = { id: 'c', window: 1000 }
    expect([await toUser(), await toUser({ client }), await toUser({ client })]).toEqual([1, 2, 0])
    expect([await toGroup(), await toGroup({ client }), await toGroup({ client })]).toEqual([2, 3, 0])
    expect(await toGroup({ visibleTo: ['u2', 'u3'] })).toBe(4)
    await sqlite.stop()
  })
})
