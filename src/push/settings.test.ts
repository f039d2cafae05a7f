import { generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { startApns } from '../../tests/support/push/apns.ts'
import { startFcm } from '../../tests/support/push/fcm.ts'
import { pushTo } from '../../tests/support/push/pushes.ts'
import { newPair, startWebPush } from '../../tests/support/push/web-push.ts'
import { openPush } from './open.ts'
import { pushProviders } from './settings.ts'

const folder = mkdtempSync(join(tmpdir(), 'magpie-push-settings-'))
afterAll(() => rmSync(folder, { recursive: true }))

let files = 0
function file(text: string): string {
  const path = join(folder, `${++files}`)
  writeFileSync(path, text)
  return path
}

const pem = (key: { privateKey: { export(options: object): string | Buffer } }) =>
  key.privateKey.export({ format: 'pem', type: 'pkcs8' }).toString()
const p256 = pem(generateKeyPairSync('ec', { namedCurve: 'prime256v1' }))
const p384 = pem(generateKeyPairSync('ec', { namedCurve: 'secp384r1' }))
const rsa = pem(generateKeyPairSync('rsa', { modulusLength: 2048 }))
const pair = newPair()
const vapid = {
  publicKey: pair.getPublicKey().toString('base64url'),
  privateKey: pair.getPrivateKey().toString('base64url'),
}

const webhook = { kind: 'webhook', url: 'https://example.org/push', secret: 's' }
const apns = { kind: 'apns', keyId: 'ABCDE12345', teamId: 'TEAM012345', key: p256, topic: 'org.example' }
const webPush = { kind: 'web-push', subject: 'mailto:a@example.org', ...vapid }
const account = { project_id: 'p', private_key_id: 'k', private_key: rsa, client_email: 'a@p.example' }
const fcm = { kind: 'fcm', account }

/** What is wrong with the settings, as `where: why`. */
function wrong(...given: unknown[]): string[] {
  const { error } = pushProviders.safeParse(given)
  return (error?.issues ?? []).map(({ path, message }) => `${path.join('.')}: ${message}`)
}

function one(given: object) {
  const [provider] = pushProviders.parse([given])
  if (!provider) throw new Error('no provider')
  return provider
}

describe('[PU70] settings that are right', () => {
  test('are filled up with what is usual', () => {
    const [first, second, third, fourth] = pushProviders.parse([webhook, webPush, { ...apns, name: 'ios' }, fcm])
    expect(first).toEqual({ ...webhook, name: 'webhook', timeout: 10_000 })
    expect(second).toMatchObject({ name: 'web-push', timeout: 10_000 })
    expect(third).toMatchObject({ name: 'ios', sandbox: false, payloadKey: 'payload' })
    expect(fourth).toMatchObject({ name: 'fcm', url: 'https://fcm.googleapis.com' })
    expect(fourth).toMatchObject({ account: { token_uri: 'https://oauth2.googleapis.com/token' } })
  })

  test('open engines, with keys inline or in files', async () => {
    const given = [
      webhook,
      webPush,
      apns,
      fcm,
      { ...webPush, privateKey: file(`${vapid.privateKey}\n`) },
      { ...apns, key: file(p256) },
      { ...fcm, account: file(JSON.stringify({ ...account, type: 'service_account' })) },
      { ...fcm, account: JSON.stringify(account) },
    ]
    for (const each of given) {
      const engine = openPush(one(each))
      expect(engine.name).toBe(each.kind)
      await engine.close()
    }
  })

  test('lead to the provider that they name', async () => {
    const [apple, google, service] = [await startApns(), await startFcm(), await startWebPush()]
    const { account: known } = google.settings
    const engines = [
      openPush(one({ kind: 'apns', ...apple.settings })),
      openPush(
        one({
          ...google.settings,
          kind: 'fcm',
          account: { ...known, project_id: 'another', token_uri: 'https://127.0.0.1:1/token' },
          project: known.project_id,
          tokenUrl: known.token_uri,
        }),
      ),
      openPush(one({ kind: 'web-push', ...service.settings })),
    ]
    for (const [i, provider] of [apple, google, service].entries()) {
      expect(await engines[i]?.send([pushTo(provider.device())])).toMatchObject([{ result: 'sent' }])
      await engines[i]?.close()
      await provider.stop()
    }
  })
})

describe('[PU71] settings that are wrong say where and why', () => {
  test('fields', () => {
    expect(wrong({ kind: 'sms' })).toEqual(['0.kind: expected webhook, web-push, apns or fcm'])
    expect(wrong({ ...webhook, url: 'ftp://a' })).toEqual(['0.url: expected an http or https URL'])
    expect(wrong({ ...fcm, url: 'https://proxy.example/fcm' })).toEqual(['0.url: expected an address without a path'])
    expect(wrong({ ...apns, url: 'nonsense' })).toEqual(['0.url: expected an http or https URL'])
    expect(wrong({ ...apns, url: 'https://proxy.example:8443/' })).toEqual([])
    expect(wrong({ ...webhook, colour: 1 })).toEqual(['0: Unrecognized key: "colour"'])
    expect(wrong({ ...apns, keyId: 'short' })).toEqual(['0.keyId: expected the 10 letters and digits that Apple shows'])
    expect(wrong({ ...webPush, subject: 'me' })).toEqual([
      '0.subject: expected mailto:somebody@example.com or an https URL',
    ])
    expect(wrong(webhook, webhook)).toEqual([': two have the same name'])
    expect(wrong(webhook, { ...webhook, name: 'other' })).toEqual([])
    expect(wrong(...Array.from({ length: 21 }, (_, i) => ({ ...webhook, name: `${i}` })))).toHaveLength(1)
  })

  test('keys that stand in them', () => {
    const broken = p256.replace(/\n.{8}/, '\n!')
    expect(wrong({ ...apns, key: p384 })).toEqual(['0.key: is no P-256 key, which APNs wants'])
    expect(wrong({ ...apns, key: rsa })).toEqual(['0.key: is no P-256 key, which APNs wants'])
    expect(wrong({ ...apns, key: broken })).toEqual(['0.key: is no private key (PEM)'])
    expect(wrong({ ...fcm, account: { ...account, private_key: p256 } })).toEqual([
      '0.account.private_key: is no RSA key, which Google wants',
    ])
    expect(wrong({ ...fcm, account: { project_id: 'p' } })[0]).toMatch(/^0\.account: private_key_id: /)
    expect(wrong({ ...fcm, account: 7 })).toEqual(['0.account: expected a JSON key or its file'])
    const other = newPair().getPublicKey().toString('base64url')
    expect(wrong({ ...webPush, publicKey: other })).toEqual(['0: privateKey and publicKey are not of one pair'])
    const odd = Buffer.from(vapid.publicKey, 'base64url').fill(5, 0, 1).toString('base64url')
    expect(wrong({ ...webPush, publicKey: odd })).toEqual(['0: publicKey is no P-256 point in base64url'])
    expect(wrong({ ...webPush, publicKey: vapid.privateKey })).toEqual(['0: publicKey is no P-256 point in base64url'])
  })

  test('files and what is in them, without repeating a secret', () => {
    const opening = (given: object) => () => openPush(one(given))
    const secret = `${p256.slice(27, 60)}`
    expect(opening({ ...apns, key: secret })).toThrow(
      'push apns: key: is neither the key itself nor a file that can be read (ENOENT)',
    )
    expect(opening({ ...apns, key: secret })).not.toThrow(secret)
    expect(opening({ ...apns, key: file(rsa) })).toThrow('push apns: key: is no P-256 key, which APNs wants')
    expect(opening({ ...webPush, name: 'w', privateKey: file('A'.repeat(43)) })).toThrow(/^push w: privateKey: /)
    expect(opening({ ...fcm, account: file('{') })).toThrow('push fcm: account: is no JSON')
    expect(opening({ ...fcm, account: file('{"project_id":"p"}') })).toThrow(/^push fcm: account: private_key_id: /)
    expect(opening({ ...fcm, ca: join(folder, 'none') })).toThrow(/^push fcm: ca: /)
  })
})
