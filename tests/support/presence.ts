import type { Event } from '../../src/core/events.ts'
import type { NodeOptions, TestNode } from './core.ts'

const app = 1400000001

/** Looks are made by hand: no test waits for a timer. */
export const handPace = { every: 1_000_000, patience: 3 }

/** A device of a user that comes. */
export function coming(user: string, id: string, platform = 'web') {
  return { app, user, id, platform, device: `of ${id}` }
}

/** A user's connected devices, by what a node knows. */
export async function idsOf(node: TestNode, user: string): Promise<string[]> {
  return ((await node.core.presence.of(app, [user]))[0] ?? []).map(each => each.id).sort()
}

/** What back ends hear stands on no subject: it is seen before its batch is committed. */
export function hearing(): { heard: Event[]; hears: NodeOptions['hears'] } {
  const heard: Event[] = []
  return {
    heard,
    hears: ({ event }) => {
      heard.push(event)
      return false
    },
  }
}
