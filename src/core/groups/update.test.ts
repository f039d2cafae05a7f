import { afterEach, beforeEach, expect, test } from 'vitest'
import { startNode, type TestNode } from '../../../tests/support/core.ts'

let node: TestNode

beforeEach(async () => {
  node = startNode()
  await node.users('anna', 'ben', 'cleo')
})
afterEach(() => node.stop())

test('[GR5] a change without any field leaves no trace, for the app and for users', async () => {
  const group = await node.group('anna', ['ben'])
  const told = node.told.length
  for (const call of [node.call, node.by('anna')])
    expect(await node.core.groups.update(call, group.id, { name: undefined }, { join: undefined })).toEqual(group)
  expect(await node.core.groups.get(node.call.app.id, group.id)).toEqual(group)
  expect(node.told).toHaveLength(told)
})

test('[GR6] who may not change a group may not change nothing of it either', async () => {
  const group = await node.group('anna', ['ben'])
  const { update } = node.core.groups
  await expect(update(node.by('ben'), group.id, {})).rejects.toMatchObject({ reason: 'group.role' })
  await expect(update(node.by('cleo'), group.id, {})).rejects.toMatchObject({ reason: 'member.missing' })
  await expect(update(node.call, group.id + 1, {})).rejects.toMatchObject({ reason: 'group.missing' })
})
