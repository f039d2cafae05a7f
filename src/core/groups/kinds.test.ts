import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { startNode } from '../../../tests/support/core.ts'
import type { Policy } from '../model.ts'
import { type Kind, type KindName, kindOf, kinds, type Shown } from './kinds.ts'

/** What a cell of the catalogue's table means for a policy. `kept` = no matter of the policy; the dialect's own. */
type Meaning = Partial<Policy> | 'kept'

/** Tencent's types, in the order of the catalogue's columns. */
const tencentKinds: KindName[] = ['work', 'public', 'meeting', 'live', 'community']

const stored = { members: 'stored' } as const
const plans = { maxMembers: 6000 }

/** Every cell of `catalog/tencent-im/model.md` §7: the row, then for each text that stands in it what it means. */
const tencent: Record<string, Record<string, Meaning>> = {
  Roles: {
    'Owner, Member (no Admin)': { managers: false },
    'Owner, Admin, Member': { managers: true },
    'Owner, Member (newer: up to 5 Admins)': { managers: true },
  },
  'Change name/notice/…': {
    'any member': { edit: 'everyone', editText: 'everyone' },
    'owner, admin': { edit: 'managers', editText: 'managers' },
    'owner (admin per newer text)': { edit: 'managers', editText: 'managers' },
    owner: { edit: 'owner', editText: 'owner' },
  },
  'Join by request': {
    'no (error)': { join: 'closed' },
    'yes, approval by default': { join: 'approval' },
    'yes, free': { join: 'open' },
  },
  // Which of the types take the field at all is the dialect's to say.
  ApplyJoinOption: { 'n/a': 'kept', yes: 'kept', 'not supported': 'kept' },
  Invite: {
    'any member, takes effect at once': { invite: 'everyone', consent: false },
    'app admin only by default': { invite: 'nobody', consent: false },
    'nobody (10007)': { invite: 'nobody', members: 'passing' },
    'any member, at once': { invite: 'everyone', consent: false },
  },
  'Owner may quit': {
    'yes, group then has no owner': { ownerMayLeave: true },
    'no (10009)': { ownerMayLeave: false },
    no: { ownerMayLeave: false },
  },
  Kick: {
    owner: { kick: 'owner' },
    'owner, admin (admin only members)': { kick: 'managers' },
    'owner, admin': { kick: 'managers' },
    'no (10004 by REST; ban/mute instead)': { kick: 'nobody' },
  },
  'Mute member': {
    no: { mute: 'nobody' },
    'owner, admin': { mute: 'managers' },
    owner: { mute: 'owner' },
  },
  Disband: { 'app admin only': { dismiss: 'nobody' }, 'owner, app admin': { dismiss: 'owner' } },
  Members: {
    'by plan: 20/200/2000, up to 6000 (newer plans 20/500/2000/5000/6000)': plans,
    same: plans,
    // Nobody is counted against it where members are only those who are connected.
    unlimited: { members: 'passing' },
    '100000 (newer top plans 1000000)': { maxMembers: 100_000 },
  },
  'Unread count': {
    yes: { counted: true },
    'no (switchable in console)': { counted: false },
    no: { counted: false },
  },
  History: { yes: { stored: true }, no: { stored: false } },
  'History from before joining': {
    'off by default': { earlier: false },
    'on by default in the newest text (off in 2023 text)': { earlier: true },
    no: { earlier: false },
    'off by default in the newest text (on in 2023 text)': { earlier: false },
  },
  'Join/leave tips': {
    'yes, stored': { tips: 'stored' },
    'off by default': { tips: 'none' },
    'pushed, not stored': { tips: 'passing' },
  },
  'Member list stored': { yes: stored, no: { members: 'passing' }, 'yes (cursor paging)': stored },
  'Needs a first message to become visible': { yes: { wakes: true }, no: { wakes: false } },
  'Default receive option': { 'online + offline push': { push: true }, 'online only': { push: false } },
  // What can be imported is what is kept.
  'Import APIs': { yes: { stored: true, ...stored }, 'no (10007)': { stored: false, members: 'passing' } },
}

/** The table of the catalogue: row → cells. */
function catalogueTable(): Map<string, string[]> {
  const page = readFileSync(new URL('../../../catalog/tencent-im/model.md', import.meta.url), 'utf8')
  const section = page.slice(page.indexOf('\n## 7.'), page.indexOf('\n## 8.'))
  const lines = section.split('\n').filter(line => line.startsWith('|'))
  const cells = lines.map(line =>
    line
      .split('|')
      .slice(1, -1)
      .map(cell => cell.trim()),
  )
  expect(cells[0]).toEqual(['', 'Private/Work', 'Public', 'ChatRoom/Meeting', 'AVChatRoom', 'Community'])
  return new Map(cells.slice(2).map(([row, ...rest]) => [row as string, rest]))
}

describe('[GR16] Tencent’s types, cell by cell', () => {
  const table = catalogueTable()

  test('every row and every cell of the catalogue is read, and none that it does not have', () => {
    expect(Object.keys(tencent).sort()).toEqual([...table.keys()].sort())
    for (const [row, cells] of table) expect(new Set(Object.keys(tencent[row] ?? {})), row).toEqual(new Set(cells))
  })

  for (const [row, cells] of table)
    test(row, () => {
      cells.forEach((cell, i) => {
        const kind = tencentKinds[i] as KindName
        const meaning = tencent[row]?.[cell]
        if (meaning !== 'kept')
          expect(kinds[kind].policy, `${kind}: ${cell}`).toMatchObject(meaning ?? { missing: cell })
      })
    })
})

/** `catalog/netease-im/model.md` §4 to §6 and the defaults of the create operations, as policy. */
const netease: Record<string, Partial<Policy>> = {
  team: {
    // joinmode 0; beinvitemode 0 asks for consent; invitemode, uptinfomode and upcustommode 0 are managers
    join: 'open',
    consent: true,
    invite: 'managers',
    edit: 'managers',
    editText: 'managers',
    // member limit 200 by default
    maxMembers: 200,
    managers: true,
    dismiss: 'owner',
    mute: 'managers',
    kick: 'managers',
    stored: true,
    counted: true,
    tips: 'stored',
    members: 'stored',
  },
  superteam: {
    consent: true,
    invite: 'managers',
    edit: 'managers',
    editText: 'managers',
    // only the server API dissolves them; default limit 2000 in the newer text
    dismiss: 'nobody',
    maxMembers: 2000,
    managers: true,
    stored: true,
    counted: true,
    tips: 'stored',
    members: 'stored',
  },
  chatroom: {
    join: 'open',
    invite: 'nobody',
    managers: true,
    edit: 'managers',
    kick: 'managers',
    mute: 'managers',
    dismiss: 'owner',
    members: 'passing',
    stored: true,
    counted: false,
    earlier: true,
    push: false,
  },
}

/** `catalog/volcengine-im/model.md` §7, as policy: no modes of joining, a barrier only when asked for, no tips. */
const volcengine: Record<string, Partial<Policy>> = {
  group: { join: 'open', consent: false, earlier: true, tips: 'none', counted: true, stored: true, members: 'stored' },
  livegroup: {
    join: 'open',
    tips: 'none',
    earlier: true,
    counted: false,
    stored: true,
    members: 'passing',
    push: false,
  },
}

test.each(Object.entries({ ...netease, ...volcengine }))(
  '[GR16] %s begins as its vendor’s catalogue says',
  (name, policy) => {
    expect(kinds[name as KindName].policy).toMatchObject(policy)
  },
)

/** How everybody shows every kind. */
const shown: Record<KindName, [tencent: Shown['tencent'], netease: Shown['netease'], volcengine: Shown['volcengine']]> =
  {
    work: ['Private', 'team', 2],
    public: ['Public', 'team', 2],
    meeting: ['ChatRoom', 'superteam', 2],
    live: ['AVChatRoom', 'chatroom', 100],
    community: ['Community', 'superteam', 2],
    team: ['Public', 'team', 2],
    superteam: ['Community', 'superteam', 2],
    chatroom: ['AVChatRoom', 'chatroom', 100],
    group: ['Public', 'team', 2],
    livegroup: ['AVChatRoom', 'chatroom', 100],
  }

describe('[GR17] how every dialect shows every kind', () => {
  const rows = Object.entries(kinds) as [KindName, Kind][]

  test.each(rows)('%s', (name, kind) => {
    expect([kind.shown.tencent, kind.shown.netease, kind.shown.volcengine]).toEqual(shown[name])
  })

  test.each(rows)('%s is a live room to all or to none, as its members are kept', (_, { shown, policy }) => {
    const live = policy.members === 'passing'
    expect([shown.tencent === 'AVChatRoom', shown.netease === 'chatroom', shown.volcengine === 100]).toEqual([
      live,
      live,
      live,
    ])
  })

  test('each vendor sees the kinds it can make as what it made', () => {
    expect(tencentKinds.map(name => kinds[name].shown.tencent)).toEqual([
      'Private',
      'Public',
      'ChatRoom',
      'AVChatRoom',
      'Community',
    ])
    expect((['team', 'superteam', 'chatroom'] as const).map(name => kinds[name].shown.netease)).toEqual([
      'team',
      'superteam',
      'chatroom',
    ])
    expect((['group', 'livegroup'] as const).map(name => kinds[name].shown.volcengine)).toEqual([2, 100])
  })
})

test('[GR4] the kind is only a label: a group of a kind that is unknown here still does what its policy says', async () => {
  expect(kindOf('of a later version')).toBe(kinds.group)
  const node = startNode()
  await node.users('anna', 'ben')
  for (const [kind, { policy }] of Object.entries(kinds)) {
    if (policy.members === 'passing') continue
    const group = await node.group('anna', [], {
      kind: kind as KindName,
      policy: { ...kinds.work.policy, maxMembers: 2 },
    })
    await node.core.members.addMany(node.by('anna'), group.id, [{ user: 'ben' }])
    await node.core.members.leave(node.by('anna'), group.id, 'anna')
    expect((await node.core.groups.get(node.call.app.id, group.id)).owner).toBe('')
    expect(await node.core.members.count(group.id)).toBe(1)
    const dismissing = node.core.groups.dismiss(node.by('ben'), group.id)
    await expect(dismissing).rejects.toMatchObject({ reason: 'group.role' })
  }
  await node.stop()
})
