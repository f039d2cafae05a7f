import { randomBytes } from 'node:crypto'
import { z } from 'zod'
import { Refusal, resource } from '../dialect.ts'
import { cardFields, profileOf } from './cards.ts'
import { accid, flag, maybe, newAccid, person, text } from './shapes.ts'

const operation = resource()

/** Registers an account with its card; a token is made when none is given. */
const create = operation({
  key: 'user/create.action',
  request: z.object({
    accid: newAccid,
    ...cardFields,
    props: text(1024).optional(),
    token: maybe(text(128)),
  }),
  async run(core, call, r) {
    const taken = () => new Refusal(414, 'already register')
    // An id that differs only in case is the same account here, whichever dialect made it.
    if (await core.users.findFolded(call.app.id, r.accid)) throw taken()
    const token = r.token ?? newToken()
    const [made] = await core.users.save(call, [{ id: r.accid, profile: profileOf(r), token }], { existing: 'refuse' })
    if (!made || 'refused' in made) throw taken()
    return { info: { token, accid: made.id, name: made.user.profile.nick ?? '' } }
  },
})

/** Replaces the token by a given one; the answer is the code alone. */
const update = operation({
  key: 'user/update.action',
  request: z.object({ accid, props: text(1024).optional(), token: maybe(text(128)) }),
  async run(core, call, r) {
    const user = await person(core, call, r.accid)
    if (r.token !== undefined) await core.users.update(call, user.id, { token: r.token })
  },
})

/** Replaces the token by one made here. */
const refreshToken = operation({
  key: 'user/refreshToken.action',
  request: z.object({ accid }),
  async run(core, call, r) {
    const user = await person(core, call, r.accid)
    const token = newToken()
    await core.users.update(call, user.id, { token })
    return { info: { token, accid: user.id } }
  },
})

/** Bans an account; devices stay online unless `needkick`. Nobody keeps push tokens here, so none are unbound. */
const block = operation({
  key: 'user/block.action',
  request: z.object({
    accid,
    needkick: maybe(flag),
    kickNotifyExt: text(4096).optional(),
    needUnbindPushToken: maybe(flag),
  }),
  async run(core, call, r) {
    const user = await person(core, call, r.accid)
    await core.users.ban(call, user.id, true, { now: r.needkick ?? false, text: r.kickNotifyExt })
  },
})

/** Lifts a ban. */
const unblock = operation({
  key: 'user/unblock.action',
  request: z.object({ accid }),
  async run(core, call, r) {
    const user = await person(core, call, r.accid)
    await core.users.ban(call, user.id, false, { now: false })
  },
})

function newToken(): string {
  return randomBytes(16).toString('hex')
}

/** `netease-im/account.json`. */
export const account = [create, update, refreshToken, block, unblock]
