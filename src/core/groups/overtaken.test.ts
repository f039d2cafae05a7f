import { afterEach, beforeEach, expect, test } from 'vitest'
import { startNode, type TestNode } from '../../../tests/support/core.ts'
import type { Store } from '../../storage/store.ts'

const ever = Number.POSITIVE_INFINITY
let fast: TestNode
let slow: TestNode
/** Resolves when the slow node has read everything and is about to commit; it goes on when `go` is called. */
let ready: Promise<void>
let go: () => void

beforeEach(async () => {
  fast = startNode()
  await fast.users('anna', 'ben', 'cleo', 'dora', 'mick')
  slow = startNode({ store: held(fast.store) })
})
afterEach(async () => {
  await slow.stop()
  await fast.stop()
})

/** The same store, whose first commit waits: what was read for it is overtaken meanwhile. */
function held(store: Store): Store {
  let open: Promise<void> | undefined
  let told = () => {}
  ready = new Promise(resolve => {
    told = resolve
  })
  return {
    ...store,
    async commit(steps) {
      if (!open) {
        open = new Promise(resolve => {
          go = resolve
        })
        told()
      }
      await open
      return store.commit(steps)
    },
  }
}

const refusal = (work: Promise<unknown>) =>
  work.then(
    () => 'not refused',
    error => error.reason,
  )

type Act = (node: TestNode, id: number) => Promise<unknown>

const approve: Act = ({ core, by }, id) => core.members.approve(by('mick'), id, 'dora')
const refuse: Act = ({ core, by }, id) => core.members.refuseApplicant(by('mick'), id, 'dora')
const withdraw: Act = ({ core, by }, id) => core.members.withdraw(by('dora'), id, 'dora')
const accept: Act = ({ core, by }, id) => core.members.accept(by('cleo'), id, 'cleo')
const decline: Act = ({ core, by }, id) => core.members.refuseInvitation(by('cleo'), id, 'cleo')
const demote: Act = ({ core, by }, id) => core.members.setManagers(by('anna'), id, ['mick'], false)
const dismiss: Act = ({ core, by }, id) => core.groups.dismiss(by('anna'), id)
const transfer: Act = ({ core, by }, id) => core.members.transfer(by('anna'), id, 'mick')
const mute: Act = ({ core, by }, id) => core.members.mute(by('mick'), id, ['ben'], ever)
const ban: Act = ({ core, by }, id) => core.members.ban(by('mick'), id, ['ben'], ever)
const kick: Act = ({ core, by }, id) => core.members.removeMany(by('mick'), id, ['ben'])
const card: Act = ({ core, by }, id) => core.members.update(by('mick'), id, 'ben', { nick: 'x' })
const promote: Act = ({ core, by }, id) => core.members.setManagers(by('anna'), id, ['ben'], true)
const leaves: Act = ({ core, by }, id) => core.members.leave(by('ben'), id, 'ben')
const unban: Act = ({ core, by }, id) => core.members.unban(by('mick'), id, ['dora'])
const rename: Act = ({ core, by }, id) => core.groups.update(by('mick'), id, { name: 'x' })
const silence: Act = ({ core, by }, id) => core.groups.muteAll(by('mick'), id, 'managers')
const allow: Act = ({ core, by }, id) => core.members.allow(by('mick'), id, ['ben'], true)

/** What is done, what overtakes it, and how it ends then. */
const races: [string, Act, string, Act, string][] = [
  ['a yes to an application', approve, 'its withdrawal', withdraw, 'group.application.missing'],
  ['a yes to an application', approve, 'a no', refuse, 'group.application.missing'],
  ['a no to an application', refuse, 'a yes', approve, 'group.application.missing'],
  ['a withdrawal', withdraw, 'a yes', approve, 'group.application.missing'],
  ['a yes to an application', approve, 'the manager’s end', demote, 'group.role'],
  ['a no to an application', refuse, 'the manager’s end', demote, 'group.role'],
  ['a yes to an application', approve, 'the group’s end', dismiss, 'group.dismissed'],
  ['a yes to an invitation', accept, 'a no', decline, 'group.invitation.missing'],
  ['a no to an invitation', decline, 'a yes', accept, 'group.invitation.missing'],
  ['a yes to an invitation', accept, 'the group’s end', dismiss, 'group.dismissed'],
  ['a mute', mute, 'the manager’s end', demote, 'group.role'],
  ['a mute', mute, 'the target’s rise', promote, 'group.role'],
  ['a ban', ban, 'the manager’s end', demote, 'group.role'],
  ['a ban', ban, 'the target’s rise', promote, 'group.role'],
  ['a kick', kick, 'the manager’s end', demote, 'group.role'],
  ['a kick', kick, 'the target’s rise', promote, 'group.role'],
  ['a card', card, 'the manager’s end', demote, 'group.role'],
  ['a card', card, 'the target’s rise', promote, 'group.role'],
  ['a card', card, 'the target’s leaving', leaves, 'member.missing'],
  ['the end of a ban', unban, 'the manager’s end', demote, 'group.role'],
  ['a voice', allow, 'the manager’s end', demote, 'group.role'],
  ['a change', rename, 'the manager’s end', demote, 'group.role'],
  ['a mute of all', silence, 'the manager’s end', demote, 'group.role'],
  ['a handing on', transfer, 'the group’s end', dismiss, 'group.dismissed'],
  ['new managers', promote, 'a handing on', transfer, 'group.role'],
  ['new managers', promote, 'the group’s end', dismiss, 'group.dismissed'],
]

const named = races.map(
  ([what, act, by, other, reason]) => [`${what} is overtaken by ${by}`, act, other, reason] as const,
)

test.each(named)('[GE3] [GE6] [GE11] %s', async (_what, act, other, reason) => {
  const { id } = await fast.group('anna', ['ben', 'mick'], { policy: { join: 'approval' } })
  await fast.core.members.setManagers(fast.call, id, ['mick'], true)
  await fast.core.members.apply(fast.by('dora'), id, 'dora')
  await fast.core.members.invite(fast.call, id, ['cleo'])
  const work = refusal(act(slow, id))
  await ready
  await other(fast, id)
  const picture = async () => [
    await fast.core.members.list(id, { limit: 9 }),
    await fast.core.members.muted(id, { limit: 9 }),
    await fast.core.members.banned(id, { limit: 9 }),
    await fast.core.members.allowed(id, { limit: 9 }),
    await fast.core.groups.find(fast.call.app.id, id),
  ]
  const before = await picture()
  slow.told.length = 0
  go()
  expect(await work).toBe(reason)
  if (other !== dismiss) expect(await picture()).toEqual(before)
  expect(slow.told).toEqual([])
})

test('[GE9] a handing on that is overtaken by a change of the group loses nothing of it', async () => {
  const { id } = await fast.group('anna', ['mick'])
  const work = transfer(slow, id)
  await ready
  await fast.core.groups.update(fast.call, id, { name: 'new' })
  go()
  expect(await work).toMatchObject({ owner: 'mick', name: 'new', revision: 3 })
  expect(await fast.core.groups.get(fast.call.app.id, id)).toMatchObject({ owner: 'mick', name: 'new' })
})
