import { createPrivateKey } from 'node:crypto'
import { z } from 'zod'
import { jwt } from './jwt.ts'
import { saying } from './outcomes.ts'
import type { Poster } from './post.ts'

/** A Google service account, as its JSON key file has it. */
export interface ServiceAccount {
  project_id: string
  private_key_id: string
  private_key: string
  client_email: string
  token_uri: string
}

/** Google does not accept the service account: trying again does not help. */
export class AccountRefused extends Error {
  override name = 'AccountRefused'
}

/** Gives access tokens, which are kept until a minute before their end. */
export interface AccessTokens {
  /** A token that is good now. AccountRefused, or an Error for what may pass. */
  current(): Promise<string>
  /** Forgets the token, unless there is another by now. */
  forget(token: string): void
}

const scope = 'https://www.googleapis.com/auth/firebase.messaging'
/** How long an assertion is good (s); Google takes no longer one. */
const assertionLife = 3600
/** A token is not used in its last minute (ms). */
const margin = 60_000
/** A refusal holds for so long (ms), so that a wrong account does not ask once for every push. */
const refusalLife = 10_000

const granted = z.object({ access_token: z.string().min(1), expires_in: z.number().positive() })

/** Opens the tokens of a service account (OAuth 2.0 with a signed assertion, RFC 7523). */
export function openAccessTokens(
  account: ServiceAccount,
  { poster, timeout, clock }: { poster: Poster; timeout: number; clock: () => number },
): AccessTokens {
  const key = createPrivateKey(account.private_key)
  const url = new URL(account.token_uri)
  let kept: { token: string; until: number } | undefined
  let refusal: { error: AccountRefused; until: number } | undefined
  let asking: Promise<string> | undefined

  async function ask(): Promise<string> {
    const now = Math.floor(clock() / 1000)
    const claims = { iss: account.client_email, scope, aud: account.token_uri, iat: now, exp: now + assertionLife }
    const assertion = jwt(key, { kid: account.private_key_id }, claims)
    const form = new URLSearchParams({ grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer', assertion })
    const headers = { 'content-type': 'application/x-www-form-urlencoded' }
    const { status, text } = await poster.post(url, headers, form.toString(), AbortSignal.timeout(timeout))
    if (status >= 400 && status < 500 && status !== 429 && status !== 408) throw refuse(saying(status, text))
    if (status !== 200) throw new Error(`no access token: ${saying(status, text)}`)
    const { access_token: token, expires_in: life } = granted.parse(JSON.parse(text))
    kept = { token, until: clock() + life * 1000 - margin }
    return token
  }

  function refuse(text: string): AccountRefused {
    const error = new AccountRefused(`no access token: ${text}`)
    refusal = { error, until: clock() + refusalLife }
    return error
  }

  return {
    async current() {
      if (kept && kept.until > clock()) return kept.token
      if (refusal && refusal.until > clock()) throw refusal.error
      asking ??= ask().finally(() => {
        asking = undefined
      })
      return asking
    },
    forget(token) {
      if (kept?.token === token) kept = undefined
    },
  }
}
