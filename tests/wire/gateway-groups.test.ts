import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Call } from '../../src/core/call.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { signIn, type TestSocket } from '../support/socket.ts'
import { openWord, trusting } from '../support/trusting.ts'

let server: TestServer
let rest: Call
let round = 0
/** The users of one test. */
let ann: string
let ben: string
let cat: string

beforeAll(async () => {
  server = await startServer({ signIns: [trusting] })
  rest = { app: server.apps[0] as Call['app'], admin: true, origin: { dialect: 'tencent', via: 'rest' } }
})
afterAll(() => server.stop())

beforeEach(async () => {
  round++
  ;[ann, ben, cat] = [`ann${round}`, `ben${round}`, `cat${round}`]
  const users = [ann, ben, cat].map(id => ({ id, profile: { nick: id.toUpperCase() } }))
  await server.core.users.save(rest, users, { existing: 'update' })
})

const as = (user: string) => signIn(server, openWord(rest.app, user))

const refusal = (work: Promise<unknown>) =>
  work.then(
    () => 'not refused',
    (error: Error) => error.message,
  )

interface Picture {
  group: Record<string, unknown>
  members: Record<string, unknown>[]
  muted: unknown
}

/** What a device finds of a group. */
async function picture(device: TestSocket, conv: number): Promise<Picture> {
  const [group, { members }, { users }] = await Promise.all([
    device.ask('group.get', { conv }),
    device.ask('group.members', { conv }),
    device.ask('group.muted', { conv }),
  ])
  return { group, members: members as Picture['members'], muted: users }
}

async function made(device: TestSocket, more: object = {}): Promise<number> {
  return (await device.ask('group.create', { kind: 'group', name: 'g', ...more })).conv as number
}

describe('[GE21] groups of end users', () => {
  test('are made, changed, listed, found and dismissed', async () => {
    const [one, two] = [await as(ann), await as(ben)]
    const shown = { avatar: 'a', description: 'd', notice: 'n', clientText: 'c', custom: { k: 'v' }, ext: { x: 'y' } }
    const group = await one.ask('group.create', {
      ...{ kind: 'group', name: 'birds', alias: `birds-${round}`, members: [ben, ann, ben], ...shown },
      policy: { join: 'approval', invite: 'everyone' },
    })
    expect(group).toMatchObject({
      ...{ alias: `birds-${round}`, kind: 'group', name: 'birds', owner: ann, members: 2, left: [], ...shown },
      policy: { join: 'approval', invite: 'everyone', speak: 'everyone', consent: false, edit: 'managers' },
    })
    const { conv } = group
    await two.next('membership', frame => frame.conv === conv && frame.here === true)
    const changed = await one.ask('group.update', { conv, name: 'Birds', notice: '', custom: { k: '', l: 'w' } })
    expect(changed).toMatchObject({ name: 'Birds', notice: '', custom: { l: 'w' }, description: 'd' })
    expect(await two.next('change', frame => frame.conv === conv)).toMatchObject({ what: 'settings', by: ann })
    for (const device of [one, two])
      expect(await device.ask('group.list')).toMatchObject({ groups: [{ conv, name: 'Birds', members: 2 }] })
    const three = await as(cat)
    const facts = { conv, alias: `birds-${round}`, kind: 'group', name: 'Birds', members: 2, join: 'approval' }
    for (const by of [{ alias: facts.alias }, { conv }]) {
      const found = await three.ask('group.find', by)
      expect(found).toMatchObject(facts)
      expect(Object.keys(found).sort()).toEqual(
        ['alias', 'avatar', 'conv', 'created', 'description', 'join', 'kind', 'members', 'name'].sort(),
      )
    }
    expect(await refusal(two.ask('group.dismiss', { conv }))).toBe('group.role')
    await one.ask('group.dismiss', { conv })
    await two.next('membership', frame => frame.conv === conv && frame.here === false)
    expect(await two.ask('group.list')).toEqual({ groups: [] })
    await Promise.all([one, two, three].map(device => device.close()))
  })

  test('[GE19] a closed one tells nothing to those outside', async () => {
    const [one, two] = [await as(ann), await as(ben)]
    const conv = await made(one, { alias: `closed-${round}`, policy: { join: 'closed' } })
    for (const by of [{ conv }, { alias: `closed-${round}` }]) {
      expect(await refusal(two.ask('group.find', by))).toBe('group.missing')
      expect(await one.ask('group.find', by)).toMatchObject({ conv })
    }
    expect(await refusal(two.ask('group.find', { conv, alias: 'x' }))).toBe('request.invalid')
    expect(await refusal(two.ask('group.find', {}))).toBe('request.invalid')
    expect(await refusal(two.ask('group.join', { conv }))).toBe('group.closed')
    await Promise.all([one.close(), two.close()])
  })

  test.each([
    ['group.create', { kind: 'superteam', name: 'x' }],
    ['group.create', { kind: 'live', name: 'x' }],
    ['group.create', { kind: 'group', name: '' }],
    ['group.create', { kind: 'group', name: 'x'.repeat(101) }],
    ['group.create', { kind: 'group', name: 'x', alias: '@TGS#1' }],
    ['group.create', { kind: 'group', name: 'x', members: Array(201).fill('u') }],
    ['group.create', { kind: 'group', name: 'x', policy: { invite: 'nobody' } }],
    [
      'group.create',
      { kind: 'group', name: 'x', ext: Object.fromEntries(Array.from({ length: 21 }, (_, i) => [i, ''])) },
    ],
    ['group.update', { conv: 1, custom: { ['x'.repeat(65)]: 'v' } }],
    ['group.join', { conv: 1, words: 'x'.repeat(257) }],
    ['group.invite', { conv: 1, users: [] }],
    ['group.mute', { conv: 1, users: ['x'], seconds: 0 }],
    ['group.mute', { conv: 1, users: Array(201).fill('u') }],
    ['group.muteAll', { conv: 1, speak: 'owner' }],
    ['group.memberUpdate', { conv: 1, nick: 'x'.repeat(65) }],
    ['group.memberUpdate', { conv: 1, notify: 'loud' }],
    ['group.ban', { conv: 1, users: Array(101).fill('u') }],
    ['group.setManagers', { conv: 1, users: ['x'] }],
    ['group.list', { limit: 201 }],
  ])('%s takes no %j', async (operation, input) => {
    const device = await as(ann)
    expect(await refusal(device.ask(operation, input))).toBe('request.invalid')
    await device.close()
  })

  test('what only the server may set of a group is passed over', async () => {
    const device = await as(ann)
    const forbidden = { maxMembers: 9e9, dismiss: 'everyone', kick: 'everyone', stored: false, tips: 'none' }
    const group = await device.ask('group.create', {
      ...{ kind: 'group', name: 'g', serverText: 's', owner: ben, creator: ben, policy: forbidden },
    })
    const kept = await server.core.groups.get(rest.app.id, group.conv as number)
    expect(kept).toMatchObject({
      owner: ann,
      creator: ann,
      policy: { maxMembers: 5000, dismiss: 'owner', kick: 'managers' },
    })
    expect(kept.serverText).toBeUndefined()
    await device.ask('group.update', { conv: kept.id, name: 'h', serverText: 's', owner: ben, policy: forbidden })
    const after = await server.core.groups.get(rest.app.id, kept.id)
    expect(after).toMatchObject({ owner: ann, name: 'h', policy: kept.policy })
    await device.close()
  })

  test('nobody outside does anything with a group, nor learns that it is there', async () => {
    const [one, two] = [await as(ann), await as(ben)]
    const conv = await made(one, { members: [cat] })
    const users = [cat]
    const acts: [string, object][] = [
      ['group.get', {}],
      ['group.update', { name: 'x' }],
      ['group.dismiss', {}],
      ['group.applications', {}],
      ['group.answer', { user: cat, accept: true }],
      ['group.invite', { users: [ben] }],
      ['group.leave', {}],
      ['group.kick', { users }],
      ['group.setManagers', { users, on: true }],
      ['group.transfer', { user: cat }],
      ['group.mute', { users }],
      ['group.muteAll', { speak: 'nobody' }],
      ['group.muted', {}],
      ['group.memberUpdate', { user: cat, nick: 'x' }],
      ['group.ban', { users }],
      ['group.unban', { users }],
      ['group.banned', {}],
    ]
    const before = await picture(one, conv)
    for (const [operation, input] of acts)
      for (const id of [conv, conv + 1_000_000])
        expect([operation, await refusal(two.ask(operation, { conv: id, ...input }))]).toEqual([
          operation,
          'group.missing',
        ])
    expect(await picture(one, conv)).toEqual(before)
    const plain = await as(cat)
    for (const [operation, input] of acts.filter(([name]) => !/get|leave|muted|memberUpdate/.test(name)))
      expect([operation, await refusal(plain.ask(operation, { conv, ...input, users: [ann] }))]).toEqual([
        operation,
        'group.role',
      ])
    expect(await picture(one, conv)).toEqual(before)
    await Promise.all([one, two, plain].map(device => device.close()))
  })
})

describe('coming in', () => {
  test('[GE2] [GE3] an application reaches owner and managers, and the answer the applicant, also who was away', async () => {
    const [one, two, three] = [await as(ann), await as(ben), await as(cat)]
    const conv = await made(one, { members: [ben], policy: { join: 'approval' } })
    await one.ask('group.setManagers', { conv, users: [ben], on: true })
    await two.close()
    expect(await three.ask('group.join', { conv, words: 'please' })).toEqual({ state: 'pending' })
    const told = { kind: 'group.application', from: cat, data: { conv, user: cat, text: 'please', name: 'g' } }
    expect(await one.next('note', frame => frame.kind === 'group.application')).toMatchObject(told)
    const notes = await server.core.notes.read(rest.app.id, ben, 0, 9)
    expect(notes).toMatchObject([told])
    const back = await as(ben)
    expect(await back.ask('group.applications', { conv })).toMatchObject({
      applications: [{ user: cat, words: 'please', who: { nick: cat.toUpperCase() } }],
    })
    expect(await three.ask('group.applications')).toMatchObject({
      applications: [{ group: { conv }, words: 'please' }],
    })
    await three.close()
    await back.ask('group.answer', { conv, user: cat, accept: true })
    expect(await refusal(one.ask('group.answer', { conv, user: cat, accept: false }))).toBe('group.application.missing')
    const again = await as(cat)
    expect(await again.ask('group.get', { conv })).toMatchObject({ members: 3 })
    expect(await server.core.notes.read(rest.app.id, cat, 0, 9)).toMatchObject([
      { kind: 'group.application.answered', from: ben, data: { conv, accepted: true } },
    ])
    await Promise.all([one, back, again].map(device => device.close()))
  })

  test('[GE4] an application can be taken back', async () => {
    const [one, three] = [await as(ann), await as(cat)]
    const conv = await made(one, { policy: { join: 'approval' } })
    await three.ask('group.join', { conv })
    await three.ask('group.withdraw', { conv })
    expect(await one.ask('group.applications', { conv })).toEqual({ applications: [] })
    expect(await refusal(three.ask('group.withdraw', { conv }))).toBe('group.application.missing')
    await Promise.all([one.close(), three.close()])
  })

  test('[GE6] an invitation reaches the invited, and the answer the inviter', async () => {
    const [one, two] = [await as(ann), await as(ben)]
    const conv = await made(one, { kind: 'team', members: [ben], words: 'come' })
    expect(await two.next('note')).toMatchObject({ kind: 'group.invitation', from: ann, data: { conv, text: 'come' } })
    expect(await two.ask('group.invitations')).toMatchObject({
      invitations: [{ group: { conv, name: 'g' }, by: ann, words: 'come' }],
    })
    await two.ask('group.invitation.answer', { conv, accept: false, words: 'no' })
    expect(await one.next('note')).toMatchObject({ from: ben, data: { conv, accepted: false, text: 'no' } })
    const users = [ben, cat, ann, 'nobody']
    expect(await one.ask('group.invite', { conv, users })).toEqual({
      users: users.map((user, i) => ({ user, became: ['pending', 'pending', 'present', 'missing'][i] })),
    })
    await two.ask('group.invitation.answer', { conv, accept: true })
    await two.next('membership', frame => frame.conv === conv && frame.here === true)
    expect(await two.ask('group.members', { conv })).toMatchObject({
      members: [{ user: ann }, { user: ben, invitedBy: ann }],
    })
    await Promise.all([one.close(), two.close()])
  })

  test('[GE16] who is banned is out until it ends', async () => {
    const [one, two] = [await as(ann), await as(ben)]
    const conv = await made(one, { members: [ben], policy: { join: 'open' } })
    expect(await one.ask('group.ban', { conv, users: [ben, cat], seconds: 3600, words: 'spam' })).toEqual({
      users: [ben],
    })
    await two.next('membership', frame => frame.here === false)
    expect(await refusal(two.ask('group.join', { conv }))).toBe('group.banned')
    const { users } = (await one.ask('group.banned', { conv })) as { users: { user: string; until: number }[] }
    expect(users).toMatchObject([
      { user: ben, by: ann, words: 'spam' },
      { user: cat, by: ann, words: 'spam' },
    ])
    expect(users[0]?.until).toBeGreaterThan(Date.now() + 3_500_000)
    await one.ask('group.unban', { conv, users: [ben] })
    expect(await two.ask('group.join', { conv })).toEqual({ state: 'joined' })
    await Promise.all([one.close(), two.close()])
  })
})

describe('[GE22] a device that was away', () => {
  test('finds the same members, roles and mutes as one that stayed, and misses no change', async () => {
    const [one, stays, goes] = [await as(ann), await as(ben), await as(ben)]
    const conv = await made(one, { members: [ben, cat] })
    await stays.next('membership', frame => frame.conv === conv)
    const { conversations } = (await goes.ask('sync', { positions: [] })) as {
      conversations: { conversation: { conv: number; since: number }; seq: number; rev: number }[]
    }
    const known = conversations.find(each => each.conversation.conv === conv)
    const position = { conv, seq: known?.seq, rev: known?.rev, since: known?.conversation.since }
    const { epoch } = await goes.ask('sync', { positions: [position] })
    await goes.close()

    await one.ask('group.setManagers', { conv, users: [ben], on: true })
    await one.ask('group.mute', { conv, users: [cat], seconds: 600 })
    await one.ask('group.memberUpdate', { conv, nick: 'the owner' })
    await one.ask('group.muteAll', { conv, speak: 'managers' })
    await one.ask('group.transfer', { conv, user: ben, leave: true })
    const until = (frame: { what?: unknown; users?: unknown }) =>
      frame.what === 'member' && (frame.users as string[] | undefined)?.includes(ann) === true
    const live: object[] = []
    for (;;) {
      const { type: _, ...change } = await stays.next('change', frame => frame.conv === conv)
      live.push(change)
      if (until(change) && (change.detail as { joined?: boolean }).joined === false) break
    }

    const back = await as(ben)
    const resumed = (await back.ask('sync', { epoch, positions: [position] })) as {
      conversations: { reset: boolean; changes: object[]; conversation: object }[]
    }
    expect(resumed.conversations).toHaveLength(1)
    expect(resumed.conversations[0]).toMatchObject({ reset: false, conversation: { conv, role: 'owner' } })
    expect(resumed.conversations[0]?.changes).toEqual(live)
    expect(live.map(change => (change as { detail: object }).detail)).toMatchObject([
      { member: { role: 'manager' } },
      { member: { mutedUntil: expect.any(Number) } },
      { member: { nick: 'the owner' } },
      {},
      { owner: ben },
      { joined: false },
    ])
    expect(await picture(back, conv)).toEqual(await picture(stays, conv))
    expect(await picture(back, conv)).toMatchObject({
      group: { owner: ben, members: 2, policy: { speak: 'managers' } },
      members: [
        { user: ben, role: 'owner' },
        { user: cat, role: 'member', mutedUntil: expect.any(Number) },
      ],
      muted: [{ user: cat, by: ann }],
    })
    await Promise.all([one, stays, back].map(device => device.close()))
  })

  test('[GE10] [GE12] who is muted hears so, and may speak when it is lifted', async () => {
    const [one, two] = [await as(ann), await as(ben)]
    const conv = await made(one, { members: [ben] })
    let client = 0
    const say = () =>
      refusal(two.ask('message.sendToGroup', { conv, client: `m${++client}`, parts: [{ type: 'text', text: 'x' }] }))
    expect(await one.ask('group.mute', { conv, users: [ben, cat] })).toEqual({ users: [ben] })
    expect(await one.ask('group.muted', { conv })).toMatchObject({ users: [{ user: ben, by: ann }] })
    expect(await say()).toBe('user.muted')
    await one.ask('group.mute', { conv, users: [ben], on: false })
    expect(await say()).toBe('not refused')
    await one.ask('group.muteAll', { conv, speak: 'managers' })
    expect(await say()).toBe('group.muted')
    await one.ask('group.muteAll', { conv, speak: 'everyone' })
    expect(await say()).toBe('not refused')
    await Promise.all([one.close(), two.close()])
  })

  test('[GE14] one’s own setting reaches one’s other devices, and nobody else', async () => {
    const [one, two, other] = [await as(ann), await as(ben), await as(ben)]
    const conv = await made(one, { members: [ben] })
    await two.ask('group.memberUpdate', { conv, notify: 'silent' })
    const { conversations } = (await other.ask('conversation.list')) as {
      conversations: { conv: number; notify: string }[]
    }
    expect(conversations.find(each => each.conv === conv)?.notify).toBe('silent')
    await one.ask('ping')
    expect(JSON.stringify(one.frames)).not.toContain('silent')
    expect(await refusal(one.ask('group.memberUpdate', { conv, user: ben, notify: 'none' }))).toBe('group.role')
    await Promise.all([one, two, other].map(device => device.close()))
  })
})
