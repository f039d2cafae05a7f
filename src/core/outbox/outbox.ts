import { type Appended, append, ref, type Step } from '../../storage/store.ts'
import { completed, type Event, type News, newsOf } from '../events.ts'
import { type Kept, outbox } from '../tables.ts'
import type { Told } from '../telling.ts'

/** The outbox of an app is spread over lanes, so that several nodes can deliver at once. */
export const lanes = 4

/** Whether somebody outside is to be told of news; asked for every event, before its batch is committed. */
export type Hears = (news: News) => boolean

/** An event that a batch keeps: its row before the commit, and the step that completes what it tells. */
export interface Keeping {
  row: Pick<Kept, 'app' | 'lane' | 'key' | 'news'>
  at: number | undefined
}

/** The outbox's side of a commit. */
export interface Outbox {
  hears: Hears
  /** What of a batch is to be told outside; nothing when nobody listens. */
  keep(tells: readonly Told[]): Keeping[]
  /** Says that it was kept; `results` are those of the batch, in which the rows stand from step `first` on. */
  announce(keeping: readonly Keeping[], results: readonly unknown[], first: number): void
  /** Shows rows that were kept on this node, in the order in which they were, so that nobody need read them again. */
  watch(watcher: (row: Kept) => void): void
}

/** Where it is announced that a lane of an app's outbox has news. */
export const outboxSubject = 'outbox'

/** What is announced there. */
export interface Announced {
  app: number
  lane: number
  /** By whom. */
  node: string
}

/** Keeps events in the batch that does what they tell of. */
export function openOutbox(hears: Hears, bus: { publish(subject: string, news: object): void }, node = ''): Outbox {
  let watcher: ((row: Kept) => void) | undefined

  function keep(tells: readonly Told[]): Keeping[] {
    const keeping: Keeping[] = []
    for (const { call, event, at } of tells) {
      const news = newsOf(call, event)
      if (!hears(news)) continue
      const key = keyOf(event)
      keeping.push({ row: { app: call.app.id, lane: laneOf(key), key, news }, at })
    }
    return keeping
  }

  function announce(keeping: readonly Keeping[], results: readonly unknown[], first: number): void {
    keeping.forEach(({ row, at }, i) => {
      const { number: place, time, counters } = results[first + i] as Appended
      const got = at === undefined ? undefined : (results[at] as Appended)
      watcher?.({ ...row, place, at: time, counters, number: got?.number, time: got?.time })
      const announced: Announced = { app: row.app, lane: row.lane, node }
      bus.publish(outboxSubject, announced)
    })
  }

  return {
    hears,
    keep,
    announce,
    watch(by) {
      watcher = by
    },
  }
}

/** The steps that keep events with their batch. */
export function keepingSteps(keeping: readonly Keeping[]): Step[] {
  return keeping.map(({ row: { app, lane, key, news }, at }) => {
    const got = at === undefined ? {} : { number: ref(at).number, time: ref(at).time }
    return append(outbox, [app, lane], { key, ...got, news })
  })
}

/** The news of a kept row, with the number and time that were unknown when its batch was made. */
export function newsKept({ news, number, time }: Kept): News {
  if (number === undefined) return news
  return { ...news, event: completed(news.event, { number, time: time ?? 0 }) }
}

/** What an event is about: a conversation, or a user. Its events are told in order. */
function keyOf(event: Event): string {
  if ('conversation' in event && event.conversation) {
    const { conversation } = event
    if (conversation.type === 'group' || conversation.id > 0) return `c${conversation.id}`
    return `p${conversation.a}/${conversation.b}`
  }
  if ('group' in event) return `c${event.group.id}`
  if (event.type === 'notification.sent') return 'user' in event.to ? `u${event.to.user}` : `c${event.to.group.id}`
  if ('room' in event && typeof event.room === 'object') return `c${event.room.id}`
  if ('channel' in event) return `n${event.channel}`
  if ('user' in event) return `u${event.user}`
  if (event.type === 'friends.added' || event.type === 'friends.removed') return `u${event.pairs[0]?.from}`
  return event.type
}

function laneOf(key: string): number {
  let hash = 0
  for (let i = 0; i < key.length; i++) hash = (Math.imul(hash, 31) + key.charCodeAt(i)) | 0
  // Keys of numbers that follow each other differ in their last bits only: mixed, they spread over all lanes.
  return ((Math.imul(hash, 0x9e3779b1) >>> 16) >>> 0) % lanes
}
