import { Fault } from '../../src/core/errors.ts'
import type { Event } from '../../src/core/events.ts'
import type { Profile } from '../../src/core/model.ts'
import { type NodeOptions, startNode, type TestNode } from './core.ts'

/** A node with users, and short ways to what they are to each other. */
export interface People {
  node: TestNode
  /** Whose relations. */
  of(user: string, inbox?: number): { app: number; user: string; inbox: number }
  /** Adds a friend: what became of it, or the reason of the refusal. */
  add(from: string, to: string, options?: object, fields?: object): Promise<string>
  answer(from: string, to: string, accept: boolean, fields?: object): Promise<string>
  block(from: string, to: string, options?: object): Promise<string>
  profile(user: string, fields: Profile): Promise<unknown>
  /** Names of somebody's friends, and of those who wait for their answer, in order. */
  friendsOf(user: string, inbox?: number): Promise<string[]>
  waitingFor(user: string): Promise<string[]>
  /** What webhooks may be told of, of these types. */
  events(...types: Event['type'][]): Event[]
  /** The notes that a user got, in order. */
  notesOf(user: string): Promise<object[]>
}

/** Starts a node on which ann, ben, cat and dan are users. */
export async function startPeople(options: NodeOptions = {}): Promise<People> {
  const heard: Event[] = []
  const hears: NodeOptions['hears'] = news => {
    heard.push(news.event)
    return false
  }
  const node = startNode({ hears, ...options })
  await node.users('ann', 'ben', 'cat', 'dan')
  const { friends, notes } = node.core
  const app = node.call.app.id
  const of = (user: string, inbox = 0) => ({ app, user, inbox })
  const others = async (user: string, what: 'friend' | 'request', inbox = 0) =>
    (await friends.page(of(user, inbox), what, { limit: 500 })).found.map(({ relation }) => relation.other)
  return {
    node,
    of,
    add: async (from, to, options = {}, fields = {}) =>
      reasons(await friends.add(node.call, from, [{ user: to, ...fields }], options))[0] as string,
    answer: async (from, to, accept, fields = {}) =>
      reasons(await friends.answer(node.call, from, [{ user: to, accept, ...fields }]))[0] as string,
    block: async (from, to, options = {}) =>
      reasons(await friends.blocks.add(node.call, from, [{ user: to }], 'block', options))[0] as string,
    profile: (user, fields) => node.core.users.update(node.call, user, { profile: fields }),
    friendsOf: (user, inbox) => others(user, 'friend', inbox),
    waitingFor: user => others(user, 'request'),
    events: (...types) => heard.filter(event => types.includes(event.type)),
    notesOf: async user =>
      (await notes.read(app, user, 0, 100)).map(({ kind, from, data }) => ({ kind, from, ...data })),
  }
}

/** Results of a call about many, with the reasons of refusals. */
export function reasons(results: readonly unknown[]): unknown[] {
  return results.map(each => (each instanceof Fault ? each.reason : each))
}
