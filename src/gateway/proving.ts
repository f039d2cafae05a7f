import type { Core } from '../core/core.ts'
import { Fault } from '../core/errors.ts'
import type { Dialect, SignedIn } from '../dialects/dialect.ts'

/** Credentials, and the name of the dialect whose they are. */
export type Credentials = { dialect: string } & Record<string, unknown>

/** Proves who a device's user is. */
export interface Proving {
  /** Asks the credentials' dialect; its Refusal or Fault otherwise. */
  prove(credentials: Credentials, address: string): Promise<SignedIn>
  /** Who was signed out between the proof and the listening would never hear of it: a user just written proves it again. */
  again(credentials: Credentials, address: string, signed: SignedIn): Promise<void>
}

/** Proves by these dialects; a user written less than `recent` ago (ms) proves it again. */
export function openProving(core: Core, dialects: readonly Dialect[], recent: number): Proving {
  async function prove(credentials: Credentials, address: string): Promise<SignedIn> {
    const dialect = dialects.find(each => each.name === credentials.dialect)
    if (!dialect?.signIn) throw new Fault('caller.unknown', 'no dialect of that name signs users in')
    return dialect.signIn(core, credentials, address)
  }

  return {
    prove,
    async again(credentials, address, { call: { app }, user }) {
      const row = await core.users.find(app.id, user)
      if (!row || row.updated > core.clock() - recent) await prove(credentials, address)
    },
  }
}
