import { afterEach, beforeEach, expect, test } from 'vitest'
import { engines, handClock, startNode, type TestNode, unevenly } from '../../../tests/support/core.ts'
import { invitations } from './tables.ts'

let clock = handClock()
let node: TestNode

beforeEach(async () => {
  clock = handClock()
  node = startNode({ clock: clock.now })
  await node.users('anna', 'ben', 'cleo')
})
afterEach(() => node.stop())

function refusal(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => 'not refused',
    error => error.reason,
  )
}

async function notesOf(user: string, kind: string, from = node) {
  const notes = await from.core.notes.read(from.call.app.id, user, 0, 100)
  return notes.filter(note => note.kind === kind)
}

const invite = (id: number, user = 'ben', by = node.by('anna')) =>
  node.core.members.invite(by, id, [user], { text: 'come', ext: 'x' })
const mine = async (user = 'ben') =>
  (await node.core.members.invitationsFor(node.by(user), user, { limit: 100 })).found.map(each => each.group.id)

test('[GE6] the invited hears of it, agrees, and is a member whom the inviter brought', async () => {
  const group = await node.group('anna', [], { policy: { invite: 'owner', join: 'closed' } })
  expect(await invite(group.id)).toEqual(['pending'])
  expect(await notesOf('ben', 'group.invitation')).toMatchObject([
    { from: 'anna', data: { conv: group.id, alias: group.alias, by: 'anna', text: 'come', ext: 'x' } },
  ])
  expect(await mine()).toEqual([group.id])
  await node.core.members.accept(node.by('ben'), group.id, 'ben')
  expect(await node.core.members.find(group.id, 'ben')).toMatchObject({ rank: 2, invitedBy: 'anna' })
  const told = node.told.map(each => each.event).find(event => event.type === 'members.joined')
  expect(told).toMatchObject({ how: 'accepted', members: [{ user: 'ben' }], change: { by: 'ben' } })
  expect(await notesOf('anna', 'group.invitation.answered')).toMatchObject([
    { from: 'ben', data: { conv: group.id, user: 'ben', accepted: true } },
  ])
  expect(await mine()).toEqual([])
})

test('[GE6] a no is told to the inviter, and can be taken back by a new invitation only', async () => {
  const group = await node.group('anna')
  await invite(group.id)
  await node.core.members.refuseInvitation(node.by('ben'), group.id, 'ben', 'no time')
  expect(await notesOf('anna', 'group.invitation.answered')).toMatchObject([
    { from: 'ben', data: { accepted: false, text: 'no time' } },
  ])
  expect(await refusal(node.core.members.accept(node.by('ben'), group.id, 'ben'))).toBe('group.invitation.missing')
  await invite(group.id)
  await node.core.members.accept(node.by('ben'), group.id, 'ben')
  expect(await node.core.members.count(group.id)).toBe(2)
})

test('[GE6] nobody answers for another, or without an invitation', async () => {
  const group = await node.group('anna')
  await invite(group.id)
  expect(await refusal(node.core.members.accept(node.by('cleo'), group.id, 'ben'))).toBe('caller.forbidden')
  expect(await refusal(node.core.members.refuseInvitation(node.by('anna'), group.id, 'ben'))).toBe('caller.forbidden')
  expect(await refusal(node.core.members.invitationsFor(node.by('anna'), 'ben', { limit: 9 }))).toBe('caller.forbidden')
  expect(await refusal(node.core.members.accept(node.by('cleo'), group.id, 'cleo'))).toBe('group.invitation.missing')
  expect(await mine()).toEqual([group.id])
  // The app itself may answer for its users, and an invitation of the app's own is nobody's to hear of.
  await invite(group.id, 'cleo', node.call)
  await node.core.members.accept(node.call, group.id, 'cleo')
  expect(await node.core.members.find(group.id, 'cleo')).toBeDefined()
  expect(await notesOf('', 'group.invitation.answered')).toEqual([])
})

test('[GE6] [GE5] a group that is full by then keeps the invitation', async () => {
  const group = await node.group('anna', [], { policy: { maxMembers: 2 } })
  await invite(group.id)
  await node.core.members.addMany(node.call, group.id, [{ user: 'cleo' }])
  expect(await refusal(node.core.members.accept(node.by('ben'), group.id, 'ben'))).toBe('group.full')
  expect(await mine()).toEqual([group.id])
  await node.core.members.removeMany(node.call, group.id, ['cleo'])
  await node.core.members.accept(node.by('ben'), group.id, 'ben')
  expect(await node.core.members.count(group.id)).toBe(2)
})

for (const { name, open } of engines)
  test(`[GE6] of a yes and a no at once on two nodes one counts, on ${name}`, async () => {
    const { store, end } = await open()
    const nodes = [startNode({ store: unevenly(store) }), startNode({ store: unevenly(store) })]
    const [first, second] = nodes as [TestNode, TestNode]
    await first.users('anna', 'ben')
    for (let round = 0; round < 8; round++) {
      const group = await first.group('anna')
      await first.core.members.invite(first.by('anna'), group.id, ['ben'])
      const before = (await notesOf('anna', 'group.invitation.answered', first)).length
      const outcomes = await Promise.allSettled([
        first.core.members.accept(first.by('ben'), group.id, 'ben'),
        second.core.members.refuseInvitation(second.by('ben'), group.id, 'ben'),
        second.core.members.accept(second.by('ben'), group.id, 'ben'),
      ])
      expect(outcomes.filter(each => each.status === 'fulfilled')).toHaveLength(1)
      const isIn = (await second.core.members.find(group.id, 'ben')) !== undefined
      expect(isIn).toBe(outcomes[1]?.status === 'rejected')
      expect(await notesOf('anna', 'group.invitation.answered', first)).toHaveLength(before + 1)
    }
    for (const each of nodes) await each.stop()
    await end()
  })

test('[GE7] an invitation ends with a ban, the group, or its user', async () => {
  const [banned, gone, deleted] = [await node.group('anna'), await node.group('anna'), await node.group('anna')]
  for (const group of [banned, gone, deleted]) await invite(group.id)
  await node.core.members.ban(node.call, banned.id, ['ben'], Number.POSITIVE_INFINITY)
  await node.core.groups.dismiss(node.call, gone.id)
  expect(await mine()).toEqual([deleted.id])
  expect(await refusal(node.core.members.accept(node.by('ben'), banned.id, 'ben'))).toBe('group.invitation.missing')
  expect(await refusal(node.core.members.accept(node.by('ben'), gone.id, 'ben'))).toBe('group.dismissed')
  clock.move(10)
  await node.core.users.remove(node.call, ['ben'])
  clock.move(10)
  await node.users('ben')
  expect(await mine()).toEqual([])
  expect(await refusal(node.core.members.accept(node.by('ben'), deleted.id, 'ben'))).toBe('group.invitation.missing')
  await expect.poll(() => node.store.scan(invitations, { prefix: [node.call.app.id], limit: 9 })).toEqual([])
})

test('[GE1] bringing users in asks them only where the group wants consent', async () => {
  const [asking, plain] = [await node.group('anna', [], { kind: 'team' }), await node.group('anna')]
  expect(await node.core.members.bring(node.by('anna'), asking.id, ['ben', 'anna', 'nobody'])).toEqual([
    'pending',
    'present',
    'missing',
  ])
  expect(await node.core.members.bring(node.by('anna'), plain.id, ['ben'])).toEqual(['added'])
  expect(await refusal(node.core.members.bring(node.by('ben'), plain.id, ['cleo']))).toBe('group.role')
  expect(await refusal(node.core.members.bring(node.by('cleo'), asking.id, ['cleo']))).toBe('member.missing')
})
