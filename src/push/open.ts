import { readFileSync } from 'node:fs'
import type { z } from 'zod'
import { openApns } from './apns.ts'
import { openFcm } from './fcm.ts'
import { wrongP256, wrongVapid } from './keys.ts'
import type { PushEngine, Reach } from './push.ts'
import { isPem, isVapidKey, type PushProvider, serviceAccount } from './settings.ts'
import { openWebPush } from './web-push.ts'
import { openWebhook } from './webhook.ts'

/** Settings that cannot be used; the message names the provider and the setting, never a secret. */
export class PushSettingsError extends Error {
  override name = 'PushSettingsError'
}

type Of<K extends PushProvider['kind']> = Extract<PushProvider, { kind: K }>

const apple = { production: 'https://api.push.apple.com', sandbox: 'https://api.sandbox.push.apple.com' }

/**
 * Opens the engine of a provider; files with keys are read now, connections are made with the first push. `reach` says
 * which addresses an app or a device may name. PushSettingsError for key material that is of no use.
 */
export function openPush(provider: PushProvider, reach?: Reach): PushEngine {
  if (provider.ca !== undefined) readText(provider.name, 'ca', provider.ca)
  switch (provider.kind) {
    case 'webhook':
      return openWebhook(provider, reach)
    case 'web-push':
      return openWebPush({ ...provider, privateKey: vapidKey(provider) }, { reach })
    case 'apns': {
      const url = provider.url ?? (provider.sandbox ? apple.sandbox : apple.production)
      return openApns({ ...provider, url, key: p256Key(provider) })
    }
    case 'fcm':
      return openFcm({ ...provider, account: accountOf(provider) })
  }
}

function vapidKey({ name, publicKey, privateKey }: Of<'web-push'>): string {
  const key = isVapidKey(privateKey) ? privateKey : readText(name, 'privateKey', privateKey).trim()
  demandNothing(name, 'privateKey', wrongVapid(publicKey, key))
  return key
}

function p256Key({ name, key }: Of<'apns'>): string {
  const pem = isPem(key) ? key : readText(name, 'key', key)
  demandNothing(name, 'key', wrongP256(pem))
  return pem
}

function accountOf({ name, account, project, tokenUrl }: Of<'fcm'>) {
  const read = typeof account === 'string' ? parsed(name, account) : account
  return { ...read, project_id: project ?? read.project_id, token_uri: tokenUrl ?? read.token_uri }
}

function parsed(name: string, account: string): z.output<typeof serviceAccount> {
  // A text that begins like an object is the key itself, as an environment variable would carry it.
  const text = account.trimStart().startsWith('{') ? account : readText(name, 'account', account)
  const read = serviceAccount.safeParse(objectIn(name, text))
  if (read.success) return read.data
  const [issue] = read.error.issues
  throw new PushSettingsError(`push ${name}: account: ${issue?.path.join('.')}: ${issue?.message}`)
}

function objectIn(name: string, text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new PushSettingsError(`push ${name}: account: is no JSON`)
  }
}

function readText(name: string, setting: string, file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    // A key that was pasted with a mistake looks like a file's name, and must not be repeated.
    throw new PushSettingsError(
      `push ${name}: ${setting}: is neither the key itself nor a file that can be read (${code})`,
    )
  }
}

function demandNothing(name: string, setting: string, wrong: string | undefined) {
  if (wrong) throw new PushSettingsError(`push ${name}: ${setting}: ${wrong}`)
}
