import { createHash } from 'node:crypto'
import type { PushProvider } from '../core/apps/model.ts'
import type { Core } from '../core/core.ts'
import { isMentioned } from '../core/messages/receivers.ts'
import type { Conversation, Message } from '../core/model.ts'
import type { PushToken } from '../core/presence/model.ts'
import type { Kept } from '../core/tables.ts'
import type { Matter } from './matter.ts'
import { overlay } from './overlay.ts'
import type { Outgoing, Shown } from './push.ts'
import { render } from './render.ts'

/** Makes the pushes of one message. */
export interface Composer {
  /** The push to a device, good until a time (ms); undefined when its user is shown nothing. */
  compose(token: PushToken, badge: number | undefined, until: number): Outgoing | undefined
}

/** What is said of a message, for the devices of one provider. Reads once how sender and group are called. */
export async function openComposer(
  core: Core,
  kept: Kept,
  { message, conversation, wishes, recalled }: Matter,
  kind: PushProvider['kind'],
): Promise<Composer> {
  const names = await namesOf(core, message, conversation)
  const known = new Map<string, Shown | undefined>()

  function shownTo(user: string, badge: number | undefined): Shown | undefined {
    const name = `${isMentioned(message, user)}/${badge}`
    if (!known.has(name)) known.set(name, render({ message, wishes, to: user, badge, ...names }))
    return known.get(name)
  }

  return {
    compose(token, badge, until) {
      const shown = shownTo(token.user, badge)
      if (!shown) return undefined
      return {
        ...shown,
        ...replacing(kind, String(message.id), shown),
        recalled,
        id: idOf(core, kept, token),
        token: token.token,
        ttl: Math.max(0, until - core.clock()),
        priority: message.priority === 'low' || message.priority === 'lowest' ? 'normal' : 'high',
      }
    },
  }
}

async function namesOf(core: Core, { sender }: Message, conversation: Conversation) {
  const { app } = conversation
  const group = conversation.type === 'group' ? conversation : undefined
  const [account, member] = await Promise.all([
    sender === '' ? undefined : core.users.findMany(app, [sender]),
    sender === '' || !group ? undefined : core.members.find(group.id, sender),
  ])
  const name = member?.nick || account?.[0]?.profile.nick || sender
  return { sender: name || undefined, group: group && (group.name || group.alias) }
}

/** A repeat, or what is said of a message later, replaces what is shown of the first one. */
function replacing(kind: PushProvider['kind'], word: string, { options }: Shown): Partial<Outgoing> {
  if (kind !== 'fcm') return { collapse: word }
  // Google keeps only four collapse words for a device that is away, and drops the other pushes: there the tag does it.
  const tagged = { android: { notification: { tag: word } }, apns: { headers: { 'apns-collapse-id': word } } }
  return { options: { ...options, fcm: overlay(tagged, options?.fcm ?? {}) } }
}

/** The same for every try, also by another node. */
function idOf(core: Core, { app, lane, place }: Kept, { user, device }: PushToken): string {
  const digest = createHash('sha256').update(`${user}\n${device}`).digest('base64url').slice(0, 16)
  return `${core.store.epoch.slice(0, 8)}-${app}-${lane}-${place}-${digest}`
}
