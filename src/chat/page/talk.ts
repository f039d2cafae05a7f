import type { Client, ListedConversation, Message, State } from '../../../client/src/client.ts'
import { openPeople, type People } from './people.ts'
import { openSending, type Sending } from './sending.ts'
import { beginAnew, drop, firstOf, inOrder, keyOf, newThread, type Thread, take, touch, usersIn } from './threads.ts'
import { refusalText } from './words.ts'

/** What the page knows, and what can be done. */
export interface Talk extends Sending {
  client: Client
  me: string
  people: People
  threads: Map<string, Thread>
  current: Thread | undefined
  state: { state: State; wait?: number; since: number }
  /** Shows a conversation, or none. */
  open(key: string | undefined): void
  older(thread: Thread): Promise<void>
  /** The user sees a conversation to its end. */
  see(thread: Thread): void
  /** The user writes something, or stopped. */
  typing(thread: Thread, on: boolean): void
}

/** Messages of a page of history. */
const page = 40
/** How long somebody counts as writing, and how often the others are told (ms). */
const typingTime = { shown: 6000, told: 3000 }

/** Follows what the client tells; `changed` is called soon after something is different, once for all of it. */
export function openTalk(client: Client, me: string, changed: () => void): Talk {
  const keys = new Map<number, string>()
  const dirty = new Set<number>()
  let lastTyping = 0
  let asking = false
  const talk: Talk = {
    ...{ client, me, threads: new Map(), current: undefined },
    people: openPeople(client, changed),
    state: { state: client.state, since: Date.now() },
    ...{ open, older, see, typing },
    ...openSending(client, changed),
  }
  const { threads, people } = talk

  client.on('state', ({ state, wait }) => {
    talk.state = { state, wait, since: Date.now() }
    if (state === 'online') refresh()
    changed()
  })
  client.on('conversation', told => {
    if (!told.here) return forget(told.conv)
    const thread = threadOf(told.conversation)
    learnFrom(told.messages)
    if (told.reset) beginAnew(thread, told.messages, firstOf(told.messages, told.conversation.hidden))
    soil(told.conv)
  })
  client.on('message', message => {
    const thread = known(message.conv)
    learnFrom([message])
    if (thread && thread.loaded !== 'no') take(thread, [message])
    if (thread === talk.current) receiptsOf(thread)
    soil(message.conv)
  })
  client.on('change', change => {
    const thread = known(change.conv)
    if (thread) touch(thread, change)
    soil(change.conv)
  })
  client.on('erased', ({ conv, seqs, upTo }) => {
    const thread = known(conv)
    if (thread) drop(thread, seqs, upTo)
    soil(conv)
  })
  client.on('read', ({ conv }) => soil(conv))
  client.on('peerRead', ({ conv, seq }) => {
    const thread = known(conv)
    if (thread) thread.peerRead = Math.max(thread.peerRead, seq)
    changed()
  })
  client.on('receipts', ({ conv, receipts }) => {
    for (const { seq, read, unread } of receipts) known(conv)?.receipts.set(seq, { read, unread })
    changed()
  })
  client.on('typing', ({ conv, user, on }) => {
    const thread = known(conv)
    if (on) thread?.typing.set(user, Date.now() + typingTime.shown)
    else thread?.typing.delete(user)
    setTimeout(changed, typingTime.shown + 50)
    changed()
  })
  client.on('settings', refresh)
  client.on('sent', outcome => {
    if ('sent' in outcome) return
    for (const thread of threads.values())
      for (const pending of thread.pending)
        if (pending.client === outcome.client) pending.failed = refusalText(outcome.error)
    changed()
  })

  function known(conv: number): Thread | undefined {
    return threads.get(keys.get(conv) ?? '')
  }

  function threadAt(key: string): Thread {
    const thread = threads.get(key) ?? newThread(key)
    threads.set(key, thread)
    return thread
  }

  function threadOf(conversation: Pick<ListedConversation, 'type' | 'peer' | 'conv' | 'peerRead'>): Thread {
    const thread = threadAt(keyOf(conversation))
    thread.conv = conversation.conv
    thread.peerRead = Math.max(thread.peerRead, conversation.peerRead ?? 0)
    keys.set(conversation.conv, thread.key)
    return thread
  }

  function forget(conv: number) {
    const thread = known(conv)
    if (!thread) return
    threads.delete(thread.key)
    if (talk.current === thread) talk.current = undefined
    changed()
  }

  /** The list's line of a conversation is to be asked for anew, soon and together with others. */
  function soil(conv: number) {
    if (dirty.size === 0) setTimeout(clean, 40)
    dirty.add(conv)
    changed()
  }

  async function clean() {
    const convs = [...dirty].slice(0, 100)
    for (const conv of convs) dirty.delete(conv)
    if (dirty.size > 0) setTimeout(clean, 40)
    // Whatever fails for want of a connection is asked for again with the next one.
    const { conversations } = await client.conversations.get(convs).catch(() => ({ conversations: [] }))
    list(conversations)
  }

  async function refresh() {
    if (asking) return
    asking = true
    try {
      let before: { pinned?: number; time: number; conv: number } | undefined
      do {
        const { conversations, next } = await client.conversations.list({ pinnedFirst: true, limit: 100, before })
        list(conversations)
        before = next
      } while (before && threads.size < 1000)
      if (talk.current) load(talk.current)
    } catch {
      // The next connection asks again.
    } finally {
      asking = false
    }
  }

  function list(conversations: readonly ListedConversation[]) {
    for (const each of conversations) threadOf(each).listed = each
    const peers = conversations.flatMap(each => each.peer ?? [])
    people.learn(peers)
    learnFrom(conversations.flatMap(each => each.last ?? []))
    people.watch(peers)
    changed()
  }

  function learnFrom(messages: readonly Message[]) {
    people.learn(messages.flatMap(usersIn))
  }

  function open(key: string | undefined) {
    talk.current = key === undefined ? undefined : threadAt(key)
    if (talk.current) load(talk.current)
    if (talk.current?.peer) {
      people.learn([talk.current.peer])
      people.watch([talk.current.peer])
    }
    changed()
  }

  async function load(thread: Thread) {
    const { conv } = thread
    if (thread.loaded !== 'no' || conv === undefined) return
    thread.loaded = 'now'
    try {
      const { messages, next } = await client.history(conv, { limit: page })
      take(thread, messages)
      thread.older = next
      thread.loaded = 'yes'
      learnFrom(messages)
      receiptsOf(thread)
    } catch {
      thread.loaded = 'no'
    }
    changed()
  }

  /** How many read the user's own messages: the newest of them, as far as it is not known. */
  async function receiptsOf(thread: Thread | undefined) {
    if (thread?.conv === undefined || thread.peer) return
    const own = inOrder(thread).filter(each => each.receipt && each.sender === me && !thread.receipts.has(each.seq))
    const seqs = own.slice(-100).map(each => each.seq)
    if (seqs.length === 0) return
    const { receipts } = await client.messages.receipts(thread.conv, seqs).catch(() => ({ receipts: [] }))
    for (const { seq, read, unread } of receipts) thread.receipts.set(seq, { read, unread })
    changed()
  }

  async function older(thread: Thread) {
    if (thread.older === undefined || thread.conv === undefined || thread.loaded !== 'yes') return
    thread.loaded = 'now'
    try {
      const { messages, next } = await client.history(thread.conv, { before: thread.older, limit: page })
      take(thread, messages)
      learnFrom(messages)
      thread.older = next
    } catch {
      // Whoever scrolls again asks again.
    }
    thread.loaded = 'yes'
    receiptsOf(thread)
    changed()
  }

  function see(thread: Thread) {
    const { conv } = thread
    const last = inOrder(thread).at(-1)
    if (conv === undefined || !last || last.seq <= thread.seen) return
    const fresh = inOrder(thread).filter(each => each.seq > thread.seen && each.receipt && each.sender !== me)
    const before = thread.seen
    thread.seen = last.seq
    const again = () => {
      thread.seen = before
    }
    if ((thread.listed?.unread ?? 1) > 0 || (thread.listed?.read ?? 0) < last.seq)
      client.markRead(conv, last.seq).catch(again)
    const seqs = fresh.map(each => each.seq).slice(-100)
    if (!thread.peer && seqs.length > 0) client.messages.sendReceipts(conv, seqs).catch(again)
  }

  function typing(thread: Thread, on: boolean) {
    const now = Date.now()
    if (on ? now - lastTyping < typingTime.told : lastTyping === 0) return
    lastTyping = on ? now : 0
    if (client.state !== 'online' || thread.conv === undefined) return
    client.messages.typing({ conv: thread.conv }, on).catch(() => {})
  }

  return talk
}
