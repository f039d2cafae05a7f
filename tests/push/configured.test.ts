import { afterEach, expect, test } from 'vitest'
import { accountsOf, parseConfig } from '../../src/config.ts'
import type { Call } from '../../src/core/call.ts'
import { start } from '../../src/start.ts'
import { startWebhook } from '../support/push/webhook.ts'

const ends: (() => unknown)[] = []
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})

function run(push: string) {
  const text = `
store: memory
log: silent
listen: { port: 0 }
accounts: [{ id: 1, apps: [{ id: 1400000001, push: [${push}] }] }]
`
  const config = parseConfig(text, 'magpie.yaml')
  return start(config, accountsOf(config.accounts ?? []))
}

test('[PU80] a server pushes by what its configuration names, and counts it', async () => {
  const provider = await startWebhook()
  ends.push(() => provider.stop())
  const { url, secret, ca } = provider.settings
  const { core, listening, stop } = await run(
    `{ name: own, kind: webhook, url: '${url}', secret: '${secret}', ca: '${ca}' }`,
  )
  ends.push(stop)
  const call: Call = {
    app: core.apps.byId(1400000001) as Call['app'],
    admin: true,
    origin: { dialect: 'native', via: 'rest' },
  }
  await core.users.save(call, [{ id: 'ann' }, { id: 'ben' }], { existing: 'update' })
  const token = { device: 'phone', platform: 'ios', engine: 'own', token: provider.device() }
  await core.pushTokens.register(call, 'ben', token)
  await core.send.toUser(call, 'ben', { from: 'ann', parts: [{ type: 'text', text: 'hello' }] })
  await expect.poll(() => provider.taken, { timeout: 5000 }).toMatchObject([{ title: 'ann', text: 'hello' }])
  const metrics = async () => (await fetch(`http://127.0.0.1:${listening.port}/metrics`)).text()
  await expect.poll(metrics).toContain('magpie_push_sent{engine="own",outcome="sent"} 1')
  expect(await metrics()).toContain('magpie_webhook_down{app="1400000001",target="push.own"} 0')
})

test('[PU71] a key of no use stops the start', async () => {
  const apns = "{ kind: apns, keyId: ABCDE12345, teamId: TEAM012345, topic: t, key: '/no/such/file' }"
  await expect(run(apns)).rejects.toThrow('push apns: key: is neither the key itself nor a file that can be read')
})
