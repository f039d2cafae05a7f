import type { Context } from '../context.ts'
import type { Conversation, Membership } from '../model.ts'
import { messages } from '../tables.ts'
import type { Directs } from './directs.ts'
import type { Positions } from './positions.ts'

/** Which of a user's conversations to list. */
export interface ListQuery {
  /** 'recent' = the newest message first, joining counts where there is none; the others by when they were made. */
  order: 'recent' | 'oldest' | 'newest'
  /** Judged before anything else is read. */
  among?: (membership: Membership) => boolean
  which?: (conversation: Conversation) => boolean
  /** The `next` of the page before. */
  after?: number
  limit: number
}

/** A conversation and its place in a list: one positive number, below 2^53. */
interface Placed {
  conv: number
  place: number
}

export type Listing = ReturnType<typeof openListing>

export function openListing(ctx: Context, directs: Directs, positions: Positions) {
  /**
   * A page of a user's conversations; what is gone is passed over, so that only the last page is short. `next` is the
   * place of the page's last, and absent when nothing follows.
   */
  async function list(
    app: number,
    user: string,
    query: ListQuery,
  ): Promise<{ conversations: Conversation[]; next?: number }> {
    const places = await placesOf(await membershipsOf(app, user, query.among), query)
    const found: { conversation: Conversation; place: number }[] = []
    for (let at = 0; at < places.length && found.length <= query.limit; at += query.limit + 1) {
      const some = places.slice(at, at + query.limit + 1)
      const rows = await directs.getMany(
        app,
        some.map(each => each.conv),
      )
      rows.forEach((conversation, i) => {
        if (conversation && query.which?.(conversation) !== false)
          found.push({ conversation, place: (some[i] as Placed).place })
      })
    }
    const page = found.slice(0, query.limit)
    return {
      conversations: page.map(each => each.conversation),
      next: found.length > query.limit ? page.at(-1)?.place : undefined,
    }
  }

  async function placesOf(memberships: Membership[], query: ListQuery): Promise<Placed[]> {
    const { order, after } = query
    const places = order === 'recent' ? await byActivity(memberships) : memberships.map(byId)
    const down = order !== 'oldest'
    const left = places.filter(({ place }) => after === undefined || (down ? place < after : place > after))
    return left.sort((one, other) => (down ? other.place - one.place : one.place - other.place))
  }

  // Milliseconds times 1000 leave room to tell those of one millisecond apart.
  async function byActivity(memberships: Membership[]): Promise<Placed[]> {
    const heads = await ctx.store.heads(
      messages,
      memberships.map(membership => [membership.conv]),
    )
    const taken = new Map<number, number>()
    return memberships.map(({ conv, joined }, i) => {
      const time = heads[i]?.number ? heads[i].time : joined
      const nth = taken.get(time) ?? 0
      taken.set(time, nth + 1)
      return { conv, place: time * 1000 + Math.min(nth, 999) }
    })
  }

  async function membershipsOf(app: number, user: string, among: ListQuery['among']): Promise<Membership[]> {
    const all: Membership[] = []
    for (let after: number | undefined = 0; after !== undefined; ) {
      const page: Awaited<ReturnType<Positions['page']>> = await positions.page(app, user, { after, limit: 1000 })
      all.push(...(among ? page.memberships.filter(among) : page.memberships))
      after = page.next
    }
    return all
  }

  return { list }
}

function byId({ conv }: Membership): Placed {
  return { conv, place: conv }
}
