import { z } from 'zod'
import type { Call } from '../../core/call.ts'
import type { Core } from '../../core/core.ts'
import { Fault } from '../../core/errors.ts'
import type { Group } from '../../core/model.ts'
import type { RoomClass, RoomMember } from '../../core/rooms/model.ts'
import * as form from './forms/forms.ts'
import { operation } from './operation.ts'
import { conv, groupView, keyText, limit, number, self, user } from './shapes.ts'

const line = (most: number) => z.string().max(most).optional()
const users = z.array(user).min(1).max(100)
const seconds = z.number().int().min(0).max(2_592_000)

/** What somebody shows of themselves in a room. */
const shown = {
  nick: line(64),
  avatar: line(1024).describe('the address of a picture'),
  ext: z
    .record(z.string().max(64), z.string().max(1024))
    .refine(map => Object.keys(map).length <= 20, { error: 'at most 20 texts' })
    .optional()
    .describe('at most 20 texts by name, all of them'),
  text: line(4096).describe('any text of the caller’s own'),
  tags: z.array(keyText(32)).max(10).optional().describe('by which some in the room can be told or muted'),
  notify: line(128).describe('whom the coming and going is told, by tags'),
}

/**
 * Enter a live room with this device, until it leaves or its connection ends; what is said there is pushed from now on.
 * Entering again changes what the caller shows.
 */
const enter = operation({
  key: 'room.enter',
  request: z.object({ conv, ...shown, words: line(2048).describe('told with the coming, and not kept') }),
  reply: z.strictObject({ room: form.room, me: form.insider, online: form.number }),
  async run(core, call, { conv, ...draft }) {
    const session = call.session ?? ''
    const platform = call.device?.platform
    const { room, member, online } = await core.rooms.enter(call, conv, {
      user: self(call),
      session,
      platform,
      ...draft,
    })
    return { room: roomView(room, online), me: insiderView(member), online }
  },
})

/** Leave a live room with this device; the account leaves with its last one. */
const leave = operation({
  key: 'room.leave',
  request: z.object({ conv }),
  reply: form.nothing,
  async run(core, call, r) {
    const left = await core.rooms.leave(call, r.conv, self(call), [call.session ?? ''], 'left')
    if (!left) throw new Fault('member.missing')
    return {}
  },
})

/** Tell about a live room, and how many are in it. Open rooms may be looked at from outside. */
const info = operation({
  key: 'room.info',
  request: z.object({ conv }),
  reply: form.room,
  async run(core, call, r) {
    const room = await visibleRoom(core, call, r.conv)
    return roomView(room, await core.rooms.count(room.id))
  },
})

/** Tell how many are in a live room, and of which classes. */
const count = operation({
  key: 'room.count',
  request: z.object({ conv }),
  reply: z.strictObject({ online: form.number, managers: form.number, members: form.number, guests: form.number }),
  async run(core, call, r) {
    const room = await visibleRoom(core, call, r.conv)
    const of: (undefined | RoomClass)[] = [undefined, 'manager', 'member', 'guest']
    const all = await core.rooms.countMany(
      room.id,
      of.map(each => ({ class: each })),
    )
    const [online, managers, members, guests] = all as [number, number, number, number]
    return { online, managers, members, guests }
  },
})

const insiderPlace = z.strictObject({ entry: form.number, entered: form.ms, user: form.user })
const classes = { managers: ['manager'], members: ['member'], guests: ['guest'] } as const

/** List who is in a live room that the caller is in: who entered first comes first, or last with `newest`. */
const members = operation({
  key: 'room.members',
  request: z.object({
    conv,
    of: z
      .enum(['managers', 'members', 'guests'])
      .optional()
      .describe('owner and managers, other fixed members, or all the others'),
    tag: keyText(32).optional().describe('only those with it; not beside `of`'),
    newest: z.boolean().default(false).describe('who entered last comes first'),
    after: z.object({ entry: number, entered: number, user }).optional().describe('`next` of the page before'),
    limit: limit(200, 50),
  }),
  reply: z.strictObject({ members: z.array(form.insider), next: form.next(insiderPlace) }),
  async run(core, call, r) {
    const room = await ownRoom(core, call, r.conv)
    const found = await core.rooms.list(room.id, {
      classes: r.of && classes[r.of],
      tag: r.of ? undefined : r.tag,
      after: r.after,
      reverse: r.newest,
      limit: r.limit + 1,
    })
    const page = found.slice(0, r.limit)
    const last = page.at(-1)
    const next = last && found.length > r.limit && { entry: last.entry, entered: last.entered, user: last.user }
    return { members: page.map(insiderView), next: next || undefined }
  },
})

/** Change what the caller shows in a live room. */
const describe = operation({
  key: 'room.describe',
  request: z.object({ conv, ...shown }),
  reply: z.strictObject({ me: form.insider }),
  async run(core, call, { conv, ...shown }) {
    const [member] = await core.rooms.describe(call, conv, [{ user: self(call), ...shown }])
    if (!member) throw new Fault('member.missing')
    return { me: insiderView(member) }
  },
})

const words = {
  text: line(256).describe('told with it'),
  ext: line(2048).describe('the caller’s own data for those who are told'),
}

/** Send users out of a live room; they may come back. For those who run it, as far as its policy lets them. */
const kick = operation({
  key: 'room.kick',
  request: z.object({ conv, users, ...words }),
  reply: z.strictObject({ kicked: z.array(form.user) }),
  async run(core, call, r) {
    return { kicked: await core.rooms.kick(call, r.conv, r.users, { text: r.text, ext: r.ext }) }
  },
})

/** Keep users out of a live room for some seconds, or for ever; those inside are sent out. For those who run it. */
const ban = operation({
  key: 'room.ban',
  request: z.object({ conv, users, seconds: seconds.min(1).optional().describe('absent: for ever'), text: line(256) }),
  reply: form.nothing,
  async run(core, call, r) {
    const until = r.seconds === undefined ? Number.POSITIVE_INFINITY : core.clock() + r.seconds * 1000
    await core.rooms.ban(call, r.conv, r.users, { until, text: r.text })
    return {}
  },
})

/** Let users come in again. */
const unban = operation({
  key: 'room.unban',
  request: z.object({ conv, users }),
  reply: form.nothing,
  async run(core, call, r) {
    await core.rooms.unban(call, r.conv, r.users)
    return {}
  },
})

/** Take the voice from a user, or from all who have a tag, for some seconds; 0 gives it back. For those who run the room. */
const mute = operation({
  key: 'room.mute',
  request: z
    .object({
      conv,
      user: user.optional(),
      tag: keyText(32).optional().describe('all who have it'),
      seconds: seconds.describe('0 gives it back'),
      ...words,
    })
    .refine(r => (r.user === undefined) !== (r.tag === undefined), { error: 'either user or tag' })
    .describe('either `user` or `tag`'),
  reply: z.strictObject({ seconds: form.number.describe('how long, or what was left of a mute that ends') }),
  async run(core, call, r) {
    const whom = r.user === undefined ? { tag: r.tag as string } : { user: r.user }
    return { seconds: await core.rooms.mute(call, r.conv, whom, r.seconds, { text: r.text, ext: r.ext }) }
  },
})

/** Leave the voice in a live room to those who run it, or give it back to everybody. */
const muteAll = operation({
  key: 'room.muteAll',
  request: z.object({ conv, on: z.boolean().describe('false: everybody may speak'), ...words }),
  reply: form.nothing,
  async run(core, call, r) {
    const speak = r.on ? ('managers' as const) : ('everyone' as const)
    await core.groups.muteAll(call, r.conv, speak, { text: r.text, ext: r.ext, tellPolicy: true })
    return {}
  },
})

/** Make somebody a manager of a live room, one of its fixed members, or a guest again. For its owner, or its managers. */
const fix = operation({
  key: 'room.fix',
  request: z.object({ conv, user, role: z.enum(['manager', 'member', 'guest']), ...words }),
  reply: form.nothing,
  async run(core, call, r) {
    await core.rooms.fix(call, r.conv, r.user, r.role, { text: r.text, ext: r.ext })
    return {}
  },
})

export const roomOperations = [enter, leave, info, count, members, describe, kick, ban, unban, mute, muteAll, fix]

/** A room that is open, or that the caller belongs to. */
async function visibleRoom(core: Core, call: Call, id: number): Promise<Group> {
  const room = await core.groups.get(call.app.id, id)
  if (room.policy.members === 'passing' && room.policy.join === 'open') return room
  return ownRoom(core, call, id)
}

/** A room that the caller is in, or belongs to. Fault('group.missing') for any other group. */
async function ownRoom(core: Core, call: Call, id: number): Promise<Group> {
  const [standing] = await core.positions.standings(call.app.id, self(call), [id])
  const room = standing?.conversation
  if (room?.type !== 'group' || room.policy.members !== 'passing') throw new Fault('group.missing')
  return room
}

/** A live room as devices see it. */
function roomView(room: Group, online: number): z.output<typeof form.room> {
  const { members: _, policy, ...rest } = groupView(room, online)
  return { ...rest, online, policy, stored: room.policy.stored }
}

const roles = ['owner', 'manager', 'member'] as const

/** Somebody inside as the others see them. */
function insiderView(member: RoomMember): z.output<typeof form.insider> {
  const { user, rank, anonymous, entry, entered, nick, avatar, ext, text, tags, marks } = member
  const role = rank === undefined ? 'guest' : roles[rank]
  return { user, role, anonymous, entry, entered, nick, avatar, ext, text, tags, marks }
}
