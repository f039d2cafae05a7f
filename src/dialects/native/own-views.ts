import type { z } from 'zod'
import type { Broadcast } from '../../core/broadcasts/model.ts'
import type { OwnGroup, ShownSettings } from '../../core/conversations/model.ts'
import type { SettingsSince } from '../../core/conversations/settings-reading.ts'
import type { Note } from '../../core/model.ts'
import type * as form from './forms/forms.ts'

/** What a user set of a conversation for themselves, as their devices get it; what is absent is not set. */
export function settingsView(settings: ShownSettings): z.output<typeof form.settings> {
  const {
    conv,
    since,
    changed: number,
    pinned,
    unlisted,
    notify,
    marks,
    favourite,
    label,
    unsent,
    ext,
    text,
  } = settings
  const set = { pinned, unlisted, notify, marks, favourite, label, draft: unsent, ext, text, groups: settings.groups }
  return { conv, since, number, ...set }
}

/** A group of conversations of a user's own. */
export function groupView({ id, name, text, made, updated }: OwnGroup): z.output<typeof form.conversationGroup> {
  return { id, name, text, made, updated }
}

/** What concerns one user only, as their devices get it; one with number 0 is passing. */
export function noteView({ number, time, kind, from, data }: Note): z.output<typeof form.note> {
  return { number, time, kind, from, data }
}

/** What was said to all users of the app; when it is kept, with the time when it ends. */
export function broadcastView({
  number,
  time,
  from,
  parts,
  kept,
  expires,
}: Broadcast): z.output<typeof form.broadcast> {
  return { number, time, from, parts, ...(kept ? { expires } : {}) }
}

/** What changed in a user's settings and groups of conversations. */
export function settingsSinceView({ settings, groups, ...rest }: SettingsSince) {
  return { ...rest, settings: settings.map(settingsView), groups: groups?.map(groupView) }
}
