import { afterEach, expect, test } from 'vitest'
import { startNode, type TestNode } from '../../../tests/support/core.ts'
import { Fault } from '../errors.ts'
import type { HookPoint, HookPoints } from '../hooks.ts'

let node: TestNode
afterEach(() => node.stop())

type Draft = HookPoints[HookPoint] & Record<string, unknown>
let refuses: HookPoint | undefined
let changes: (point: HookPoint, draft: Draft) => Draft = (_, draft) => draft
const asked: [HookPoint, Record<string, unknown>][] = []

async function world() {
  refuses = undefined
  changes = (_, draft) => draft
  asked.length = 0
  node = startNode({
    async ask(point, _call, draft) {
      const { group, ...rest } = draft as unknown as Record<string, unknown>
      if (point !== 'group.create' && point !== 'group.invite') asked.push([point, rest])
      if (point === refuses) throw new Fault('hook.refused')
      return changes(point, draft as Draft) as typeof draft
    },
  })
  await node.users('anna', 'ben', 'cleo', 'dora')
  return node.group('anna', ['ben', 'cleo'], { policy: { join: 'approval' } })
}

const acts: [HookPoint, (id: number) => Promise<unknown>, Record<string, unknown>][] = [
  [
    'group.apply',
    id => node.core.members.apply(node.by('dora'), id, 'dora', { text: 'hi' }),
    { user: 'dora', text: 'hi' },
  ],
  ['group.leave', id => node.core.members.leave(node.by('ben'), id, 'ben'), { user: 'ben' }],
  ['group.kick', id => node.core.members.removeMany(node.by('anna'), id, ['ben']), { by: 'anna', users: ['ben'] }],
  ['group.kick', id => node.core.members.ban(node.by('anna'), id, ['ben'], 9e15), { by: 'anna', users: ['ben'] }],
  ['group.dismiss', id => node.core.groups.dismiss(node.by('anna'), id), { by: 'anna' }],
  [
    'group.change',
    id => node.core.groups.update(node.by('anna'), id, { name: 'n', notice: undefined }, { join: 'open' }),
    { by: 'anna', fields: { name: 'n', join: 'open' } },
  ],
  [
    'group.owner',
    id => node.core.members.transfer(node.by('anna'), id, 'ben', { leave: true }),
    { by: 'anna', owner: 'ben', leave: true },
  ],
  [
    'manager.add',
    id => node.core.members.setManagers(node.by('anna'), id, ['ben'], true),
    { by: 'anna', users: ['ben'] },
  ],
  [
    'manager.remove',
    id => node.core.members.setManagers(node.by('anna'), id, ['cleo'], false),
    { by: 'anna', users: ['cleo'] },
  ],
  [
    'member.change',
    id => node.core.members.update(node.by('ben'), id, 'ben', { nick: 'B' }),
    { by: 'ben', user: 'ben', fields: { nick: 'B' } },
  ],
  [
    'member.mute',
    id => node.core.members.mute(node.by('anna'), id, ['ben'], 9e15),
    { by: 'anna', users: ['ben'], muted: true },
  ],
  ['group.mute', id => node.core.groups.muteAll(node.by('anna'), id, 'managers'), { by: 'anna', muted: true }],
]

test.each(acts)('[GE20] %s is asked about, once, and with a no nothing changes', async (point, act, draft) => {
  const group = await world()
  await node.core.members.setManagers(node.call, group.id, ['cleo'], true)
  const picture = async () => [
    await node.core.groups.find(node.call.app.id, group.id),
    await node.core.members.list(group.id, { limit: 9 }),
    await node.core.members.banned(group.id, { limit: 9 }),
    (await node.core.members.applicationsBy(node.call, 'dora', { limit: 9 })).found,
  ]
  const before = await picture()
  asked.length = 0
  node.told.length = 0
  refuses = point
  await expect(act(group.id)).rejects.toMatchObject({ reason: 'hook.refused' })
  expect(await picture()).toEqual(before)
  expect(node.told).toEqual([])
  refuses = undefined
  await act(group.id)
  expect(await picture()).not.toEqual(before)
  expect(asked).toEqual([
    [point, draft],
    [point, draft],
  ])
})

test('[GE20] the app may change what it is asked about', async () => {
  const group = await world()
  const answers: Partial<Record<HookPoint, object>> = {
    'group.change': { fields: { name: 'better', invite: 'everyone' } },
    'member.change': { fields: { nick: 'better' } },
    'member.mute': { users: ['cleo'] },
    'group.kick': { users: ['cleo'] },
    'group.apply': { text: 'better' },
  }
  changes = (point, draft) => ({ ...draft, ...answers[point] }) as Draft
  const updated = await node.core.groups.update(node.by('anna'), group.id, { name: 'n' })
  expect(updated).toMatchObject({ name: 'better', policy: { invite: 'everyone' } })
  await node.core.members.update(node.by('ben'), group.id, 'ben', { nick: 'B' })
  expect(await node.core.members.find(group.id, 'ben')).toMatchObject({ nick: 'better' })
  await node.core.members.mute(node.by('anna'), group.id, ['ben'], 9e15)
  const muted = await node.core.members.findMany(group.id, ['ben', 'cleo'])
  expect(muted.map(member => member?.mutedUntil !== undefined)).toEqual([false, true])
  expect(await node.core.members.removeMany(node.by('anna'), group.id, ['ben'])).toMatchObject({ removed: ['cleo'] })
  await node.core.members.apply(node.by('dora'), group.id, 'dora', { text: 'hi' })
  const { found } = await node.core.members.applicationsOf(node.call, group.id, { limit: 9 })
  expect(found).toMatchObject([{ user: 'dora', text: 'better' }])
})
