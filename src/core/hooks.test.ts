import { afterEach, describe, expect, test } from 'vitest'
import { startNode, type TestNode } from '../../tests/support/core.ts'
import { Fault } from './errors.ts'
import { kinds } from './groups/kinds.ts'
import type { HookPoint } from './hooks.ts'

let node: TestNode
afterEach(() => node.stop())

/** A node whose app answers at one point, and whose questions are kept. */
function asking(at: HookPoint, answer: (draft: never) => unknown) {
  const asked: { point: HookPoint; draft: unknown }[] = []
  node = startNode({
    async ask(point, _call, draft) {
      asked.push({ point, draft })
      return (point === at ? answer(draft as never) : draft) as typeof draft
    },
  })
  return asked
}

describe('what the app wants otherwise', () => {
  test('a new group gets the name, texts and policy of the answer', async () => {
    asking('group.create', (draft: object & { policy: object }) => ({
      ...draft,
      name: 'better',
      policy: { ...draft.policy, join: 'closed', maxMembers: 3 },
      fields: { notice: 'n', avatar: 'b' },
    }))
    await node.users('ann', 'ben', 'cat', 'dan')
    const group = await node.group('ann', ['ben'], { kind: 'team', fields: { avatar: 'a', description: 'd' } })
    expect(group).toMatchObject({ name: 'better', notice: 'n', avatar: 'b', description: 'd' })
    expect(group.policy).toEqual({ ...kinds.team.policy, join: 'closed', maxMembers: 3 })
    const full = node.group('ann', ['ben', 'cat', 'dan'], { kind: 'team' })
    await expect(full).rejects.toMatchObject({ reason: 'group.full' })
  })

  test('a message is pushed with the words of the answer', async () => {
    asking('message.direct', (draft: object) => ({ ...draft, push: { text: 'better' } }))
    await node.users('ann', 'ben')
    const draft = { from: 'ann', parts: [{ type: 'text' as const, text: 'x' }], push: { title: 't', text: 'x' } }
    const { message } = await node.core.send.toUser(node.call, 'ben', draft)
    expect(message?.push).toEqual({ text: 'better' })
  })
})

describe('a recall', () => {
  const part = { type: 'text' as const, text: 'x' }

  test('is asked about once it is known to be possible, and with the whole message', async () => {
    const asked = asking('message.recall', draft => draft)
    await node.users('ann', 'ben')
    const { message, conv, seq } = await node.core.send.toUser(node.call, 'ben', { from: 'ann', parts: [part] })
    const direct = await node.core.directs.get(node.call.app.id, conv)
    asked.length = 0
    const tooFar = node.core.recall(node.by('ann'), direct, seq + 1)
    await expect(tooFar).rejects.toMatchObject({ reason: 'message.missing' })
    await expect(node.core.recall(node.by('ben'), direct, seq)).rejects.toMatchObject({ reason: 'group.role' })
    expect(asked).toEqual([])
    await node.core.recall(node.by('ann'), direct, seq)
    expect(asked).toEqual([{ point: 'message.recall', draft: { conversation: direct, message, by: 'ann' } }])
  })

  test('that the app does not want changes nothing', async () => {
    asking('message.recall', () => {
      throw new Fault('hook.refused')
    })
    await node.users('ann', 'ben')
    const { conv, seq } = await node.core.send.toUser(node.call, 'ben', { from: 'ann', parts: [part] })
    const direct = await node.core.directs.get(node.call.app.id, conv)
    await expect(node.core.recall(node.by('ann'), direct, seq)).rejects.toMatchObject({ reason: 'hook.refused' })
    const [kept] = await node.core.history.bySeqs(conv, [seq])
    expect([kept?.parts, kept?.recalled]).toEqual([[part], undefined])
  })
})
