import { expect, test } from 'vitest'
import { everyWay } from './client.ts'

everyWay('token', back => {
  test('a token signs its user in on a device, who then has what is sent', async () => {
    expect(await back.call('GetAppToken', { UserId: 42, ExpireTime: 3_600_000 })).toMatchObject({
      AppId: back.app.id,
      UserId: 42,
      UserIdStr: '42',
    })
    const id = await back.create(2, 42, 43)
    const device = await back.device(43)
    await back.send(id, 42)
    expect(await device.next('message')).toMatchObject({ conv: id, sender: '42' })
    await device.close()
  })
})
