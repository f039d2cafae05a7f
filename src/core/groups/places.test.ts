import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { startNode, type TestNode } from '../../../tests/support/core.ts'
import type { Allowance } from './places.ts'

let node: TestNode

beforeEach(async () => {
  node = startNode()
  await node.users('anna', 'ben', 'cleo', 'dora')
})
afterEach(() => node.stop())

const app = () => node.call.app.id
const few: Allowance = { kinds: ['group', 'work'], owned: 2, joined: 3 }
const refusal = (making: Promise<unknown>) =>
  making.then(
    () => undefined,
    error => (error as { reason: string }).reason,
  )
const groupsOf = async (user: string) => (await node.core.members.placesOf(app(), user)).length

describe('how many groups a user may have', () => {
  test('[GR19] an owner makes no group beyond their number; other kinds and dismissed groups do not count', async () => {
    const first = await node.group('anna', [], { allowance: few })
    await node.group('anna', [], { kind: 'work' })
    await node.group('anna', [], { kind: 'public' })
    expect(await refusal(node.group('anna', [], { allowance: few }))).toBe('group.limit.owned')
    expect(await groupsOf('anna')).toBe(3)
    await node.group('ben', ['anna'], { allowance: few })
    expect(await refusal(node.group('anna', [], { allowance: { ...few, owned: 9 } }))).toBe('group.limit.joined')
    await node.core.groups.dismiss(node.call, first.id)
    expect(await refusal(node.group('anna', [], { allowance: few }))).toBeUndefined()
    expect(await refusal(node.group('anna', [], { allowance: { kinds: [] } }))).toBeUndefined()
  })

  test('[GR19] a repeat of a making is answered though the owner may make no more', async () => {
    const one = await node.group('anna', [], { allowance: few, idempotent: 'k' })
    await node.group('anna', [], { allowance: few })
    expect((await node.group('anna', [], { allowance: few, idempotent: 'k' })).id).toBe(one.id)
  })

  test('[GR19] of many groups made at once for one owner as many come to be as are allowed', async () => {
    const made = await Promise.all(Array.from({ length: 6 }, () => refusal(node.group('anna', [], { allowance: few }))))
    expect(made.filter(reason => reason === undefined)).toHaveLength(2)
    expect(made.filter(reason => reason === 'group.limit.owned')).toHaveLength(4)
  })

  test('[GR19] who is in as many groups as they may be is left out and named, whether made a member or invited', async () => {
    for (const other of ['anna', 'cleo', 'dora']) await node.group(other, ['ben'])
    const draft = { kind: 'group' as const, name: 'g', owner: 'anna', allowance: few }
    const make = (more: object) => node.core.groups.create(node.call, { ...draft, ...more })
    const added = await make({ members: [{ user: 'ben' }, { user: 'cleo' }] })
    expect(added).toMatchObject({ crowded: ['ben'], dropped: [] })
    expect(await node.core.members.findMany(added.group.id, ['ben', 'cleo'])).toMatchObject([undefined, { rank: 2 }])
    await node.core.groups.dismiss(node.call, added.group.id)
    const asked = await make({ invited: ['ben', 'cleo'] })
    expect(asked).toMatchObject({ crowded: ['ben'], dropped: [] })
    const invited = await node.core.members.invitationsOf(asked.group, ['ben', 'cleo'])
    expect(invited).toMatchObject([undefined, { user: 'cleo' }])
    expect(await groupsOf('ben')).toBe(3)
  })

  test('[GR19] joining and inviting leave out who has no place for one group more; who is in already stays', async () => {
    for (const other of ['anna', 'dora']) await node.group(other, ['ben'])
    const group = await node.group('cleo', ['ben'])
    const more = await node.group('cleo')
    const drafts = [{ user: 'ben' }, { user: 'anna' }]
    const { addMany, invite } = node.core.members
    expect(await addMany(node.call, group.id, drafts, { allowance: few })).toEqual(['present', 'added'])
    expect(await invite(node.call, more.id, ['ben', 'dora'], { allowance: few })).toEqual(['crowded', 'pending'])
    expect(await addMany(node.call, more.id, drafts, { allowance: few })).toEqual(['crowded', 'added'])
    expect(await addMany(node.call, more.id, drafts)).toEqual(['added', 'present'])
  })

  test('[GR19] among many who are asked at once only those at the number are left out', async () => {
    const others = Array.from({ length: 198 }, (_, i) => `u${i}`)
    await node.users('full', 'near', ...others)
    await Promise.all(Array.from({ length: 60 }, (_, i) => node.group('anna', i < 59 ? ['full', 'near'] : ['full'])))
    const group = await node.group('cleo')
    const drafts = ['full', 'near', ...others].map(user => ({ user }))
    const allowance = { kinds: ['group'], joined: 60 }
    const added = await node.core.members.addMany(node.call, group.id, drafts, { allowance })
    expect(added).toEqual(['crowded', ...Array(199).fill('added')])
  })
})

describe('inviting', () => {
  test('[GR20] an invitation has a place for everybody who is asked, or is made to nobody', async () => {
    const group = await node.group('anna', [], { policy: { maxMembers: 2 } })
    const { invite, invitationsOf } = node.core.members
    expect(await refusal(invite(node.call, group.id, ['ben', 'cleo']))).toBe('group.full')
    expect(await invitationsOf(group, ['ben', 'cleo'])).toEqual([undefined, undefined])
    expect(await invite(node.call, group.id, ['ben', 'anna'])).toEqual(['pending', 'present'])
    const tight = { kind: 'group' as const, name: 'g', owner: 'anna', policy: { maxMembers: 2 } }
    const invited = ['ben', 'cleo']
    expect(await refusal(node.core.groups.create(node.call, { ...tight, invited }))).toBe('group.full')
  })
})
