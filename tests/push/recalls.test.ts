import { afterEach, describe, expect, test } from 'vitest'
import { callNetease } from '../support/netease.ts'
import type { Taken } from '../support/push/provider.ts'
import { kinds, type PushSetting, startPush } from '../support/push/setting.ts'

let running: PushSetting

const start = async (...args: Parameters<typeof startPush>): Promise<PushSetting> => {
  running = await startPush(...args)
  return running
}

afterEach(() => running.stop())

/** Takes a message back, as its sender or in the group's name. */
async function recall({ server, call, app }: PushSetting, sent: { conv: number; seq: number }, more = {}) {
  const conversation = await server.core.groups.get(app.id, sent.conv).catch(() => undefined)
  const found = conversation ?? (await server.core.directs.get(app.id, sent.conv))
  if (!found) throw new Error('there is no such conversation')
  await server.core.recall(call, found, sent.seq, { by: 'ann', ...more })
}

/** The word by which the device, or the service on its way, replaces one push by another. */
const words: Record<keyof typeof kinds, (taken: Taken) => unknown[]> = {
  webhook: ({ body }) => [body.collapse],
  'web-push': ({ headers, body }) => [headers.topic, body.tag],
  apns: ({ headers }) => [headers['apns-collapse-id']],
  fcm: ({ body }) => {
    type Replacing = { android: { notification: { tag: string } }; apns: { headers: Record<string, string> } }
    const { android, apns } = body as unknown as Replacing
    return [android.notification.tag, apns.headers['apns-collapse-id']]
  },
}

/** What it sounds like, and the number at the icon. */
const noise: Record<keyof typeof kinds, (taken: Taken) => unknown[]> = {
  webhook: ({ body }) => [body.sound, body.badge],
  'web-push': ({ body }) => [body.sound, body.count],
  apns: ({ body }) => [(body.aps as { sound?: string }).sound, (body.aps as { badge?: number }).badge],
  fcm: ({ body }) => {
    const { android } = body as { android: { notification: { sound?: string; notification_count?: number } } }
    return [android.notification.sound, android.notification.notification_count]
  },
}

/** The mark for apps and back ends that can take a push away. */
const marks: Record<keyof typeof kinds, (taken: Taken) => unknown> = {
  webhook: ({ body }) => body.recalled,
  'web-push': ({ body }) => body.recalled,
  apns: ({ body }) => body.recalled,
  fcm: ({ body }) => (body.data as { recalled?: string } | undefined)?.recalled === 'true' || undefined,
}

describe.each(Object.keys(kinds) as (keyof typeof kinds)[])('a recall by %s', kind => {
  test('[PU108] takes the place of what is shown of its message, in silence and with a mark', async () => {
    const setting = await start(kind)
    const token = await setting.away('ben')
    const sent = await setting.say('ann', 'ben', 'How about tea?')
    await setting.settled()
    await recall(setting, sent)
    await setting.say('ann', 'ben', 'Better coffee')
    const [first, second, third, ...rest] = (await setting.settled()) as [Taken, Taken, Taken]
    expect(rest).toEqual([])
    expect([first, second, third]).toMatchObject([
      { token, title: 'Ann', text: 'How about tea?' },
      { token, title: 'Ann', text: 'Message recalled' },
      { token, title: 'Ann', text: 'Better coffee' },
    ])
    expect(words[kind](first)).toEqual(words[kind](first).map(() => String(sent.id)))
    expect(words[kind](second)).toEqual(words[kind](first))
    expect(words[kind](third)).not.toEqual(words[kind](first))
    expect(noise[kind](first)).toEqual(['default', 1])
    expect(noise[kind](second)).toEqual([undefined, undefined])
    expect([first, second, third].map(marks[kind])).toEqual([undefined, true, undefined])
    expect(JSON.stringify(second.body)).not.toContain('tea')
  })

  test('[PU108] [PU112] with its own words and data, under the name of the group', async () => {
    const setting = await start(kind)
    await setting.away('ben')
    const group = await setting.group('ann', ['ben'])
    const sent = await setting.sayIn(group, 'ann', 'one', { push: { title: 'Look', text: 'a picture', payload: 'p' } })
    await setting.settled()
    await recall(setting, sent, { push: { text: 'Ann thought better of it', payload: 'q' } })
    const again = await setting.sayIn(group, 'ann', 'two')
    await setting.settled()
    await recall(setting, again)
    expect((await setting.settled()).map(({ title, text, payload }) => [title, text, payload])).toEqual([
      ['Look', 'a picture', 'p'],
      ['Tea', 'Ann thought better of it', 'q'],
      ['Tea', 'Ann: two', undefined],
      ['Tea', 'Ann: Message recalled', undefined],
    ])
  })

  test('[PU113] a device that is gone is forgotten, and one that puts off is tried again', async () => {
    const setting = await start(kind, { clock: () => Date.now() - 1e11 })
    const { provider, server, app, away, settled } = setting
    const [gone, busy] = [await away('ben', 'phone'), await away('ben', 'tablet')]
    const sent = await setting.say('ann', 'ben', 'one')
    await settled()
    provider.treat(gone, 'gone')
    provider.treat(busy, 'broken')
    const before = provider.requests
    await recall(setting, sent)
    await expect.poll(() => provider.requests).toBeGreaterThan(before + 3)
    provider.treat(busy, 'take')
    expect((await settled()).slice(2)).toMatchObject([{ token: busy, text: 'Message recalled' }])
    await expect.poll(() => server.core.pushTokens.of(app.id, ['ben'])).toMatchObject([[{ device: 'tablet' }]])
  })
})

describe('who is told of a recall', () => {
  const texts = async (setting: PushSetting) => (await setting.settled()).map(each => each.text)

  test('[PU109] those whom the message was for and who have not read it', async () => {
    const setting = await start()
    const { server, call } = setting
    const tokens = Object.fromEntries(
      await Promise.all(['ann', 'ben', 'cat', 'dan', 'eve'].map(async user => [await setting.away(user), user])),
    )
    const group = await setting.group('ann', ['ben', 'cat', 'dan', 'eve'])
    const sent = await setting.sayIn(group, 'ann', 'one', { visibleTo: ['ben', 'cat', 'dan'] })
    await setting.settled()
    await server.core.unread.mark(call, group, 'ben', sent.seq)
    await setting.connected('cat', "cat's phone")
    await recall(setting, sent)
    expect((await setting.settled()).slice(3).map(each => `${tokens[each.token]}: ${each.text}`)).toEqual([
      'dan: Ann: Message recalled',
    ])
  })

  test('[PU109] also those who were told although they muted the conversation', async () => {
    const setting = await start()
    const { server, call } = setting
    const tokens = { ben: await setting.away('ben'), cat: await setting.away('cat') }
    const team = await setting.group('ann', ['ben', 'cat'], { kind: 'team' })
    for (const user of ['ben', 'cat'])
      await server.core.conversationSettings.setOne(call, user, team.id, { notify: 'none' })
    const fields = { from: 'ann', ope: 1, to: String(team.id), type: 0, body: '{"msg":"hi"}', forcepushlist: '["ben"]' }
    const reply = (await callNetease(server, setting.app, 'msg/sendMsg.action', fields)).body as {
      data: { msgid: number; timetag: number }
    }
    await setting.settled()
    const { msgid, timetag } = reply.data
    const taken = { deleteMsgid: msgid, timetag, type: 8, from: 'ann', to: String(team.id) }
    expect((await callNetease(server, setting.app, 'msg/recall.action', taken)).body).toMatchObject({ code: 200 })
    expect(await setting.settled()).toMatchObject([
      { token: tokens.ben, text: 'Ann: hi' },
      { token: tokens.ben, text: 'Ann: Message recalled' },
    ])
  })

  test('[PU110] nobody when nothing was shown of the message', async () => {
    const setting = await start()
    await setting.away('ben')
    const still = await setting.group('ann', ['ben'], { policy: { push: false } })
    const off = await setting.say('ann', 'ben', 'one', { push: { off: true } })
    const dumb = await setting.say('ann', 'ben', '', { parts: [{ type: 'custom', data: 'x' }] })
    const silent = await setting.sayIn(still, 'ann', 'two')
    const words = await setting.say('ann', 'ben', 'three')
    await setting.settled()
    for (const sent of [off, dumb, silent]) await recall(setting, sent)
    await recall(setting, words, { push: { off: true } })
    // Who was there when it was said was shown no push, though they are away by now.
    const socket = await setting.connected('ben', "ben's phone")
    const seen = await setting.say('ann', 'ben', 'four')
    await setting.settled()
    await socket.close()
    await expect.poll(() => setting.server.core.presence.of(setting.app.id, ['ben'])).toEqual([[]])
    await recall(setting, seen)
    expect(await texts(setting)).toEqual(['three'])
  })

  test('[PU110] nobody of a message that was recalled before it was pushed, or was never taken', async () => {
    const setting = await start()
    const token = await setting.away('ben')
    await setting.provider.stop()
    await setting.say('ann', 'ben', 'zero')
    await expect.poll(async () => (await setting.server.webhooks.standing(setting.app.id))[0]?.waiting).toBe(1)
    const sent = await setting.say('ann', 'ben', 'one')
    await recall(setting, sent)
    await setting.provider.listen()
    expect(await texts(setting)).toEqual(['zero'])
    setting.provider.treat(token, 'refuse')
    const never = await setting.say('ann', 'ben', 'two')
    await setting.settled()
    setting.provider.treat(token, 'take')
    await recall(setting, never)
    expect(await texts(setting)).toEqual(['zero'])
  })

  test('[PU111] as long as the message was worth a push; with words of its own at any time', async () => {
    let now = Date.now()
    const setting = await start('webhook', { clock: () => now })
    await setting.away('ben')
    const [one, two] = [await setting.say('ann', 'ben', 'one'), await setting.say('ann', 'ben', 'two')]
    const short = await setting.say('ann', 'ben', 'three', { push: { ttl: 60_000 } })
    await setting.settled()
    now += 60_001
    await recall(setting, short)
    await setting.settled()
    now += 24 * 3_600_000
    await recall(setting, one)
    await recall(setting, two, { push: { text: 'Never mind' } })
    expect(await texts(setting)).toEqual(['one', 'two', 'three', 'Never mind'])
  })

  test("[PU112] Yunxin's recall with pushcontent and payload", async () => {
    const setting = await start()
    const { server, app } = setting
    await setting.away('ben')
    const fields = { from: 'ann', ope: 0, to: 'ben', type: 0, body: '{"msg":"hi"}' }
    const reply = (await callNetease(server, app, 'msg/sendMsg.action', fields)).body as {
      data: { msgid: number; timetag: number }
    }
    await setting.settled()
    const { msgid, timetag } = reply.data
    const payload = { pushTitle: 'P', apsField: { 'thread-id': 't' }, channel_id: 'c' }
    const taken = { deleteMsgid: msgid, timetag, type: 7, from: 'ann', to: 'ben' }
    const more = { pushcontent: 'gone', payload: JSON.stringify(payload) }
    expect((await callNetease(server, app, 'msg/recall.action', { ...taken, ...more })).body).toEqual({ code: 200 })
    expect((await setting.settled())[1]).toMatchObject({
      title: 'P',
      text: 'Ann: gone',
      payload: JSON.stringify(payload),
      body: {
        recalled: true,
        collapse: String(msgid),
        options: { apns: { aps: { 'thread-id': 't' } }, netease: { channel_id: 'c' } },
      },
    })
  })
})
