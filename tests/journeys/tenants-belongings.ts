import { randomUUID } from 'node:crypto'
import type { App } from '../../src/core/apps/model.ts'
import type { Call } from '../../src/core/call.ts'
import type { Core } from '../../src/core/core.ts'

/** What stands in everything that an app must not show to another. */
export const secret = 'SECRET'

/** Ids of what users do on their devices: whose they are is user 1001's, unless it says otherwise. */
export interface Belongings {
  /** A user whom no other app has, who asked to be a friend, and to come into the club. */
  asker: string
  /** Users of this app whom the user blocks, or hears without a sound. */
  blocked: string
  hushed: string
  /** A group that the user owns, with members who are muted, and users who are banned. */
  club: number
  /** Groups of another user: one where the user waits to come in, one into which they were invited. */
  door: number
  guesthouse: number
  /** A live room that the user owns, with somebody inside. */
  room: number
  /** One of the user's own groups of conversations. */
  folder: number
  /** A connection, and a push token. */
  session: string
  token: string
}

/** The same of nobody. */
export const noBelongings: Belongings = {
  asker: '9010',
  blocked: 'nobody-blocked',
  hushed: 'nobody-hushed',
  club: 4_000_000_005,
  door: 4_000_000_006,
  guesthouse: 4_000_000_007,
  room: 4_000_000_008,
  folder: 77,
  session: '5e5510e5-0000-4000-8000-000000000000',
  token: '70ce0000-0000-4000-8000-000000000000',
}

/** The user's own, their peer in a pair, and somebody whom only this app has. */
const [user, peer, only, asker] = ['1001', '1002', '1004', '1005'] as const

/** Users whose very names nobody else may see. */
const [blocked, hushed, muted, banned] = [
  `${secret}-blocked`,
  `${secret}-hushed`,
  `${secret}-muted`,
  `${secret}-banned`,
]

/** Gives users of an app, who have a pair and a group with a message, all the other things that only they may see. */
export async function furnishDevices(
  core: Core,
  app: App,
  made: { conv: number; tid: number; seq: number },
): Promise<Belongings> {
  const as = (operator: string): Call => ({ app, operator, admin: false, origin: { dialect: 'native', via: 'client' } })
  const rest: Call = { app, admin: true, origin: { dialect: 'native', via: 'rest' } }
  await relate(core, rest, as)
  const folder = await arrange(core, as, made)
  await mark(core, as(user), made)
  const groups = await gather(core, rest, as)
  await core.notifications.toUser(as(peer), user, { from: peer, body: secret, stored: true })
  await core.broadcasts.send(rest, { from: peer, parts: said, keep: 3_600_000 })
  const { session, token } = await connect(core, as)
  const room = await furnishRoom(core, rest, as)
  return { asker, blocked, hushed, folder, session, token, room, ...groups }
}

type As = (operator: string) => Call

const said = [{ type: 'text' as const, text: secret }]

/** Whom the user knows, and does not want to know. */
async function relate(core: Core, rest: Call, as: As) {
  const ids = [asker, blocked, hushed, muted, banned]
  await core.users.save(
    rest,
    ids.map(id => ({ id })),
    { existing: 'update' },
  )
  await core.users.update(as(user), user, { profile: { email: secret } })
  await core.friends.add(rest, user, [{ user: only, remark: secret }], { how: 'direct' })
  await core.friends.add(as(asker), asker, [{ user, wording: secret }], { how: 'ask' })
  await core.friends.blocks.add(as(user), user, [{ user: blocked }], 'block')
  await core.friends.blocks.add(as(user), user, [{ user: hushed }], 'mute')
}

/** What the user set of conversations. Their own groups of them have numbers that users of other apps do not have. */
async function arrange(core: Core, as: As, { conv, tid }: { conv: number; tid: number }): Promise<number> {
  const call = as(user)
  for (const id of [conv, tid]) await core.conversationSettings.setOne(call, user, id, { label: secret })
  let folder = 0
  for (let n = 1; n <= 9; n++) {
    const made = await core.conversationGroups.create(call, user, { name: `${secret} ${n}`, text: secret })
    folder = made.id
  }
  await core.conversationGroups.place(call, user, folder, [conv, tid], true)
  return folder
}

/** What stands beside a message of a group. */
async function mark(core: Core, call: Call, { tid, seq }: { tid: number; seq: number }) {
  const group = await core.groups.get(call.app.id, tid)
  await core.pins.pin(call, group, seq)
  await core.reactions.react(call, group, seq, 'x')
  await core.extensions.set(call, group, seq, [{ key: 'k', value: secret }])
}

/** A group with all that its owner alone may see, and groups whose owner has the user in mind. */
async function gather(core: Core, rest: Call, as: As) {
  const { groups, members } = core
  const { group: club } = await groups.create(rest, {
    ...{ kind: 'public', name: `${secret} club`, owner: user },
    members: [{ user: peer }, { user: muted }],
    policy: { invite: 'managers', ownerMayLeave: true },
  })
  await core.send.toGroup(as(peer), club.id, { from: peer, parts: said })
  await members.update(as(user), club.id, peer, { nick: secret })
  await members.mute(as(user), club.id, [muted], Number.POSITIVE_INFINITY)
  await members.ban(as(user), club.id, [banned], Number.POSITIVE_INFINITY, { text: secret })
  await members.apply(as(asker), club.id, asker, { text: secret })
  const { group: door } = await groups.create(rest, { kind: 'public', name: `${secret} door`, owner: peer })
  await members.apply(as(user), door.id, user)
  const { group: guesthouse } = await groups.create(rest, { kind: 'team', name: `${secret} house`, owner: peer })
  await members.invite(as(peer), guesthouse.id, [user], { text: secret })
  return { club: club.id, door: door.id, guesthouse: guesthouse.id }
}

/** A device of the user and what they say they do; the user watches somebody who is there too. */
async function connect(core: Core, as: As) {
  const session = `${secret}-${randomUUID()}`
  const token = randomUUID()
  const device = `${secret} phone`
  await core.presence.enter({ app: as(user).app.id, user, id: session, platform: 'iOS', device })
  await core.presence.watching.subscribe(as(user), user, [only], 3_600_000)
  await core.presence.watching.subscribe(as(user), user, [only], 3_600_000, 100_000)
  const said = { kind: 100_000, value: 1, config: secret, span: 3_600_000, scope: 'all' as const, self: false }
  await core.presence.events.publish(as(only), only, said)
  await core.pushTokens.register(as(user), user, { device: 'tablet', platform: 'Android', engine: 'fcm', token })
  return { session, token }
}

/** A live room with somebody inside who says what they do, and with texts beside it. */
async function furnishRoom(core: Core, rest: Call, as: As): Promise<number> {
  const draft = { kind: 'chatroom' as const, name: `${secret} room`, owner: user }
  const { group: room } = await core.groups.create(rest, draft)
  const session = `${secret}-${randomUUID()}`
  await core.presence.enter({ app: rest.app.id, user: only, id: session, platform: 'Web', device: 'browser' })
  await core.presence.setStatus(as(only), only, secret)
  await core.rooms.enter(as(only), room.id, { user: only, session, nick: secret, tags: ['x'] })
  await core.rooms.attributes.write(as(user), room.id, 'set', { k: secret })
  await core.rooms.queue.offer(as(user), room.id, [{ key: 'k', value: secret }])
  return room.id
}
