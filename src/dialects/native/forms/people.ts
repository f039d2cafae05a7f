import { z } from 'zod'
import { ms, next, number, texts, user } from './plain.ts'

const person = {
  user,
  nick: z.string().optional(),
  avatar: z.string().optional().describe('the address of a picture'),
  gender: z.enum(['unknown', 'male', 'female']).optional(),
  signature: z.string().optional(),
  location: z.string().optional(),
  language: z.number().optional(),
  level: z.number().optional(),
  custom: texts.optional().describe('texts by name'),
  robot: z.boolean().optional(),
}

/** What everybody may know of a user. */
export const somebody = z
  .strictObject(person)
  .meta({ id: 'Person', description: 'What everybody may know of a user; what is absent is not set.' })

/** What a user may know of themselves. */
export const oneself = z
  .strictObject({
    ...person,
    email: z.string().optional(),
    mobile: z.string().optional(),
    birthday: z.string().optional().describe('YYYY-MM-DD'),
    role: z.number().optional(),
    befriend: z.enum(['anybody', 'confirm', 'nobody']).optional().describe('who may become a friend'),
    noRequests: z.boolean().optional().describe('may not ask others'),
    text: z.string().optional(),
  })
  .meta({ id: 'Oneself', description: 'What a user may know of themselves.' })

/** A friend as the user whose friend they are sees them. */
export const friend = z
  .strictObject({
    user,
    added: ms.describe('when (ms)'),
    remark: z.string().optional().describe('what the user calls them'),
    lists: z.array(z.string()).optional().describe('the friend lists in which they stand'),
    source: z.string().optional().describe('where they met'),
    words: z.string().optional().describe('of the request'),
    text: z.string().optional().describe('the user’s own'),
    serverText: z.string().optional().describe('written by the app’s server alone'),
    custom: texts.optional().describe('texts by name'),
    ext: texts.optional().describe('texts by name'),
    who: somebody.optional(),
  })
  .meta({ id: 'Friend', description: 'A friend, with what the user keeps about them.' })

/** A friend request. */
export const friendRequest = z
  .strictObject({
    user: user.describe('who asked, or among those that were sent was asked'),
    time: ms,
    words: z.string().optional(),
    source: z.string().optional().describe('where they met'),
    who: somebody.optional(),
  })
  .meta({ id: 'FriendRequest', description: 'A friend request that was not answered.' })

/** Where a page of a list about users ended. */
export const userPlace = next(z.strictObject({ time: ms, user }))

const status = z.enum(['online', 'push', 'offline'])

/** What a device says of itself. */
const said = z.strictObject({
  value: number.optional().describe('what it means is the app’s'),
  config: z.string().optional(),
  until: ms.describe('until when it holds (ms)'),
})

/** An event that a user published. */
export const event = z
  .strictObject({
    user: user.describe('who published it'),
    kind: number.describe('what it means is the app’s'),
    id: number,
    value: number,
    config: z.string().optional(),
    platform: z.string().optional().describe('from where'),
    time: ms,
    until: ms.describe('until when it holds (ms)'),
    scope: z.enum(['online', 'all']).describe('`online`: only for who subscribed by then'),
  })
  .meta({ id: 'UserEvent', description: 'An event of the app’s own making, published by a user.' })

/** A user's presence as others get it. */
export const presence = z
  .strictObject({
    user,
    status: status.describe('connected; away but reachable by push; or neither'),
    platforms: z
      .array(
        z.strictObject({
          platform: z.string(),
          status,
          said: said.optional().describe('by the device that spoke last'),
        }),
      )
      .describe('those on which the user was ever connected'),
    seen: ms.optional().describe('when they were last connected (ms), if they are not now and ever were'),
    text: z.string().optional().describe('what they say they are doing'),
  })
  .meta({ id: 'Presence', description: 'A user’s presence.' })

/** A connected device of the user. */
export const device = z
  .strictObject({
    session: z.string(),
    platform: z.string(),
    device: z.string().describe('as it named itself'),
    since: ms.describe('when it came (ms)'),
    sdk: z.string().optional(),
    tag: z.string().optional(),
    own: z.boolean().describe('it is this one'),
  })
  .meta({ id: 'Device', description: 'A connected device of the user.' })

/** A sign-in of the user, or the end of a session. */
export const deviceEvent = z
  .strictObject({
    number: number.describe('its number among the user’s'),
    time: ms,
    what: z.enum(['in', 'out']),
    why: z.enum(['left', 'lost', 'late', 'kicked']).optional().describe('of an end'),
    session: z.string(),
    platform: z.string(),
    device: z.string(),
    address: z.string().optional(),
  })
  .meta({ id: 'DeviceEvent', description: 'A sign-in of the user, or the end of a session.' })
