import { afterEach, describe, expect, test } from 'vitest'
import { openReceiver } from '../../scripts/receiver/receiver.ts'
import { kinds, type PushSetting, startPush } from '../support/push/setting.ts'

let push: PushSetting

afterEach(() => push.stop())

const words = { title: 'Order 7', text: 'Your order is ready', payload: '{"order":7}' }

/** Sends one that has words for who is away. */
const notify = (to: string, more = {}) =>
  push.server.core.notifications.toUser(push.call, to, { from: 'ann', body: '{}', stored: true, push: words, ...more })

/** Who was told what, in any order. */
async function told(tokens: Record<string, string>): Promise<string[]> {
  const users = new Map(Object.entries(tokens).map(([user, token]) => [token, user]))
  return (await push.settled()).map(each => `${users.get(each.token)}: ${each.text}`).sort()
}

async function allAway(...users: string[]): Promise<Record<string, string>> {
  return Object.fromEntries(await Promise.all(users.map(async user => [user, await push.away(user)])))
}

test.each(Object.keys(kinds) as (keyof typeof kinds)[])(
  '[PU106] a notification with words is pushed by %s to the devices that are away',
  async kind => {
    push = await startPush(kind)
    const token = await push.away('ben')
    await push.away('ben', 'page')
    const page = await push.connected('ben', 'page')
    const ann = await push.connected('ann', 'phone')
    const { id } = await ann.ask('notification.send', { to: 'ben', body: '{"a":1}', push: words })
    expect(await page.next('note')).toMatchObject({ data: { id } })
    expect(await push.settled()).toMatchObject([{ token, ...words }])
    await ann.ask('notification.send', { to: 'ben', body: '{"a":1}', push: { text: 'no title' } })
    expect((await push.settled()).at(-1)).toMatchObject({ token, title: 'Ann', text: 'no title' })
  },
)

describe('notifications', () => {
  test('[PU106] to a group go to its members, or to those alone whom they are for', async () => {
    push = await startPush()
    const tokens = await allAway('ann', 'ben', 'cat', 'dan', 'eve')
    const group = await push.group('ann', ['ben', 'cat', 'dan'])
    await push.server.core.conversationSettings.setOne(push.call, 'dan', group.id, { notify: 'none' })
    const draft = { from: 'ann', body: '{}', stored: true }
    await push.server.core.notifications.toGroup(push.call, group.id, { ...draft, push: { text: 'all' } })
    await push.server.core.notifications.toGroup(push.call, group.id, {
      ...{ ...draft, from: '', users: ['cat', 'eve'] },
      push: { text: 'few' },
    })
    expect(await told(tokens)).toEqual(['ben: all', 'cat: all', 'cat: few'])
    expect(push.provider.taken.map(each => each.title)).toEqual(['Tea', 'Tea', 'Tea'])
  })

  test('[PU106] to many users are pushed to each, with an id and a collapse word of its own and no badge', async () => {
    push = await startPush()
    const tokens = await allAway('ben', 'cat')
    const sent = { from: '', body: '{}', stored: true, push: words }
    const ids = await push.server.core.notifications.toUsers(push.call, ['ben', 'cat', 'nobody'], sent)
    expect(await told(tokens)).toEqual(['ben: Your order is ready', 'cat: Your order is ready'])
    const { taken } = push.provider
    expect(new Set(taken.map(each => each.body.id)).size).toBe(2)
    expect(taken.map(each => each.body.collapse).sort()).toEqual(ids.slice(0, 2).map(String).sort())
    expect(taken.map(each => each.body.badge)).toEqual([undefined, undefined])
  })

  test('[PU107] without words, not stored, or with the push off, are not; nothing is kept of them', async () => {
    push = await startPush()
    await push.away('ben')
    await notify('ben', { push: undefined })
    await notify('ben', { push: { title: 'only a title' } })
    await notify('ben', { push: { ...words, off: true } })
    await notify('ben', { stored: false })
    const still = await push.group('ann', ['ben'], { policy: { push: false } })
    const draft = { from: 'ann', body: '{}', stored: true, push: words }
    await push.server.core.notifications.toGroup(push.call, still.id, draft)
    expect(await push.server.core.deliveries.heads(push.app.id)).toEqual([0, 0, 0, 0])
    expect(await push.settled()).toEqual([])
  })

  test('[PU107] go to nobody who muted the sender, is banned, or wants to be left alone, and not back to their sender', async () => {
    push = await startPush()
    const tokens = await allAway('ann', 'ben', 'cat', 'dan', 'eve')
    const { core } = push.server
    await core.friends.blocks.add(push.call, 'ben', [{ user: 'ann' }], 'mute')
    await core.users.ban(push.call, 'cat', true, { now: false })
    await core.pushTokens.setQuiet(push.call, 'dan', "dan's phone", { from: 0, to: 0, zone: 'UTC' })
    for (const user of ['ann', 'ben', 'cat', 'dan', 'eve']) await notify(user)
    expect(await told(tokens)).toEqual(['eve: Your order is ready'])
    await core.friends.blocks.remove(push.call, 'ben', ['ann'], 'mute')
    await notify('ben')
    expect(await told(tokens)).toEqual(['ben: Your order is ready', 'eve: Your order is ready'])
  })

  test('[PU107] of who was deleted since are not pushed to who is made again under the id', async () => {
    push = await startPush()
    await push.away('ben')
    await push.provider.stop()
    await notify('ben')
    await expect.poll(async () => (await push.server.webhooks.standing(push.app.id))[0]?.waiting).toBe(1)
    await push.server.core.users.remove(push.call, ['ben'])
    await push.server.core.users.save(push.call, [{ id: 'ben' }], { existing: 'refuse' })
    await push.away('ben', 'a new phone')
    await push.provider.listen()
    expect(await push.settled()).toEqual([])
  })

  test('[PU113] a device that is gone is forgotten, one that came back is left alone, and no app is told as of a message', async () => {
    const receiver = await openReceiver()
    const webhook = { kind: 'tencent' as const, url: receiver.url, secret: 'token', on: ['Push.OfflinePush'] }
    push = await startPush('webhook', { webhooks: [webhook] })
    const { provider, server, app } = push
    const [gone, busy] = [await push.away('ben', 'phone'), await push.away('ben', 'tablet')]
    provider.treat(gone, 'gone')
    provider.treat(busy, 'broken')
    await notify('ben')
    await expect.poll(() => server.core.pushTokens.of(app.id, ['ben'])).toMatchObject([[{ device: 'tablet' }]])
    await push.connected('ben', 'tablet')
    provider.treat(busy, 'take')
    await push.settled()
    expect(provider.taken).toEqual([])
    // The first that the app hears of is the message that follows.
    await push.away('cat')
    await push.say('ann', 'cat', 'hello')
    expect((await receiver.next()).body).toMatchObject({ To_Account: 'cat' })
    await receiver.stop()
  })

  test('[PU107] are worth a push for a day, or for as long as they say', async () => {
    const outcomes: string[] = []
    push = await startPush('webhook', { pushed: (_engine, outcome) => outcomes.push(outcome) })
    const token = await push.away('ben')
    push.provider.treat(token, 'broken')
    await notify('ben', { push: { text: 'short', ttl: 100 } })
    await push.settled()
    expect(outcomes).toContain('expired')
    push.provider.treat(token, 'take')
    await notify('ben', { push: { text: 'long' } })
    const day = 24 * 3_600_000
    const [taken] = await push.settled()
    expect(taken).toMatchObject({
      text: 'long',
      body: { ttl: expect.toSatisfy(ttl => ttl > day - 10_000 && ttl <= day) },
    })
  })
})
