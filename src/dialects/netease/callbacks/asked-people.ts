import { z } from 'zod'
import type { Call } from '../../../core/call.ts'
import type { HookPoints } from '../../../core/hooks.ts'
import type { Profile } from '../../../core/model.ts'
import { profileOf } from '../cards.ts'
import { text } from '../shapes.ts'
import { clientTypeOf, deviceFields } from './clients.ts'
import { question } from './question.ts'
import { defined, given, passed } from './replies.ts'

const genders = ['unknown', 'male', 'female'] as const

/** The given fields of a profile as fields of a card. */
function cardFields({ nick, avatar, signature, email, birthday, mobile, gender, text }: Profile) {
  return {
    ...{ name: nick, icon: avatar, sign: signature, email, birth: birthday, mobile },
    gender: gender && genders.indexOf(gender),
    ex: text,
  }
}

const card = z.object({
  name: given(text(64)),
  icon: given(text(1024)),
  sign: given(text(256)),
  email: given(text(64)),
  birth: given(text(16)),
  mobile: given(text(32)),
  gender: given(z.literal([0, 1, 2])),
  ex: given(text(1024)),
})

/** Before a user's card changes; only what does is named, and the answer may change it. */
const profile = question(3, 'profile.change', {
  fields: ({ user, profile }, call, core) => ({
    fromAccount: user,
    ...cardFields(profile),
    ...deviceFields(call, core.clock()),
  }),
  decide(reply, draft) {
    const read = passed(reply)
    const change = read && card.safeParse(read.modifyResponse ?? {}).data
    return change && { ...draft, profile: { ...draft.profile, ...defined(profileOf(change)) } }
  },
})

/** `type` as in the server API. Devices of Yunxin ask for one friend at a time; several stand in one list. */
const addFriend = question(4, 'friend.add', {
  fields: ({ from, targets, forced }, call, core) => ({
    fromAccount: from,
    to: targets.map(target => target.to).join(','),
    type: forced ? 1 : 2,
    msg: targets[0]?.text,
    alias: targets[0]?.remark,
    ...deviceFields(call, core.clock()),
  }),
})

/** An answer to a request is an operation on a friend like the request itself: 3 accepts it, 4 does not. */
const answerFriend = question(4, 'friend.answer', {
  fields: ({ from, targets }, call, core) => ({
    fromAccount: from,
    to: targets.map(target => target.to).join(','),
    type: targets[0]?.accept ? 3 : 4,
    alias: targets[0]?.remark,
    ...deviceFields(call, core.clock()),
  }),
})

const removeFriend = question(5, 'friend.remove', {
  fields: ({ from, to }, call, core) => ({ fromAccount: from, to, ...deviceFields(call, core.clock()) }),
})

/** Before a call is set up, or a meeting. */
const rtc = ([20, 21] as const).map(eventType =>
  question(eventType, 'call.start', {
    fires: ({ kind }) => (kind === 'call') === (eventType === 20),
    fields: ({ from, to }, call, core) => ({
      fromAccount: from,
      inviteList: to,
      ...deviceFields(call, core.clock()),
    }),
  }),
)

type SignIn = HookPoints['session.open']

/** A sign-in with a token, which is the only kind here. */
function signInFields({ user, token, tag, type }: SignIn, call: Call, at: number) {
  const { device, address } = call
  return {
    authType: 0,
    customClientType: type,
    customTag: tag,
    fromAccount: user,
    fromClientIp: address,
    fromClientPort: device?.port === undefined ? undefined : String(device.port),
    fromClientType: clientTypeOf(call),
    fromDeviceId: device?.id,
    timestamp: String(at),
    token,
  }
}

const signIn = question(36, 'session.open', {
  fires: ({ space }) => space === undefined,
  fields: (draft, call, core) => signInFields(draft, call, core.clock()),
})

const signInToQchat = question(40, 'session.open', {
  documented: true,
  fires: ({ space }) => space === 'qchat',
  fields: (draft, call, core) => signInFields(draft, call, core.clock()),
})

/** The callbacks about users, their friends, calls and sign-ins. */
export const peopleQuestions = [profile, addFriend, answerFriend, removeFriend, ...rtc, signIn, signInToQchat]
