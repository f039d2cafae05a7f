import { compare } from '../../lib/order.ts'
import type { Row } from '../../storage/store.ts'
import type { Context } from '../context.ts'
import type { Friends } from '../friends/friends.ts'
import type { Conversation, Member, Message } from '../model.ts'
import type { PushToken } from '../presence/model.ts'
import type { PushTokens } from '../presence/push-tokens.ts'
import { isQuiet } from '../presence/quiet.ts'
import { online } from '../presence/tables.ts'
import { members, users } from '../tables.ts'
import { holds } from '../users/rows.ts'
import { visible } from './history.ts'
import type { Wishes } from './wishes.ts'

/** Which of those who are to hear of a message by push. */
export interface ReceiversQuery {
  /** The app's name for the provider. */
  engine: string
  overMute?: Wishes['overMute']
  /** The user where the page before ended. */
  after?: string
  /** Nobody else. */
  only?: string
}

/** Users looked at together. */
const together = 500

/** What is asked about somebody who may be told. */
type Side = Pick<Member, 'user' | 'joined' | 'hidden' | 'readSeq' | 'notify'>

/** Who is to hear of a stored message on devices that are away. */
export function openReceivers(ctx: Context, pushTokens: Pick<PushTokens, 'of'>, friends: Pick<Friends, 'between'>) {
  /**
   * The push tokens, of one provider, of devices to which a message is to be pushed now: of whoever is in its conversation,
   * sees it, has not read it, and muted neither the conversation nor its sender; not of devices that are connected or
   * whose users want to be left alone at this hour. A pair without a conversation (id 0) has no rows: both are in it. In
   * the order of the users; only a missing `next` is the end.
   */
  return async function receivers(
    conversation: Conversation,
    message: Message,
    query: ReceiversQuery,
  ): Promise<{ tokens: PushToken[]; next?: string }> {
    const { sides, next } = await sidesOf(conversation, message, query)
    const wanted = sides.filter(side => wants(message, side, query))
    const tokens = await tokensOf(conversation, wanted, query.engine)
    const reached = wanted.filter(side => tokens.has(side.user))
    if (reached.length === 0) return { tokens: [], next }
    const silent = await silentOf(conversation, message, reached)
    const away = reached.filter(side => !silent.has(side.user))
    const connected = await connectedOf(conversation, away)
    const now = ctx.clock()
    const found = away.flatMap(({ user }) => tokens.get(user) ?? [])
    return {
      tokens: found.filter(each => !connected.has(deviceKey(each)) && !isQuiet(each.quiet, now)),
      next,
    }
  }

  /** A page of those who may be in the conversation, as far as their member rows tell. */
  async function sidesOf(
    conversation: Conversation,
    message: Message,
    { after = '', only }: ReceiversQuery,
  ): Promise<{ sides: Side[]; next?: string }> {
    const named = only === undefined ? namedIn(conversation, message) : [only]
    if (!named) {
      const range = { prefix: [conversation.id], from: [`${after}\u0001`], limit: together }
      const rows = await ctx.store.scan(members, range)
      return { sides: rows.map(row => row.value), next: rows.length === together ? rows.at(-1)?.value.user : undefined }
    }
    const all = [...new Set(named)].filter(user => compare(user, after) > 0).sort(compare)
    const page = all.slice(0, together)
    if (conversation.id === 0) return { sides: page.map(user => strangerSide(user, message)) }
    const rows = await ctx.store.getMany(
      members,
      page.map(user => [conversation.id, user]),
    )
    const sides = rows.flatMap((row: Row<Member> | undefined) => (row ? [row.value] : []))
    return { sides, next: all.length > together ? page.at(-1) : undefined }
  }

  async function tokensOf({ app }: Conversation, sides: readonly Side[], engine: string) {
    const all = await pushTokens.of(
      app,
      sides.map(side => side.user),
    )
    const own = all.map(tokens => tokens.filter(token => token.engine === engine))
    return new Map(sides.flatMap(({ user }, i) => (own[i]?.length ? [[user, own[i] as PushToken[]] as const] : [])))
  }

  /** Those who are nobody any more, may not sign in, or muted the sender. */
  async function silentOf({ app, inbox }: Conversation, { sender }: Message, sides: readonly Side[]) {
    const ids = sides.map(side => side.user)
    const [accounts, mutes] = await Promise.all([
      ctx.store.getMany(
        users,
        ids.map(id => [app, id]),
      ),
      sender === '' ? [] : friends.between({ app, user: sender, inbox }, 'mute', ids),
    ])
    const silent = sides.filter(({ joined }, i) => {
      const account = accounts[i]
      return !holds(account, joined) || account?.value.banned || mutes[i]?.theirs
    })
    return new Set(silent.map(side => side.user))
  }

  async function connectedOf({ app }: Conversation, sides: readonly Side[]): Promise<Set<string>> {
    const rows = await ctx.store.getMany(
      online,
      sides.map(({ user }) => [app, user]),
    )
    return new Set(
      rows.flatMap(row => (row?.value.devices ?? []).map(({ device }) => deviceKey({ user: row?.value.user, device }))),
    )
  }
}

export type Receivers = ReturnType<typeof openReceivers>

/** Somebody without a member row: told of as much as somebody who was just made one. */
function strangerSide(user: string, { time }: Message): Side {
  return { user, joined: time, hidden: 0, readSeq: 0 }
}

/** Whom a message can be for at most; undefined for whoever is in the group. */
function namedIn(conversation: Conversation, { visibleTo }: Message): readonly string[] | undefined {
  if (conversation.type === 'direct') return [conversation.a, conversation.b]
  return visibleTo
}

function wants(message: Message, member: Side, { overMute }: ReceiversQuery): boolean {
  const { user, notify = 'all', readSeq } = member
  if (user === message.sender || readSeq >= message.seq || !visible(message, { user, member })) return false
  return notify === 'all' || overMute === 'all' || (overMute === 'mentioned' && isMentioned(message, user))
}

/** Whether a message means a user above others. */
export function isMentioned({ mentions }: Pick<Message, 'mentions'>, user: string): boolean {
  return mentions?.all === true || (mentions?.users.includes(user) ?? false)
}

function deviceKey({ user, device }: { user?: string; device: string }): string {
  return `${user}\n${device}`
}
