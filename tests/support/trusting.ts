import { Fault } from '../../src/core/errors.ts'
import type { Dialect } from '../../src/dialects/dialect.ts'
import { native } from '../../src/dialects/native/native.ts'

/**
 * Signs in whoever knows the word 'open': for tests of what comes after the sign-in. Banned and unknown users are refused
 * as the real dialects refuse them.
 */
export const trusting: Dialect = {
  ...native,
  async signIn(core, credentials) {
    const { app: appId, user, word } = credentials as { app: number; user: string; word: string }
    const app = core.apps.byId(appId)
    if (!app) throw new Fault('app.unknown')
    if (app.disabled) throw new Fault('app.disabled')
    if (word !== 'open') throw new Fault('caller.signature')
    const known = await core.users.get(appId, user)
    if (known.banned) throw new Fault('user.banned')
    return { call: { app, operator: user, admin: false, origin: { dialect: 'native', via: 'client' } }, user }
  },
}

/** Credentials that `trusting` accepts. */
export function openWord(app: { id: number }, user: string) {
  return { dialect: 'native', app: app.id, user, word: 'open' }
}
