import type { z } from 'zod'
import type { Session } from '../../core/model.ts'
import type { Said, UserEvent } from '../../core/presence/model.ts'
import type { Seen } from '../../core/presence/seen.ts'
import type * as form from './forms/forms.ts'

/** A user's presence as others get it. */
export function presenceView({ user, status, platforms, at, text }: Seen): z.output<typeof form.presence> {
  return {
    user,
    status,
    platforms: platforms.map(each => ({
      platform: each.platform,
      status: each.status,
      said: each.said && saidView(each.said),
    })),
    ...(status === 'online' ? {} : { seen: at }),
    text,
  }
}

function saidView({ value, config, until }: Said) {
  return { value, config, until }
}

/** A connected device as its user sees it; `own` is the session of who looks. */
export function deviceView(
  { id, platform, device, since, sdk, tag }: Session,
  own: string | undefined,
): z.output<typeof form.device> {
  return { session: id, platform, device, since, sdk, tag, own: id === own }
}

/** A sign-in, or the end of a session, as its user sees it. */
export function eventView({
  number,
  time,
  what,
  why,
  session,
  platform,
  device,
  address,
}: UserEvent): z.output<typeof form.deviceEvent> {
  return { number, time, what, why, session, platform, device, address }
}
