import type { SettingsTold } from '../../client/src/logs.ts'
import type { Conversation, Down, Message, Moved, SyncReply } from '../../client/src/protocol.ts'
import { openTimelines, type Position, type Sync } from '../../client/src/timelines.ts'

/** Everything that timelines tell, as lines of a log. */
export function told() {
  const log: string[] = []
  return {
    log,
    message: (message: Message) => log.push(`message ${message.conv}/${message.seq}`),
    change: (change: { conv: number; rev: number }) => log.push(`change ${change.conv}/${change.rev}`),
    conversation: (event: { conv: number; here: boolean; reset?: boolean; messages?: Message[] }) => {
      const page = event.messages?.map(message => message.seq).join()
      log.push(event.here ? `here ${event.conv}${event.reset ? ` anew ${page}` : ''}` : `gone ${event.conv}`)
    },
    membership: () => {},
    read: (read: { conv: number; seq: number }) => log.push(`read ${read.conv}/${read.seq}`),
    peerRead: (read: { conv: number; user: string; seq: number }) =>
      log.push(`peer ${read.user} ${read.conv}/${read.seq}`),
    erased: ({ conv, seqs, upTo }: { conv: number; seqs: number[]; upTo?: number }) =>
      log.push(`erased ${conv}/${upTo === undefined ? seqs.join() : `to ${upTo}`}`),
    note: (note: { number: number }) => log.push(`note ${note.number}`),
    broadcast: (broadcast: { number: number }) => log.push(`broadcast ${broadcast.number}`),
    settings: ({ reset, settings, groups }: SettingsTold) =>
      log.push(
        `settings ${[...settings.map(each => each.conv), ...(groups ? ['groups'] : []), ...(reset ? ['anew'] : [])]}`,
      ),
    stuck: () => log.push('stuck'),
  }
}

/** A pushed message. */
export const message = (conv: number, seq: number) =>
  ({ type: 'message', conv, seq }) as Extract<Down, { type: 'message' }>
/** A pushed change. */
export const change = (conv: number, rev: number, seq?: number) =>
  ({ type: 'change', conv, rev, seq, what: 'recall' }) as Extract<Down, { type: 'change' }>

/** What `sync` answers for one conversation. */
export function moved(conv: number, seqs: number[], revs: number[], fields: Partial<Moved> = {}): Moved {
  return {
    conversation: { conv, since: 1, read: 0 } as Conversation,
    reset: false,
    messages: seqs.map(seq => message(conv, seq) as unknown as Message),
    changes: revs.map(rev => change(conv, rev) as never),
    seq: seqs.at(-1) ?? 0,
    rev: revs.at(-1) ?? 0,
    more: false,
    ...fields,
  }
}

/** What `sync` answers. */
export const reply = (conversations: Moved[], more: Partial<SyncReply> = {}): SyncReply => ({
  epoch: 'e',
  conversations,
  gone: [],
  ...more,
})

/** Answers questions one by one, when the test says so. */
export function server() {
  const asked: { query: Parameters<Sync>[0]; answer(reply: SyncReply): Promise<void>; refuse(): Promise<void> }[] = []
  const settled = () => new Promise<void>(resolve => setTimeout(resolve))
  const sync: Sync = query =>
    new Promise((resolve, reject) =>
      asked.push({
        query,
        answer: given => {
          resolve(given)
          return settled()
        },
        refuse: () => {
          reject(new Error('no'))
          return settled()
        },
      }),
    )
  return { asked, sync }
}

/** A position. */
export const at = (conv: number, seq: number, rev: number): Position => ({ conv, seq, rev, read: 0, since: 1 })

/** Timelines that have caught up at these positions. */
export async function ready(...positions: Position[]) {
  const seen = told()
  const timelines = openTimelines({ epoch: 'e', positions }, seen)
  const { asked, sync } = server()
  const resumed = timelines.resume(sync, 'ann')
  await asked.shift()?.answer(reply([]))
  await resumed
  return { timelines, log: seen.log, asked, sync }
}
