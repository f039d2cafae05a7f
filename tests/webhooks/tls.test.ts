import { once } from 'node:events'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import type { TLSSocket } from 'node:tls'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { Webhook } from '../../src/core/apps/model.ts'
import { type Certificate, openAuthority } from './certificates.ts'
import { after, before, type Setting, startSetting, until } from './setting.ts'

type Authority = Awaited<ReturnType<typeof openAuthority>>

let ours: Authority
let theirs: Authority
let local: Certificate
beforeAll(async () => {
  ours = await openAuthority('our own authority')
  theirs = await openAuthority('another authority')
  local = await ours.sign('127.0.0.1')
})
afterAll(() => {
  ours.remove()
  theirs.remove()
})

const stops: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop()
})

/** A back end behind TLS that takes everything; who came, by the name in their certificate. */
async function openBackEnd({ cert, key }: Certificate, clients?: Certificate) {
  const came: string[] = []
  const server = createServer(
    { cert, key, ...(clients && { requestCert: true, rejectUnauthorized: true, ca: clients.cert }) },
    (request, response) => {
      const { subject } = (request.socket as TLSSocket).getPeerCertificate()
      came.push(String(subject?.CN ?? 'somebody'))
      request.resume().on('end', () => response.end('{"ActionStatus":"OK","ErrorCode":0,"ErrorInfo":""}'))
    },
  )
  server.on('tlsClientError', () => {})
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  stops.push(async () => {
    server.close()
    server.closeAllConnections()
  })
  return { came, url: `https://127.0.0.1:${(server.address() as AddressInfo).port}` }
}

async function start(webhook: Partial<Webhook>): Promise<Setting> {
  const setting = await startSetting({ on: [before, after], silence: 'refuse', ...webhook })
  stops.push(setting.stop)
  return setting
}

/** Nothing comes through, neither a question nor an event, and the reason is this. */
async function expectNothing(webhook: Partial<Webhook>, came: string[], why: RegExp) {
  const { server, app, say } = await start(webhook)
  const failures: string[] = []
  const { report } = server.core
  server.core.report = (call, event) => {
    if (event.type === 'hook.failed') failures.push(event.reason)
    return report(call, event)
  }
  expect(await say('u_1', 'u_2', 'hello')).toMatchObject({ ErrorCode: 80003 })
  expect(failures).toEqual([expect.stringMatching(why)])
  await say('u_1', 'u_2', 'unasked', { ForbidCallbackControl: ['ForbidBeforeSendMsgCallback'] })
  await until(async () => (await server.webhooks.standing(app.id))[0]?.down === true)
  expect(came).toEqual([])
  expect(await server.webhooks.standing(app.id)).toMatchObject([{ waiting: 1, parked: 0 }])
}

describe('[WH27] back ends behind TLS', () => {
  test('with an authority of their own are asked and told', async () => {
    const { came, url } = await openBackEnd(local)
    const { say } = await start({ url, ca: ours.ca.files.cert })
    expect(await say('u_1', 'u_2', 'hello')).toMatchObject({ ErrorCode: 0 })
    await until(() => came.length === 2)
    expect(came).toEqual(['somebody', 'somebody'])
  })

  test('of an authority that nobody knows get nothing', async () => {
    const { came, url } = await openBackEnd(local)
    await expectNothing({ url }, came, /SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_VERIFY_LEAF_SIGNATURE|UNABLE_TO_GET_ISSUER/)
  })

  test('of another authority than theirs get nothing', async () => {
    const { came, url } = await openBackEnd(local)
    const why = /SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_VERIFY_LEAF_SIGNATURE|UNABLE_TO_GET_ISSUER/
    await expectNothing({ url, ca: theirs.ca.files.cert }, came, why)
  })

  test('with a certificate for another name get nothing', async () => {
    const { came, url } = await openBackEnd(await ours.sign('backend.example'))
    await expectNothing({ url, ca: ours.ca.files.cert }, came, /ERR_TLS_CERT_ALTNAME_INVALID/)
  })

  test('that ask for a certificate are shown it, and let in nobody without', async () => {
    const { came, url } = await openBackEnd(local, ours.ca)
    const mine = await ours.sign('magpie.example')
    const foreign = await theirs.sign('stranger.example')
    const ca = ours.ca.files.cert
    const { say } = await start({ url, ca, ...mine.files })
    expect(await say('u_1', 'u_2', 'hello')).toMatchObject({ ErrorCode: 0 })
    await until(() => came.length === 2)
    expect(came.splice(0)).toEqual(['magpie.example', 'magpie.example'])
    await expectNothing({ url, ca }, came, /./)
    await expectNothing({ url, ca, ...foreign.files }, came, /./)
  })

  test('whose files cannot be read get nothing, and the server goes on', async () => {
    const { came, url } = await openBackEnd(local)
    await expectNothing({ url, ca: '/nowhere/ca.pem' }, came, /ENOENT/)
    await expectNothing({ url, ca: ours.ca.files.cert, cert: local.files.key, key: local.files.key }, came, /./)
  })
})
