import { told } from '../../callbacks.ts'
import { writtenItems } from '../tags.ts'
import { operatorOf } from './accounts.ts'

/** Fields of a profile were written. Making and importing accounts is none of that. */
const portraitSet = told({
  id: 'Profile.CallbackPortraitSet',
  event: 'user.changed',
  fires: (_news, { made, imported, fields }) => !made && !imported && fields.length > 0,
  body(_core, news, { user, profile, fields, custom }, { at }) {
    const ProfileItem = writtenItems(profile, fields, custom)
    // What only another API knows has no tag.
    if (ProfileItem.length === 0) return undefined
    return { Operator_Account: operatorOf(news), From_Account: user, ProfileItem, EventTime: at }
  },
})

/** The command about profiles of `webhooks.json`. */
export const profile = { asked: [], told: [portraitSet] }
