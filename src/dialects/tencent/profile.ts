import { z } from 'zod'
import { coded, resource } from '../dialect.ts'
import { failing } from './errors.ts'
import { account, demandAtMost, lookedUp } from './shapes.ts'
import { demandCustomRoom, itemsOf, profileOf, tagsOf } from './tags.ts'

const operation = resource({ invalid: 40001, errors: { ...failing(40006), 'user.missing': 40003 } })

const most = 100
const absent = { ResultCode: 40003, ResultInfo: 'Err_Profile_Account_Not_Exist' }

/** Write profile fields of one account. Custom tags need no declaration. */
const portraitSet = operation({
  key: 'profile/portrait_set',
  request: z.object({
    From_Account: account,
    ProfileItem: z.array(z.object({ Tag: z.string(), Value: z.unknown() })).min(1),
  }),
  async run(core, call, r) {
    const profile = profileOf(r.ProfileItem)
    const user = await core.users.get(call.app.id, r.From_Account)
    demandCustomRoom(user.profile, profile)
    await core.users.update(call, r.From_Account, { profile })
  },
})

/** The asked fields of up to 100 accounts, as far as they have a value. */
const portraitGet = operation({
  key: 'profile/portrait_get',
  request: z.object({
    To_Account: coded(40002, z.array(coded(60015, z.string())).min(1)),
    TagList: z.array(z.string()).min(1),
  }),
  async run(core, call, r) {
    demandAtMost(r.To_Account, most, 40001)
    const tags = tagsOf(r.TagList)
    const found = await core.users.findMany(call.app.id, r.To_Account.map(lookedUp))
    const failed = r.To_Account.filter((_, i) => !found[i])
    const UserProfileItem = r.To_Account.map((To_Account, i) => {
      const user = found[i]
      if (!user) return { To_Account, ...absent }
      return { To_Account, ProfileItem: itemsOf(user.profile, tags), ResultCode: 0, ResultInfo: '' }
    })
    return { UserProfileItem, ...(failed.length > 0 ? { Fail_Account: failed } : {}) }
  },
})

/** profile (`profile.json`). */
export const profile = [portraitSet, portraitGet]
