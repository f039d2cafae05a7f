import { expect, test } from 'vitest'
import { openReceiver } from '../../scripts/receiver/receiver.ts'
import { startYunxin } from './netease-setting.ts'

test('[NE118] [netease copy/1] [netease copy/7] env chooses the address, for a message and for its recall', async () => {
  const other = await openReceiver()
  const setting = await startYunxin(['netease-copy'], { urls: { test: other.url } })
  const { call, next, receiver } = setting
  const message = { from: 'ann', ope: 0, to: 'ben', type: 0 }
  const sent = (await call('msg/sendMsg.action', { ...message, body: '{"msg":"a"}', env: 'test' })) as {
    data: { msgid: number; timetag: number }
  }
  await call('msg/sendMsg.action', { ...message, body: '{"msg":"b"}', env: 'unknown' })
  await call('msg/sendMsg.action', { ...message, body: '{"msg":"c"}' })
  expect((await other.next('copy/1')).body).toMatchObject({ body: 'a' })
  expect((await next('copy/1')).body).toMatchObject({ body: 'b' })
  expect((await next('copy/1')).body).toMatchObject({ body: 'c' })
  const { msgid: deleteMsgid, timetag } = sent.data
  await call('msg/recall.action', { deleteMsgid, timetag, type: 7, from: 'ann', to: 'ben', env: 'test' })
  expect((await other.next('copy/7')).body).toMatchObject({ msgId: String(deleteMsgid) })
  expect([receiver.received.length, other.received.length]).toEqual([2, 2])
  await setting.stop()
  await other.stop()
})
