import { Fault } from '../errors.ts'
import type { Limits, Rate } from '../limits.ts'
import type { MessageDraft } from '../messages/draft.ts'
import type { Group } from '../model.ts'

/** Messages that one node takes for a room from all its senders together. */
export const usualFlow: Rate = { calls: 40, seconds: 1 }

export type Flow = ReturnType<typeof openFlow>

/** How much is said in rooms: what is too much for those inside is dropped, and its sender does not know. */
export function openFlow(limits: Limits) {
  let dropped = 0

  /**
   * Whether a message is over its room's flow, which it counts against. High ones use up the flow of the others, but have
   * it once more for themselves, so that they are the last to be dropped. The server's own words are never over.
   * `room/messages` of the limits sets another flow, or none.
   */
  async function over(room: Pick<Group, 'id'>, draft: Pick<MessageDraft, 'from' | 'priority' | 'parts'>) {
    if (draft.from === '' || draft.parts[0]?.type === 'notice') return false
    return isOver(draft.priority, who => spends('room', 'messages', who, usualFlow), `${room.id}`)
  }

  /** The same for what a dialect counts under a name of its own. */
  async function overOwn(
    dialect: string,
    operation: string,
    rate: Rate,
    room: number,
    priority?: MessageDraft['priority'],
  ) {
    return isOver(priority, who => spends(dialect, operation, who, rate), `${room}`)
  }

  async function isOver(
    priority: MessageDraft['priority'],
    spends: (who: string) => Promise<boolean>,
    who: string,
  ): Promise<boolean> {
    const usual = await spends(who)
    const over = priority === 'high' ? await spends(`${who}/high`) : usual
    if (over) dropped++
    return over
  }

  async function spends(dialect: string, operation: string, who: string, rate: Rate): Promise<boolean> {
    try {
      await limits.count(dialect, operation, who, rate)
      return false
    } catch (error) {
      if (error instanceof Fault && error.reason === 'rate.exceeded') return true
      throw error
    }
  }

  return { over, overOwn, dropped: () => dropped }
}
