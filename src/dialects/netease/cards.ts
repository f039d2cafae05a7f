import type { Profile, User } from '../../core/model.ts'
import { choice, maybe, text } from './shapes.ts'

/** The fields of a card as calls take them; limits in characters. */
export const cardFields = {
  name: text(64).optional(),
  icon: text(1024).optional(),
  sign: text(256).optional(),
  email: text(64).optional(),
  birth: text(16).optional(),
  mobile: text(32).optional(),
  gender: maybe(choice(0, 1, 2)),
  ex: text(1024).optional(),
}

/** A user's card as calls write it. Fields left out stay as they are, '' clears. */
export interface Card {
  name?: string
  icon?: string
  sign?: string
  email?: string
  birth?: string
  mobile?: string
  gender?: 0 | 1 | 2
  ex?: string
}

const genders = ['unknown', 'male', 'female'] as const

/** The profile that a card says. */
export function profileOf(card: Card): Profile {
  return {
    nick: card.name,
    avatar: card.icon,
    signature: card.sign,
    email: card.email,
    birthday: card.birth,
    mobile: card.mobile,
    gender: card.gender === undefined ? undefined : genders[card.gender],
    text: card.ex,
  }
}

/** A user's card as `getUinfos` shows it, without empty fields. */
export function cardOf(user: User): Card & { accid: string } {
  const { nick, avatar, signature, email, birthday, mobile, gender, text } = user.profile
  const card = { name: nick, icon: avatar, sign: signature, email, birth: birthday, mobile }
  return { accid: user.id, ...card, gender: genders.indexOf(gender ?? 'unknown') as 0 | 1 | 2, ex: text }
}
