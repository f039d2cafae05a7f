import { afterEach, expect, test } from 'vitest'
import type { Call } from '../../src/core/call.ts'
import { type Setting, startYunxin, time } from './netease-setting.ts'

let setting: Setting
afterEach(() => setting.stop())

const phone = { fromClientType: 'AOS', fromDeviceId: 'phone of ann', fromNick: 'ANN' }

test('[NT9] [netease copy/1] a notification to a user, stored or passing', async () => {
  setting = await startYunxin(['netease-copy'])
  const { next, phone: signIn } = setting
  const [ann, ben] = [await signIn('ann'), await signIn('ben')]
  const sent = { to: 'ben', body: '{"a":1}', ext: 'e', push: { text: 'look' } }
  const { id } = await ann.ask('notification.send', sent)
  expect((await next('copy/1')).body).toEqual({
    ...{
      eventType: '1',
      convType: 'CUSTOM_PERSON',
      to: 'ben',
      msgType: 'CUSTOM_P2P_MSG',
      fromAccount: 'ann',
      ...phone,
    },
    ...{ msgTimestamp: time, attach: '{"a":1}', msgidServer: String(id), customSafeFlag: '1' },
    ...{ customApnsText: 'look', ext: 'e' },
  })
  expect(await ben.next('note')).toMatchObject({ number: 1, from: 'ann', data: { id, body: '{"a":1}', ext: 'e' } })
  const passing = await ann.ask('notification.send', { to: 'ben', body: '{}', stored: false })
  expect((await next('copy/1')).body).toMatchObject({ msgidServer: String(passing.id), customSafeFlag: '0' })
})

test('[NT9] [netease copy/1] a notification to a team, by a device and by the server', async () => {
  setting = await startYunxin(['netease-copy'])
  const { server, app, next, phone: signIn, team, receiver } = setting
  const tid = await team()
  const ann = await signIn('ann')
  const { id } = await ann.ask('notification.send', { conv: tid, body: '{"b":2}' })
  expect((await next('copy/1')).body).toEqual({
    ...{ eventType: '1', convType: 'CUSTOM_TEAM', to: String(tid), msgType: 'CUSTOM_TEAM_MSG', fromAccount: 'ann' },
    ...{ ...phone, msgTimestamp: time, attach: '{"b":2}', msgidServer: String(id), customSafeFlag: '1' },
    ...{ tMembers: '[ann, ben, cat]' },
  })
  const rest: Call = { app, admin: true, origin: { dialect: 'netease', via: 'rest' } }
  const draft = { from: 'ben', body: '{}', stored: false }
  const before = receiver.received.length
  await server.core.notifications.toGroup(rest, tid, { ...draft, quiet: true })
  await server.core.notifications.toUser(rest, 'cat', { ...draft, quiet: true })
  const last = await server.core.notifications.toGroup(rest, tid, draft)
  const copied = (await next('copy/1', body => body.fromAccount === 'ben')).body
  expect(copied).toMatchObject({ fromClientType: 'REST', msgidServer: String(last), customSafeFlag: '0' })
  expect(receiver.received.length).toBe(before + 1)
})
