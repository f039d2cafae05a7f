import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Group } from '../../src/core/model.ts'
import { callNetease } from '../support/netease.ts'
import { type PushSetting, startPush } from '../support/push/setting.ts'
import { callTencent } from '../support/tencent.ts'

let push: PushSetting

beforeEach(async () => {
  push = await startPush()
})

afterEach(() => push.stop())

/** Who was told what, in any order. */
async function told(tokens: Record<string, string>): Promise<string[]> {
  const users = new Map(Object.entries(tokens).map(([user, token]) => [token, user]))
  return (await push.settled()).map(each => `${users.get(each.token)}: ${each.text}`).sort()
}

async function allAway(...users: string[]): Promise<Record<string, string>> {
  return Object.fromEntries(await Promise.all(users.map(async user => [user, await push.away(user)])))
}

const notify = (user: string, conv: number, sound: 'all' | 'silent' | 'none') =>
  push.server.core.conversationSettings.setOne(push.call, user, conv, { notify: sound })

describe('who is told', () => {
  test('[PU82] everybody in a group but the sender, under the name of the group', async () => {
    const tokens = await allAway('ann', 'ben', 'cat', 'eve')
    const group = await push.group('ann', ['ben', 'cat', 'dan'])
    await push.sayIn(group, 'ben', 'hello')
    expect(await told(tokens)).toEqual(['ann: Ben: hello', 'cat: Ben: hello'])
    expect(push.provider.taken.map(each => each.title)).toEqual(['Tea', 'Tea'])
  })

  test('[PU83] not who muted the conversation or the sender', async () => {
    const tokens = await allAway('ben', 'cat', 'dan', 'eve')
    const group = await push.group('ann', ['ben', 'cat', 'dan', 'eve'])
    await notify('ben', group.id, 'silent')
    await notify('cat', group.id, 'none')
    await push.server.core.friends.blocks.add(push.call, 'dan', [{ user: 'ann' }], 'mute')
    await push.sayIn(group, 'ann', 'one')
    expect(await told(tokens)).toEqual(['eve: Ann: one'])
    await notify('ben', group.id, 'all')
    await push.server.core.friends.blocks.remove(push.call, 'dan', ['ann'], 'mute')
    await push.sayIn(group, 'ann', 'two')
    expect(await told(tokens)).toEqual(['ben: Ann: two', 'dan: Ann: two', 'eve: Ann: one', 'eve: Ann: two'])
  })

  test('[PU84] only who sees the message', async () => {
    const tokens = await allAway('ben', 'cat', 'dan')
    const group = await push.group('ann', ['ben', 'cat', 'dan'])
    await push.sayIn(group, 'ann', 'one', { visibleTo: ['ben', 'eve'] })
    await push.sayIn(group, 'ann', 'two', { hiddenFrom: ['ben', 'dan'] })
    await push.say('ann', 'dan', 'three', { hiddenFrom: ['dan'] })
    expect(await told(tokens)).toEqual(['ben: Ann: one', 'cat: Ann: two'])
  })

  test('[PU84] nobody who was banned', async () => {
    const tokens = await allAway('ben', 'cat', 'dan')
    const group = await push.group('ann', ['ben', 'cat', 'dan'])
    await push.server.core.users.ban(push.call, 'ben', true, { now: false })
    await push.sayIn(group, 'ann', 'one')
    expect(await told(tokens)).toEqual(['cat: Ann: one', 'dan: Ann: one'])
  })

  test('[PU85] nobody of what is not stored, of tips, or of groups that do not push', async () => {
    const tokens = await allAway('ben', 'cat')
    await push.say('ann', 'ben', 'one', { delivery: 'passing' })
    // Nothing is kept of it either.
    expect(await push.server.core.deliveries.heads(push.app.id)).toEqual([0, 0, 0, 0])
    const group = await push.group('ann', ['ben'])
    const still = await push.group('ann', ['ben'], { policy: { push: false } })
    await push.server.core.members.addMany(push.call, group.id, [{ user: 'cat' }], {})
    await push.sayIn(group, 'ann', 'two', { delivery: 'passing' })
    await push.sayIn(still, 'ann', 'three')
    await push.sayIn(group, 'ann', 'four')
    expect(await told(tokens)).toEqual(['ben: Ann: four', 'cat: Ann: four'])
  })

  test('[PU86] nobody when the sender wants none, or when there is nothing to say', async () => {
    const tokens = await allAway('ben')
    await push.say('ann', 'ben', 'one', { push: { off: true } })
    await push.say('ann', 'ben', '', { parts: [{ type: 'custom', data: 'x' }] })
    await push.say('ann', 'ben', 'two', { push: { title: 'News', text: 'Read this', payload: '{"a":1}' } })
    expect(await told(tokens)).toEqual(['ben: Read this'])
    expect(push.provider.taken).toMatchObject([{ title: 'News', payload: '{"a":1}' }])
  })

  test('[PU87] a device is left alone at the hours that it named, in its own time', async () => {
    const tokens = await allAway('ben', 'cat', 'dan')
    const now = new Date()
    const minute = now.getUTCHours() * 60 + now.getUTCMinutes()
    const hours = (from: number, to: number) => ({
      from: (minute + from + 1440) % 1440,
      to: (minute + to + 1440) % 1440,
    })
    const quiet = (user: string, from: number, to: number, zone: string) =>
      push.server.core.pushTokens.setQuiet(push.call, user, `${user}'s phone`, { ...hours(from, to), zone })
    await quiet('ben', -60, 60, 'UTC')
    await quiet('cat', 60, -60, 'UTC')
    // It is eight hours later in Shanghai: there these hours are over.
    await quiet('dan', -60, 60, 'Asia/Shanghai')
    const group = await push.group('ann', ['ben', 'cat', 'dan'])
    await push.sayIn(group, 'ann', 'one')
    expect(await told(tokens)).toEqual(['cat: Ann: one', 'dan: Ann: one'])
    await quiet('dan', -60 + 480, 60 + 480, 'Asia/Shanghai')
    await push.server.core.pushTokens.setQuiet(push.call, 'ben', "ben's phone", undefined)
    await push.sayIn(group, 'ann', 'two')
    expect(await told(tokens)).toEqual(['ben: Ann: two', 'cat: Ann: one', 'cat: Ann: two', 'dan: Ann: one'])
  })

  test('[PU88] all members of a large group, each once', async () => {
    const users = Array.from({ length: 1234 }, (_, i) => `u${i}`)
    for (let at = 0; at < users.length; at += 300) {
      const part = users.slice(at, at + 300)
      await push.server.core.users.save(
        push.call,
        part.map(id => ({ id })),
        { existing: 'update' },
      )
    }
    const group: Group = await push.group('ann', [], { kind: 'superteam', policy: { maxMembers: 2000, push: true } })
    for (let at = 0; at < users.length; at += 200) {
      const drafts = users.slice(at, at + 200).map(user => ({ user }))
      await push.server.core.members.addMany(push.call, group.id, drafts, {})
    }
    const chosen = users.filter((_, i) => i % 5 === 0)
    const tokens = await allAway(...chosen)
    await push.sayIn(group, 'ann', 'all')
    expect(await told(tokens)).toEqual(chosen.map(user => `${user}: Ann: all`).sort())
    expect(push.provider.requests).toBeLessThan(20)
  })

  test('[PU89] the badge is what the user has not read, of what makes a sound', async () => {
    await push.away('ben')
    const { conv } = await push.say('cat', 'ben', 'one')
    await push.settled()
    await push.say('ann', 'ben', 'two')
    await push.settled()
    await notify('ben', conv, 'none')
    await push.say('ann', 'ben', 'three')
    await push.settled()
    await push.say('ann', 'ben', 'four', { counted: false })
    expect((await push.settled()).map(({ body }) => body.badge)).toEqual([1, 2, 2, undefined])
  })
})

describe('what dialects say of it', () => {
  let random = 0
  const tencent = async (command: string, body: object) => {
    const MsgBody = [{ MsgType: 'TIMTextElem', MsgContent: { Text: 'hi' } }]
    const reply = await callTencent(push.server, push.app, command, {
      MsgRandom: ++random,
      Random: random,
      MsgBody,
      ...body,
    })
    expect(reply.body).toMatchObject({ ErrorCode: 0 })
  }
  const toBen = (more: object) => tencent('openim/sendmsg', { From_Account: 'ann', To_Account: 'ben', ...more })

  test("[PU94] Tencent's OfflinePushInfo", async () => {
    await push.away('ben')
    await toBen({ OfflinePushInfo: { PushFlag: 1, Title: 'T' } })
    await toBen({ OfflinePushInfo: { Title: 'T', Desc: 'D', Ext: 'E', ApnsInfo: { Sound: 's.caf', SubTitle: 'S' } } })
    const info = { AndroidInfo: { HuaWeiChannelID: 'h', GoogleChannelID: 'g' }, ApnsInfo: { BadgeMode: 1, Title: 'A' } }
    await toBen({ OfflinePushInfo: info })
    const taken = await push.settled()
    expect(taken).toMatchObject([
      { title: 'T', text: 'D', payload: 'E', body: { subtitle: 'S', options: { apns: { aps: { sound: 's.caf' } } } } },
      {
        text: 'hi',
        body: {
          options: {
            apns: { aps: { badge: null, alert: { title: 'A' } } },
            fcm: { android: { notification: { channel_id: 'g' } } },
            tencent: info,
          },
        },
      },
    ])
  })

  test("[PU95] Tencent's messages to one account go over what the receiver muted, unless WithMuteNotifications says otherwise", async () => {
    await push.away('ben')
    const { conv } = await push.say('ben', 'ann', 'first')
    await notify('ben', conv, 'none')
    await toBen({ SendMsgControl: ['WithMuteNotifications'], OfflinePushInfo: { Desc: 'one' } })
    await toBen({ OfflinePushInfo: { Desc: 'two' } })
    await push.say('ann', 'ben', 'three')
    expect((await push.settled()).map(each => each.text)).toEqual(['two'])
  })

  const netease = async (fields: object) => {
    const body = JSON.stringify({ msg: 'hi' })
    const reply = await callNetease(push.server, push.app, 'msg/sendMsg.action', {
      from: 'ann',
      type: 0,
      body,
      ...fields,
    })
    expect(reply.body).toMatchObject({ code: 200 })
  }

  test("[PU96] Yunxin's push fields, and whom it pushes to by force", async () => {
    const tokens = await allAway('ben', 'cat', 'dan')
    const team = await push.group('ann', ['ben', 'cat', 'dan'], { kind: 'team' })
    await notify('ben', team.id, 'none')
    await notify('cat', team.id, 'none')
    const to = { ope: 1, to: String(team.id) }
    await netease({ ...to, option: '{"push":false}' })
    await netease({ ...to, pushcontent: 'look', forcepushlist: '["ben"]', forcepushcontent: 'you!' })
    await netease({ ...to, forcepushall: 'true', option: '{"needPushNick":false}' })
    expect(await told(tokens)).toEqual(['ben: Ann: you!', 'ben: hi', 'cat: hi', 'dan: Ann: look', 'dan: hi'])
  })

  test("[PU96] the fields of Yunxin's payload that push services know", async () => {
    await push.away('ben')
    const payload = { pushTitle: 'P', apsField: { 'thread-id': 't' }, fcmFieldV1: { image: 'i' }, channel_id: 'c' }
    await netease({ ope: 0, to: 'ben', payload: JSON.stringify(payload) })
    expect(await push.settled()).toMatchObject([
      {
        title: 'P',
        text: 'Ann: hi',
        payload: JSON.stringify(payload),
        body: {
          options: {
            apns: { aps: { 'thread-id': 't' } },
            fcm: { notification: { image: 'i' } },
            netease: { channel_id: 'c' },
          },
        },
      },
    ])
  })
})
