import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type People, reasons, startPeople } from '../../../tests/support/relations.ts'
import type { Call } from '../call.ts'
import { Fault } from '../errors.ts'

let people: People
beforeEach(async () => {
  people = await startPeople()
})
afterEach(() => people.node.stop())

/** A device of a user calls. */
function device(user: string): Call {
  return { ...people.node.call, operator: user, admin: false, origin: { dialect: 'native', via: 'client' } }
}

const draft = (from: string, more: object = {}) => ({ from, parts: [{ type: 'text' as const, text: 't' }], ...more })
const say = (from: string, to: string, more: object = {}) =>
  people.node.core.send.toUser(device(from), to, draft(from, more))
const blocked = { reason: 'message.blocked' }

describe('[FR13] who is blocked', () => {
  test('does not reach the blocker, who reaches them; afterwards both do again', async () => {
    const { node, block } = people
    const { conv } = await say('ann', 'ben')
    await block('ben', 'ann')
    await expect(say('ann', 'ben')).rejects.toMatchObject(blocked)
    await expect(say('ann', 'ben', { delivery: 'passing' })).rejects.toMatchObject(blocked)
    const conversation = await node.core.directs.get(node.call.app.id, conv)
    await expect(node.core.send.toConversation(device('ann'), conversation, draft('ann'))).rejects.toMatchObject(
      blocked,
    )
    expect((await say('ben', 'ann')).seq).toBe(2)
    expect((await node.core.send.toConversation(device('ben'), conversation, draft('ben'))).seq).toBe(3)
    await node.core.friends.blocks.remove(node.call, 'ben', ['ann'], 'block')
    expect((await say('ann', 'ben')).seq).toBe(4)
  })

  test('leaves nothing by the try, not even a conversation, and the app hears of it', async () => {
    const { node, block } = people
    await block('ben', 'ann')
    await expect(say('ann', 'ben', { client: { id: 'c', window: 1000 } })).rejects.toMatchObject(blocked)
    expect(await node.core.directs.find(node.call.app.id, 'ann', 'ben')).toBeUndefined()
    expect(people.events('message.failed')).toMatchObject([
      { why: 'message.blocked', from: 'ann', client: 'c', conversation: { a: 'ann', b: 'ben' } },
    ])
  })

  test('is a matter of devices, unless the server API asks for it', async () => {
    const { node, block } = people
    await block('ben', 'ann')
    expect((await node.core.send.toUser(node.call, 'ben', draft('ann'))).seq).toBe(1)
    const checked = draft('ann', { checks: { blocks: true } })
    await expect(node.core.send.toUser(node.call, 'ben', checked)).rejects.toMatchObject(blocked)
    expect((await say('ann', 'ben', { checks: { blocks: false } })).seq).toBe(2)
  })

  test('a mute, another inbox and a group do not count', async () => {
    const { node, block } = people
    await node.core.friends.blocks.add(node.call, 'ben', [{ user: 'ann' }], 'mute')
    await block('ben', 'ann', { inbox: 2 })
    expect((await say('ann', 'ben')).seq).toBe(1)
    await expect(node.core.send.toUser(device('ann'), 'ben', draft('ann'), 2)).rejects.toMatchObject(blocked)
    await block('ben', 'ann')
    const group = await node.group('ben', ['ann'])
    expect((await node.core.send.toGroup(device('ann'), group.id, draft('ann'))).seq).toBe(1)
  })

  test('the app is asked before, and a block that comes meanwhile counts', async () => {
    const { node } = people
    const asked: string[] = []
    const own = await startPeople({
      store: node.store,
      ask: async (point, call, given) => {
        if (point === 'message.direct') {
          asked.push(point)
          await node.core.friends.blocks.add(node.call, 'ben', [{ user: 'ann' }], 'block')
        }
        if (point === 'message.direct' && call.operator === 'cat') throw new Fault('hook.refused')
        return given
      },
    })
    const { core } = own.node
    await expect(core.send.toUser(device('ann'), 'ben', draft('ann'))).rejects.toMatchObject(blocked)
    await expect(core.send.toUser(device('ann'), 'ben', draft('ann'))).rejects.toMatchObject(blocked)
    await people.block('ben', 'cat')
    await expect(core.send.toUser(device('cat'), 'ben', draft('cat'))).rejects.toMatchObject({ reason: 'hook.refused' })
    expect(asked).toHaveLength(3)
    await own.node.stop()
  })

  test('somebody made again under the id is not blocked', async () => {
    const { node, block } = people
    await block('ben', 'ann')
    await node.core.users.remove(node.call, ['ann'])
    await node.users('ann')
    expect((await say('ann', 'ben')).seq).toBe(1)
  })
})

describe('[FR16] blocklists and mute lists', () => {
  test('are apart, with the string map of each entry, which is written key by key', async () => {
    const { node, of } = people
    const { blocks, page, between, find } = node.core.friends
    const drafts = [
      { user: 'ben', ext: { a: '1' } },
      { user: 'cat' },
      { user: 'ann' },
      { user: 'none' },
      { user: 'ben' },
    ]
    const added = await blocks.add(node.call, 'ann', drafts, 'block')
    expect(reasons(added)).toEqual(['added', 'added', 'friend.self', 'user.missing', 'added'])
    expect(await blocks.add(node.call, 'ann', [{ user: 'ben', ext: { b: '2' } }], 'block')).toEqual(['present'])
    expect(await blocks.add(node.call, 'ann', [{ user: 'dan' }], 'mute')).toEqual(['added'])
    const listed = async (what: 'block' | 'mute') =>
      (await page(of('ann'), what, { limit: 10 })).found.map(({ relation }) => relation.other)
    expect([await listed('block'), await listed('mute')]).toEqual([['ben', 'cat'], ['dan']])
    expect(await between(of('ann'), 'block', ['ben', 'dan'])).toEqual([
      { mine: true, theirs: false },
      { mine: false, theirs: false },
    ])
    expect((await find(of('ann'), 'block', ['ben']))[0]?.ext).toEqual({ a: '1' })
    const update: { user: string; ext?: Record<string, string> }[] = [
      { user: 'ben', ext: { b: '2' } },
      { user: 'dan' },
      { user: 'ben', ext: { a: '' } },
    ]
    const updated = await blocks.update(node.call, 'ann', update, 'block')
    expect(updated).toMatchObject([{ ext: { a: '', b: '2' } }, undefined, { ext: { b: '2' } }])
    expect((await find(of('ann'), 'block', ['ben']))[0]?.ext).toEqual({ a: '', b: '2' })
    expect(await blocks.remove(node.call, 'ann', ['ben', 'dan'], 'block')).toEqual([true, false])
    expect([await listed('block'), await listed('mute')]).toEqual([['cat'], ['dan']])
    expect(await blocks.add(node.call, 'ann', [{ user: 'none' }], 'block', { strangers: true })).toEqual(['added'])
    await expect(blocks.add(node.call, 'none', [{ user: 'ann' }], 'block')).rejects.toMatchObject({
      reason: 'user.missing',
    })
  })

  test('the app hears of blocks, a user’s devices of both', async () => {
    const { node } = people
    const { blocks } = node.core.friends
    await blocks.add(node.call, 'ann', [{ user: 'ben' }, { user: 'cat' }], 'block')
    await blocks.add(node.call, 'ann', [{ user: 'dan' }], 'mute')
    await blocks.remove(node.call, 'ann', ['ben', 'dan'], 'block')
    await blocks.remove(node.call, 'ann', ['dan'], 'mute')
    expect(people.events('blocks.added', 'blocks.removed')).toEqual([
      {
        type: 'blocks.added',
        pairs: [
          { from: 'ann', to: 'ben' },
          { from: 'ann', to: 'cat' },
        ],
      },
      { type: 'blocks.removed', pairs: [{ from: 'ann', to: 'ben' }] },
    ])
    const own = { kind: 'block.changed', from: 'ann' }
    expect(await people.notesOf('ann')).toEqual([
      { ...own, list: 'block', users: ['ben', 'cat'], on: true },
      { ...own, list: 'mute', users: ['dan'], on: true },
      { ...own, list: 'block', users: ['ben'], on: false },
      { ...own, list: 'mute', users: ['dan'], on: false },
    ])
    expect(await people.notesOf('ben')).toEqual([])
  })
})
