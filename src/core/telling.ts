import type { Appended } from '../storage/store.ts'
import type { Call } from './call.ts'
import { completed, type Event, groupSubject, newsOf, userSubject } from './events.ts'
import type { Change, Conversation, Message } from './model.ts'

/** Something to tell when the batch that does it is committed. */
export interface Told {
  call: Call
  /** Who is told on the bus: once each, however many members a group has. */
  subjects: readonly string[]
  /** A message or change of the batch itself still lacks the number and time that step `at` will get. */
  event: Event
  at?: number
}

/** Tells whoever is in a conversation: a group once, and both users of a pair. */
export function toldConversation(call: Call, conversation: Conversation, event: Event, at?: number): Told {
  return { call, subjects: subjectsOf(call, conversation), event, at }
}

/** Tells one user's devices. */
export function toldUser(call: Call, user: string, event: Event): Told {
  return { call, subjects: [userSubject(call.app.id, user)], event }
}

/** A change that a batch appends, before it has its number and time. */
export function unnumbered(conv: number, record: Pick<Change, 'what' | 'by' | 'seq' | 'users' | 'detail'>): Change {
  return { conv, rev: 0, time: 0, counters: {}, ...record }
}

/** A message that a batch appends, before it has its number and time. */
export function unsent(
  conv: number,
  message: Omit<Message, 'conv' | 'seq' | 'time' | 'shown' | 'counters'>,
  shown = 0,
): Message {
  return { ...message, conv, seq: 0, time: 0, shown, counters: {} }
}

/** Hands what was committed to the bus. */
export function publish(
  bus: { publish(subject: string, news: object): void },
  tells: readonly Told[],
  results: readonly unknown[],
): void {
  for (const { call, subjects, event, at } of tells) {
    const news = newsOf(call, at === undefined ? event : completed(event, gotOf(results[at])))
    for (const subject of subjects) bus.publish(subject, news)
  }
}

/** What an append was given, or the sum that numbers a change without a log. */
function gotOf(result: unknown): Omit<Appended, 'counters'> & Partial<Appended> {
  return typeof result === 'number' ? { number: result, time: 0 } : (result as Appended)
}

function subjectsOf(call: Call, conversation: Conversation): string[] {
  if (conversation.type === 'group') return [groupSubject(conversation.id)]
  return [...new Set([conversation.a, conversation.b])].map(user => userSubject(call.app.id, user))
}
