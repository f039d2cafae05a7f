import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openWorld, type World } from '../../../../tests/support/netease-callbacks.ts'
import { anyId, type CopiedSample, messageSamples } from '../../../../tests/support/netease-copied.ts'
import { customSamples } from '../../../../tests/support/netease-copied-custom.ts'
import { otherSamples } from '../../../../tests/support/netease-copied-others.ts'
import { teamSamples } from '../../../../tests/support/netease-copied-teams.ts'
import type { Event } from '../../../core/events.ts'
import { parseJson, writeJson } from '../../../lib/json.ts'
import { copies } from './callbacks.ts'

let world: World

beforeAll(async () => {
  world = await openWorld()
})

afterAll(() => world.node.stop())

const all = [...messageSamples, ...teamSamples, ...customSamples, ...otherSamples]

/** The copies of an event, as they are read from the wire. */
async function copiesOf(event: Event, rest = false): Promise<{ id: string; bodies: object[] }[]> {
  const { node, client, rest: server, news: newsOf } = world
  const news = newsOf(event, rest ? server : client)
  const fired = copies.told.filter(each => each.event === event.type && each.fires(news, event as never))
  return Promise.all(
    fired.map(async ({ id, body }) => {
      const made = await body(node.core, news, event as never, { at: node.core.clock(), id })
      const bodies = made === undefined ? [] : [made].flat()
      return { id, bodies: parseJson(writeJson(bodies)) as object[] }
    }),
  )
}

const ids = { msgidClient: anyId, msgidServer: anyId }

/** With the ids that no sample can know in the sample's words. */
function comparable(body: object, sample: object): object {
  const unknown = Object.entries(ids).filter(([name]) => (sample as Record<string, unknown>)[name] === anyId)
  return { ...body, ...Object.fromEntries(unknown) }
}

const withoutUndefined = (body: object) => parseJson(writeJson(body)) as object

describe('message copies', () => {
  test.each(all.map(each => [`${each.id}: ${each.name}`, each] as const))('%s', async (_, sample: CopiedSample) => {
    const found = await copiesOf(sample.event(world), sample.rest)
    const wanted = sample.bodies(world).map(withoutUndefined)
    expect(found.map(each => each.id)).toEqual([sample.id])
    const bodies = found.flatMap(each => each.bodies)
    expect(bodies.map((body, i) => comparable(body, wanted[i] as object))).toEqual(wanted)
    for (const body of bodies as Record<string, unknown>[])
      for (const [name, form] of Object.entries(forms)) if (name in body) expect(String(body[name])).toMatch(form)
  })

  test('a number that stands for no message is always the same, and never another’s', async () => {
    const events = all.map(each => each.event(world)).filter(event => event.type !== 'message.sent')
    const numbersOf = async () =>
      (await Promise.all(events.map(event => copiesOf(event)))).flat().flatMap(each => each.bodies)
    const server = (bodies: object[]) => bodies.map(body => (body as { msgidServer?: string }).msgidServer)
    const [one, other] = [server(await numbersOf()), server(await numbersOf())]
    expect(one).toEqual(other)
    expect(new Set(one.filter(Boolean)).size).toBeGreaterThan(6)
  })

  test('[NE108] a message whose sender wants no copy has none', async () => {
    const plain = world.message([{ type: 'text', text: 'x' }])
    const unrouted = { ...plain, native: { netease: { option: { route: false } } } }
    for (const conversation of [world.direct, world.team, world.superteam, world.room]) {
      expect(await copiesOf({ type: 'message.sent', message: plain, conversation })).toHaveLength(1)
      expect(await copiesOf({ type: 'message.sent', message: unrouted, conversation })).toEqual([])
      expect(await copiesOf({ type: 'message.sent', message: plain, conversation, quiet: true })).toEqual([])
    }
  })

  test('[NE109] what a tip tells of a team is copied once', async () => {
    for (const { event: eventOf } of teamSamples) {
      const event = eventOf(world)
      if (!['group.created', 'members.joined', 'members.left', 'group.changed', 'group.owner'].includes(event.type))
        continue
      expect(await copiesOf(event)).toHaveLength(1)
      expect(await copiesOf({ ...event, tipped: true } as Event)).toEqual([])
    }
  })

  test('nothing is told of what is no operation of a team', async () => {
    const alone: Event = { type: 'group.created', group: world.team, members: ['ann'] }
    const room: Event = { type: 'group.created', group: world.room, members: ['ann', 'ben'] }
    const muted: Event = {
      ...{ type: 'message.failed', conversation: world.direct, from: 'ann', parts: [], passing: false },
      ...{ why: 'user.muted', text: '' },
    }
    for (const event of [alone, room, muted]) expect(await copiesOf(event)).toEqual([])
  })

  test('a team’s copy names 200 members at most', async () => {
    const users = Array.from({ length: 199 }, (_, i) => `u${i}`)
    await world.node.users(...users)
    const team = await world.node.group('ann', users, { kind: 'team', policy: { maxMembers: 300 } })
    await world.node.core.members.addMany(world.node.call, team.id, [{ user: 'ben' }])
    const event: Event = {
      type: 'message.sent',
      message: world.message([{ type: 'text', text: 'x' }]),
      conversation: team,
    }
    const [found] = await copiesOf(event)
    const { tMembers } = (found as { bodies: object[] }).bodies[0] as { tMembers: string }
    expect(tMembers.slice(1, -1).split(', ')).toHaveLength(200)
  })

  test('a failed callback of another vendor is none of Yunxin’s', async () => {
    const { app } = world.client
    app.home = 'tencent'
    const found = await copiesOf({ type: 'hook.failed', reason: 'late', body: '{}' })
    app.home = 'netease'
    expect(found).toEqual([{ id: 'copy/83', bodies: [] }])
  })

  test('cards that do not fit are left out of a notification, its ids are not', async () => {
    const users = Array.from({ length: 15 }, (_, i) => `somebody_with_a_long_name_${i}`)
    await world.node.users(...users)
    const profile = { avatar: `http://${'x'.repeat(200)}` }
    await Promise.all(users.map(user => world.node.core.users.update(world.node.call, user, { profile })))
    const notice = { type: 'notice' as const, what: 'invited' as const, by: 'ann', users }
    const message = world.message([notice])
    const [found] = await copiesOf({ type: 'message.sent', message, conversation: world.team })
    const { attach } = (found as { bodies: object[] }).bodies[0] as { attach: string }
    expect(attach.length).toBeLessThan(4096)
    expect(parseJson(attach)).toMatchObject({ data: { ids: users } })
    expect(attach).not.toContain('uinfos')
  })
})

const forms = { msgidServer: /^\d{1,16}$/, msgidClient: /^(c-1|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})$/ }
