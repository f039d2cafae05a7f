import type { EventOf } from '../../../core/events.ts'
import { told } from '../../callbacks.ts'
import { kickedPlatform } from './platforms.ts'

const id = 'State.StateChange'

/** A device signed in, also one that came back; others of the same account may have given way. */
const login = told({
  id,
  event: 'session.opened',
  body: (_core, _news, { user, kicked }, { at }) => ({
    Info: { Action: 'Login', To_Account: user, Reason: 'Register' },
    ...(kicked.length > 0
      ? { KickedDevice: kicked.map(({ platform }) => ({ Platform: kickedPlatform(platform) })) }
      : {}),
    EventTime: at,
  }),
})

type Why = EventOf<'session.closed'>['why']

const endings: Record<Why, { Action: string; Reason: string }> = {
  left: { Action: 'Logout', Reason: 'Unregister' },
  lost: { Action: 'Disconnect', Reason: 'LinkClose' },
  late: { Action: 'Disconnect', Reason: 'TimeOut' },
  kicked: { Action: 'Disconnect', Reason: 'LinkClose' },
}

/** A device is gone. One that gave way is named by the sign-in that pushed it out. */
const end = told({
  id,
  event: 'session.closed',
  fires: (_news, { replaced }) => !replaced,
  body(_core, _news, { user, why }, { at }) {
    const { Action, Reason } = endings[why]
    return { Info: { Action, To_Account: user, Reason }, EventTime: at }
  },
})

/** The command about the state of accounts of `webhooks.json`. */
export const state = { asked: [], told: [login, end] }
