import { afterEach, describe, expect, test } from 'vitest'
import { openMemory } from '../../src/storage/memory.ts'
import { kinds, type PushSetting, startPush } from '../support/push/setting.ts'
import { testAccount } from '../support/server.ts'

let open: PushSetting[] = []

async function start(...args: Parameters<typeof startPush>): Promise<PushSetting> {
  const setting = await startPush(...args)
  open.push(setting)
  return setting
}

afterEach(async () => {
  await Promise.all(open.map(each => each.stop()))
  open = []
})

describe.each(Object.keys(kinds) as (keyof typeof kinds)[])('pushing by %s', kind => {
  test('[PU80] a device that is away gets one push for a message, with its sender, text and badge', async () => {
    const { away, say, settled } = await start(kind)
    const token = await away('ben')
    await say('ann', 'ben', 'How about tea?')
    expect(await settled()).toMatchObject([{ token, title: 'Ann', text: 'How about tea?' }])
  })

  test('[PU81] a device that is connected gets none, another one of the same user does', async () => {
    const { away, connected, say, settled } = await start(kind)
    await away('ben', 'page')
    const phone = await away('ben', 'phone')
    const socket = await connected('ben', 'page')
    await say('ann', 'ben', 'one')
    expect(await settled()).toMatchObject([{ token: phone, text: 'one' }])
    await socket.close()
    await expect
      .poll(() =>
        say('ann', 'ben', 'two')
          .then(settled)
          .then(taken => taken.length),
      )
      .toBeGreaterThan(2)
  })

  test('[PU90] a token that the provider calls gone is forgotten', async () => {
    // Long ago: Apple says since when a token is gone, and one that was brought since stays.
    const { server, app, provider, away, say, settled } = await start(kind, { clock: () => Date.now() - 1e11 })
    provider.treat(await away('ben'), 'gone')
    await say('ann', 'ben', 'one')
    expect(await settled()).toEqual([])
    await expect.poll(() => server.core.pushTokens.of(app.id, ['ben'])).toEqual([[]])
  })

  test('[PU91] a push that the provider puts off is tried again until it is taken', async () => {
    const { provider, away, say, settled } = await start(kind)
    const token = await away('ben')
    provider.treat(token, 'broken')
    await say('ann', 'ben', 'one')
    await expect.poll(() => provider.requests).toBeGreaterThan(2)
    expect(provider.taken).toEqual([])
    provider.treat(token, 'take')
    expect(await settled()).toMatchObject([{ token, text: 'one' }])
  })

  test('[PU92] while a provider is away its pushes wait, and go out when it is back', async () => {
    const { provider, server, app, away, say, settled } = await start(kind)
    await away('ben')
    await provider.stop()
    for (let i = 0; i < 8; i++) await say('ann', 'ben', `number ${i}`)
    await expect.poll(async () => (await server.webhooks.standing(app.id))[0]?.down).toBe(true)
    await provider.listen()
    const texts = (await settled()).map(each => each.text)
    expect([...new Set(texts)].sort()).toEqual(Array.from({ length: 8 }, (_, i) => `number ${i}`))
  })

  test('[PU93] what was stored before a server ended is pushed by the next one, once', async () => {
    const [store, accounts] = [openMemory(), [testAccount(2100000001, 1)]]
    const given = await kinds[kind]()
    const first = await start(kind, { store, accounts, provider: given })
    await first.away('ben')
    await given.provider.stop()
    await first.say('ann', 'ben', 'one')
    await first.server.stop()
    open = []
    await given.provider.listen()
    const next = await start(kind, { store, accounts, provider: given })
    expect(await next.settled()).toMatchObject([{ text: 'one' }])
  })
})
