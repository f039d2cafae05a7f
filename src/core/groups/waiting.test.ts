import { afterEach, beforeEach, expect, test } from 'vitest'
import { handClock, startNode, type TestNode } from '../../../tests/support/core.ts'

let clock = handClock()
let node: TestNode
beforeEach(async () => {
  clock = handClock()
  node = startNode({ clock: clock.now })
  await node.users('anna', 'ben')
})
afterEach(() => node.stop())

test('[GE18] applications are listed newest first, page by page', async () => {
  const users = Array.from({ length: 7 }, (_, i) => `u${i}`)
  await node.users(...users)
  const group = await node.group('anna', [], { policy: { join: 'approval' } })
  for (const [i, user] of users.entries()) {
    if (i % 2 === 0) clock.move(1)
    await node.core.members.apply(node.by(user), group.id, user)
  }
  const seen: string[] = []
  let before: Parameters<typeof node.core.members.applicationsOf>[2]['before']
  do {
    const page = await node.core.members.applicationsOf(node.by('anna'), group.id, { before, limit: 3 })
    seen.push(...page.found.map(each => each.user))
    before = page.next
  } while (before)
  expect(seen).toHaveLength(7)
  expect(new Set(seen)).toEqual(new Set(users))
  expect(seen[0]).toBe('u6')
})

test('[GE18] invitations and groups of a user are listed page by page', async () => {
  const groups = []
  for (let i = 0; i < 7; i++) {
    groups.push(await node.group('anna', [], { kind: i % 2 === 0 ? 'group' : 'team' }))
    await node.core.members.invite(node.by('anna'), groups[i]?.id as number, ['ben'])
    if (i % 3 === 0) clock.move(1)
  }
  await node.core.groups.dismiss(node.call, groups[3]?.id as number)
  const there = groups.filter((_, i) => i !== 3).map(each => each.id)
  const invited: number[] = []
  let before: Parameters<typeof node.core.members.invitationsFor>[2]['before']
  do {
    const page = await node.core.members.invitationsFor(node.by('ben'), 'ben', { before, limit: 2 })
    invited.push(...page.found.map(each => each.group.id))
    before = page.next
  } while (before)
  expect(invited.sort()).toEqual(there)
  const own: number[] = []
  let after: { kind: string; conv: number } | undefined
  do {
    const page = await node.core.members.mine(node.call.app.id, 'anna', { after, limit: 2 })
    own.push(...page.groups.map(each => each.group.id))
    expect(page.groups.every(each => each.member.user === 'anna' && each.members === 1)).toBe(true)
    after = page.next
  } while (after)
  expect(own.sort()).toEqual(there)
})
