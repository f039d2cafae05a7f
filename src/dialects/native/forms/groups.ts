import { z } from 'zod'
import { somebody } from './people.ts'
import { conv, ms, number, texts, user } from './plain.ts'

const who = z.enum(['nobody', 'owner', 'managers', 'everyone'])
const joins = z.enum(['open', 'approval', 'closed'])
const words = z.string().optional()

const policy = z.strictObject({
  join: joins.describe('coming in by one’s own wish'),
  invite: who.describe('who may bring others in'),
  consent: z.boolean().describe('who is invited must agree first'),
  edit: who.describe('who may change what is shown of it'),
  speak: who.describe('who may speak'),
})

const named = {
  conv,
  alias: z.string().describe('its public id'),
  kind: z.string(),
  name: z.string().optional(),
  avatar: z.string().optional(),
}

const shown = {
  ...named,
  description: z.string().optional(),
  notice: z.string().optional(),
  owner: user.describe('empty = none'),
  created: ms,
  updated: ms,
  revision: number.describe('grows with each change of what is shown of it'),
  ext: texts.optional().describe('texts by name'),
  custom: texts.optional().describe('texts by name'),
  marks: z.array(z.string()).optional().describe('what the app marks a live room with'),
  clientText: z.string().optional().describe('an opaque text of the devices'),
  serverText: z.string().optional().describe('one of the app’s server'),
  policy,
}

/** A group as its members see it. */
export const group = z
  .strictObject({ ...shown, members: number.describe('how many there are') })
  .meta({ id: 'Group', description: 'A group as its members see it.' })

/** A group as those see it who are not in it. */
export const publicGroup = z
  .strictObject({
    ...named,
    description: z.string().optional(),
    created: ms,
    members: number.describe('how many there are'),
    join: joins.describe('coming in by one’s own wish'),
  })
  .meta({ id: 'PublicGroup', description: 'What everybody may know of a group that lets people in.' })

const groupNamed = z.strictObject(named)

/** A member as other members see them. */
export const member = z
  .strictObject({
    user,
    role: z.enum(['owner', 'manager', 'member']),
    nick: z.string().optional(),
    joined: ms.describe('when they came (ms)'),
    mutedUntil: ms.optional().describe('until when they may not speak (ms)'),
    invitedBy: user.optional(),
    level: z.number().optional(),
    ext: texts.optional().describe('texts by name'),
    custom: texts.optional().describe('texts by name'),
    text: z.string().optional(),
  })
  .meta({ id: 'Member', description: 'A member of a group as the others see them.' })

/** Somebody who may not speak, or not come in. */
export const restricted = z
  .strictObject({
    user,
    since: ms,
    until: ms.optional().describe('ms; absent = for ever'),
    by: user.describe('whose doing it is; empty for the app’s'),
    words,
  })
  .meta({ id: 'Restricted', description: 'Somebody who may not speak, or not come in.' })

/** Somebody who waits to come into a group. */
export const applicant = z
  .strictObject({
    user,
    time: ms,
    words,
    expires: ms.describe('until when it can be answered (ms)'),
    who: somebody.optional(),
  })
  .meta({ id: 'Applicant', description: 'Somebody who waits to come into a group.' })

/** A group that the user waits to come into. */
export const application = z
  .strictObject({ group: groupNamed, time: ms, words, expires: ms.describe('until when it can be answered (ms)') })
  .meta({ id: 'Application', description: 'A group that the user waits to come into.' })

/** A group into which the user was invited. */
export const invitation = z
  .strictObject({
    group: groupNamed,
    time: ms,
    by: user,
    words,
    ext: z.string().optional().describe('the app’s own data'),
  })
  .meta({ id: 'Invitation', description: 'A group into which the user was invited, and has not answered.' })

/** A live room as devices see it. */
export const room = z
  .strictObject({
    ...shown,
    online: number.describe('how many accounts are in it'),
    stored: z.boolean().describe('its messages are kept'),
  })
  .meta({ id: 'Room', description: 'A live room.' })

/** Somebody inside a live room as the others see them. */
export const insider = z
  .strictObject({
    user,
    role: z.enum(['owner', 'manager', 'member', 'guest']).describe('`guest` is who is no fixed member'),
    anonymous: z.boolean().optional().describe('the app does not know them'),
    entry: number.describe('which entry of the room theirs was'),
    entered: ms.describe('when (ms)'),
    nick: z.string().optional(),
    avatar: z.string().optional(),
    ext: texts.optional().describe('texts by name'),
    text: z.string().optional(),
    tags: z.array(z.string()),
    marks: z.array(z.string()).describe('put on them by the app'),
  })
  .meta({ id: 'Insider', description: 'Somebody inside a live room.' })

/** An element of the queue of a live room. */
export const queueElement = z
  .strictObject({
    key: z.string(),
    value: z.string(),
    user: user.describe('whose it is'),
    passing: z.literal(true).optional().describe('it goes when they leave the room'),
  })
  .meta({ id: 'QueueElement', description: 'An element of the queue of a live room.' })
