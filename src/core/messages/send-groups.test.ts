import { afterEach, beforeEach, expect, test } from 'vitest'
import { startNode, type TestNode } from '../../../tests/support/core.ts'
import { visitor } from '../../../tests/support/rooms.ts'
import type { Group } from '../model.ts'
import type { MessageDraft } from './draft.ts'

const draft: MessageDraft = { from: 'ann', parts: [{ type: 'text', text: 't' }] }
const asked: string[] = []
let node: TestNode
let groups: Group[]

beforeEach(async () => {
  asked.length = 0
  node = startNode({
    ask: async (point, _call, about) => {
      asked.push(point)
      return about
    },
  })
  await node.users('ann', 'ben')
  groups = [await node.group('ann'), await node.group('ann', ['ben']), await node.group('ben', ['ann'])]
  await node.core.members.mute(node.call, groups[2]?.id as number, ['ann'], Date.now() + 60_000)
  asked.length = 0
})
afterEach(() => node.stop())

const said = () => node.told.flatMap(({ event }) => (event.type === 'message.sent' ? [event] : []))
const ends = async (of: readonly Group[]) => (await node.core.history.ends(of.map(each => each.id))).map(end => end.seq)

test('[MS10] one call says the same into several groups at one time, and asks nobody', async () => {
  const before = await ends(groups)
  const sent = await node.core.send.toGroups(node.call, groups, draft)
  expect(sent.map(each => [each.conv, each.seq])).toEqual(groups.map((each, i) => [each.id, (before[i] ?? 0) + 1]))
  const events = said().slice(-3)
  expect(events.map(event => [event.batch, event.message.parts])).toEqual(groups.map(() => [true, draft.parts]))
  expect(new Set(events.map(event => event.message.shown)).size).toBe(1)
  expect(asked).toEqual([])
})

test('[MS10] nothing is sent anywhere unless the sender is a member everywhere', async () => {
  const foreign = await node.group('ben')
  const before = await ends([...groups, foreign])
  const refused = { reason: 'member.missing' }
  await expect(node.core.send.toGroups(node.call, [...groups, foreign], draft)).rejects.toMatchObject(refused)
  await node.core.users.remove(node.call, ['ann'])
  await expect(node.core.send.toGroups(node.call, groups.slice(1), draft)).rejects.toMatchObject(refused)
  expect(await ends([...groups, foreign])).toEqual(before)
})

test('[MS10] a repeat of a client id is one in each group by itself', async () => {
  const client = { id: 'c', window: 60_000 }
  const [first] = await node.core.send.toGroups(node.call, groups.slice(0, 1), { ...draft, client })
  const [again, other] = await node.core.send.toGroups(node.call, groups.slice(0, 2), { ...draft, client })
  expect([again?.repeated, again?.id, other?.repeated]).toEqual([true, first?.id, false])
})

test('[MS11] many who are no users, each in a conversation of the inbox', async () => {
  const { core, call } = node
  const inbox = 3
  const sent = await core.send.toUsers(
    call,
    ['x', 'ben', 'y'],
    { ...draft, from: 'z', checks: { users: false } },
    inbox,
  )
  for (const [i, user] of ['x', 'ben', 'y'].entries()) {
    const id = await core.directs.find(call.app.id, 'z', user, inbox)
    expect(sent[i]).toMatchObject({ conv: id, seq: 1 })
    expect(await core.directs.find(call.app.id, 'z', user)).toBeUndefined()
    expect(await core.unread.of(await core.directs.get(call.app.id, id as number), user)).toBe(1)
  }
  await expect(core.send.toUsers(call, ['x'], { ...draft, from: 'z' })).rejects.toMatchObject({
    reason: 'user.missing',
  })
})

test('[MS11] a large content goes to many in smaller batches', async () => {
  const parts = [{ type: 'custom' as const, data: 'x'.repeat(64 * 1024) }]
  const native = { volcengine: { Content: 'x'.repeat(64 * 1024) } }
  const to = Array.from({ length: 60 }, (_, i) => `u${i}`)
  const checks = { users: false }
  const heard = startNode({ store: node.store, hears: () => true })
  const sent = await heard.core.send.toUsers(heard.call, to, { ...draft, parts, native, checks })
  expect(sent.map(each => 'seq' in each && each.seq)).toEqual(to.map(() => 1))
  await heard.stop()
})

test('[MS12] what is passed on is for those in the conversation whom it names, and leaves nothing', async () => {
  const { core, call } = node
  const group = groups[1] as Group
  const phone = await visitor(node, 'ben')
  const pass = (from: string, chosen: object, where: Parameters<typeof core.passOn>[1] = group) =>
    core.passOn(call, where, { ...draft, from, checks: { users: false, mute: false } }, chosen)
  const names = (reached: Awaited<ReturnType<typeof pass>>) =>
    reached.map(({ user, devices }) => [user, ...devices.map(device => device.id)])
  const lists = () => {
    const { message } = said().at(-1) as ReturnType<typeof said>[number]
    return [message.seq, message.visibleTo, message.hiddenFrom]
  }
  const before = await ends([group])

  expect(names(await pass('ann', {}))).toEqual([['ann'], ['ben', phone.session]])
  expect(lists()).toEqual([0, undefined, undefined])
  expect(names(await pass('ann', { only: ['ben', 'cy', 'ben'], except: ['ben'] }))).toEqual([['ben', phone.session]])
  expect(lists()).toEqual([0, ['ben', 'cy', 'ben'], ['ann']])
  expect(names(await pass('ann', { only: ['ann'] }))).toEqual([['ann']])
  expect(lists()).toEqual([0, ['ann'], undefined])
  expect(names(await pass('ann', { except: ['ann', 'cy'] }))).toEqual([['ben', phone.session]])
  expect(lists()).toEqual([0, undefined, ['ann', 'cy']])
  await expect(pass('cy', {})).rejects.toMatchObject({ reason: 'member.missing' })

  const pair = (await core.directs.open(call, 'ann', 'ben')).direct
  expect(names(await pass('ben', {}, pair))).toEqual([['ann'], ['ben', phone.session]])
  expect(names(await pass('ben', { only: ['ben', 'cy'] }, pair))).toEqual([['ben', phone.session]])
  expect([await ends([group]), await core.history.ends([pair.id])]).toEqual([before, [{ seq: 0, time: 0 }]])
  expect(asked).toEqual([])
})

test('[MS12] in a live room it is for those inside; in a large conversation only who is named is looked up', async () => {
  const { core, call } = node
  const room = await node.group('ann', [], { kind: 'livegroup' })
  const [ben, cy] = [await visitor(node, 'ben'), await visitor(node, 'cy')]
  await ben.enter(room.id)
  const pass = async (where: Group, chosen: object) =>
    (await core.passOn(call, where, { ...draft, checks: { users: false } }, chosen)).map(({ user }) => user)
  expect([await pass(room, {}), await pass(room, { only: ['cy', 'ben'] })]).toEqual([['ben'], ['ben']])
  await cy.enter(room.id)
  expect((await pass(room, {})).sort()).toEqual(['ben', 'cy'])

  const many = Array.from({ length: 499 }, (_, i) => ({ user: `m${i}` }))
  const large = groups[0] as Group
  await core.members.addMany(call, large.id, many.slice(0, 300), { strangers: true })
  await core.members.addMany(call, large.id, many.slice(300), { strangers: true })
  expect(await pass(large, {})).toHaveLength(500)
  await core.members.addMany(call, large.id, [{ user: 'ben' }])
  expect([await pass(large, {}), await pass(large, { only: ['ben', 'm7'] })]).toEqual([[], ['ben', 'm7']])

  // The job that takes them out has not come yet.
  await core.jobs.close()
  await core.users.remove(call, ['ben'])
  const small = groups[1] as Group
  expect([await pass(small, {}), await pass(small, { only: ['ann', 'ben'] })]).toEqual([['ann'], ['ann']])
})
