import { z } from 'zod'
import { Refusal, resource } from '../dialect.ts'
import { cardFields, cardOf, profileOf } from './cards.ts'
import { accid, accids, flag, maybe, people, person, text } from './shapes.ts'

const operation = resource()

/** An email address as people write it, or nothing to clear it. */
const email = /^$|^[^\s@]+@[^\s@.]+(\.[^\s@.]+)+$/

/** A number of mainland China, or one behind its country's prefix, or nothing to clear it. */
const mobile = /^$|^1\d{10}$|^\+\d{1,4}-\d{4,15}$/

/** Cards in the order asked for; the mute switches are never on, because nothing here turns them. */
const getUinfos = operation({
  key: 'user/getUinfos.action',
  request: z.object({ accids: accids(200), muteStatus: maybe(flag) }),
  async run(core, call, r) {
    const users = await people(core, call, r.accids)
    const unmuted = { mute: false, muteP2P: false, muteTeam: false, muteRoom: false, muteQChat: false }
    return {
      uinfos: users.map(user => ({ ...cardOf(user), ...(r.muteStatus ? { valid: !user.banned, ...unmuted } : {}) })),
    }
  },
})

/** Writes the given fields of a card; an empty text clears its field. */
const updateUinfo = operation({
  key: 'user/updateUinfo.action',
  request: z.object({
    accid,
    ...cardFields,
    icon: text(1024)
      .refine(value => Buffer.byteLength(value) <= 1024, 'more than 1024 bytes')
      .optional(),
    bid: text(128).optional(),
  }),
  async run(core, call, r) {
    if (!email.test(r.email ?? '')) throw new Refusal(10431, 'email is no address')
    if (!mobile.test(r.mobile ?? '')) throw new Refusal(10432, 'mobile is no number')
    const user = await person(core, call, r.accid)
    await core.users.update(call, user.id, { profile: profileOf(r) })
  },
})

/** `netease-im/user.json`. */
export const user = [getUinfos, updateUinfo]
