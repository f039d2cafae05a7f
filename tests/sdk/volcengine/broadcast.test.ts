import { expect, test } from 'vitest'
import { everyWay } from './client.ts'

everyWay('broadcast', back => {
  test('a broadcast reaches the registered users with its tags', async () => {
    const Users = [
      { UserId: 42, Tags: ['a', 'b'] },
      { UserId: 43, Tags: ['a'] },
    ]
    await back.call('RegisterUsers', { Users })
    const [both, one] = [await back.device(42), await back.device(43)]
    const body = { Sender: 1, MsgType: 10001, MsgTTL: 60 }
    const first = { ...body, Content: '{"text":"first"}', Tags: ['a', 'b'], TagOp: 1 }
    expect(await back.call('UserBroadcast', first)).toEqual({})
    await back.call('UserBroadcast', { ...body, Content: '{"text":"second"}' })
    const heard = async (device: typeof one) => (await device.next('broadcast', frame => !frame.blank)).parts
    expect(await heard(both)).toMatchObject([{ type: 'text', text: 'first' }])
    expect(await heard(both)).toMatchObject([{ type: 'text', text: 'second' }])
    expect(await heard(one)).toMatchObject([{ type: 'text', text: 'second' }])
    await both.close()
    await one.close()
  })

  test('it lasts no longer than a week', async () => {
    const body = { Sender: 1, MsgType: 10001, MsgTTL: 604_801, Content: '{"text":"x"}' }
    expect(await back.refused('UserBroadcast', body)).toBe('InvalidParameter.InvalidField')
  })
})
