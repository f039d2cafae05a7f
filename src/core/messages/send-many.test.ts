import { afterEach, beforeEach, expect, test } from 'vitest'
import { startNode, type TestNode } from '../../../tests/support/core.ts'
import type { MessageDraft } from './draft.ts'

let node: TestNode

beforeEach(async () => {
  node = startNode()
  await node.users('anna', 'ben')
})
afterEach(() => node.stop())

test('[US6] a banned user sends to nobody, unless the caller does not ask for that', async () => {
  await node.core.users.ban(node.call, 'anna', true, { now: false })
  const told = node.told.length
  const draft: MessageDraft = { from: 'anna', parts: [{ type: 'text', text: 't' }] }
  for (const delivery of ['stored', 'passing'] as const)
    await expect(node.core.send.toUsers(node.call, ['ben'], { ...draft, delivery })).rejects.toMatchObject({
      reason: 'user.banned',
    })
  expect(await node.core.directs.find(node.call.app.id, 'anna', 'ben')).toBeUndefined()
  expect(node.told).toHaveLength(told)
  const [sent] = await node.core.send.toUsers(node.call, ['ben'], { ...draft, checks: { mute: false } })
  expect(sent).toMatchObject({ seq: 1 })
})
