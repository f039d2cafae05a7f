import { usualPace } from './comeback.ts'
import type { SocketMaker } from './connection.ts'
import { openConversations } from './conversations.ts'
import { openEmitter } from './emitter.ts'
import { openFiles } from './files.ts'
import { openFriends, openUsers } from './friends.ts'
import { openGroups } from './groups.ts'
import { takeFrame, tellAll } from './incoming.ts'
import { openLink } from './link.ts'
import { openMessages } from './messages.ts'
import type { ClientOptions, Events, State } from './options.ts'
import { openOutbox } from './outbox.ts'
import { eventsNow, openDevices, openEvents, openPresence, openPush, presenceNow } from './presence.ts'
import type { Presence, PublishedEvent, Sent, SyncReply, Welcome } from './protocol.ts'
import { openRooms } from './rooms.ts'
import { openShelf } from './shelf.ts'
import { type Kept, loadKept, openSaving } from './storage.ts'
import { openTimelines, type Place, type Sync, type Timelines } from './timelines.ts'
import { openWatching } from './watching.ts'

export type { Back, Pace } from './comeback.ts'
export type { SocketLike, SocketMaker } from './connection.ts'
export type { ConversationPlace, ListOptions } from './conversations.ts'
export type { FileData, StoredFile } from './files.ts'
export type { FriendDraft } from './friends.ts'
export type { GroupDraft } from './groups.ts'
export type { SettingsTold } from './logs.ts'
export type { HistoryPage, SendOptions } from './messages.ts'
export type * from './options.ts'
export type { Outcome } from './outbox.ts'
export * from './protocol.ts'
export { withChange } from './shelf.ts'
export { browserStorage, type ClientStorage } from './storage.ts'
export type { ConversationTold } from './timelines.ts'

export type Client = ReturnType<typeof createClient>

/** Makes a client; `start` connects it. */
export function createClient(options: ClientOptions) {
  const events = openEmitter<Events>()
  const url = gatewayOf(options.url)
  const random = options.random ?? Math.random
  const shelf = openShelf({ conversations: 100, messages: 100, ...options.keep })
  // After the handlers, so that nothing is kept as seen unseen.
  const saving = openSaving(options.storage, () => (ready ? keep() : undefined))
  const outbox = openOutbox(outcome => events.emit('sent', outcome), saving.soon)
  const watching = {
    presence: openWatching<Presence>(
      ({ user }) => user,
      presence => events.emit('presence', presence),
    ),
    events: openWatching<PublishedEvent>(
      ({ kind, user }) => `${kind} ${user}`,
      event => events.emit('event', event),
    ),
  }
  let user: string | undefined
  let session: string | undefined
  let timelines: Timelines | undefined
  let loaded: Promise<void> | undefined
  let ready = false

  const link = openLink(
    {
      Maker: options.WebSocket ?? (globalThis.WebSocket as unknown as SocketMaker),
      url,
      pace: { ...usualPace, ...options.pace },
      random,
      async credentials() {
        await loadOnce()
        const given = typeof options.credentials === 'function' ? await options.credentials() : options.credentials
        const { device, platform, tag } = options
        return { ...given, device, platform, tag }
      },
    },
    {
      state: change => events.emit('state', change),
      async welcome(given) {
        begin(given)
        const entered = rooms.enterAgain()
        const sync: Sync = async query => {
          await entered
          return link.request<SyncReply>('sync', query)
        }
        await timelines?.resume(sync, user)
      },
      online() {
        saving.soon()
        outbox.open(message => link.request<Sent>(message.do, message.with))
        // A connection that ends over it comes back, and tries again.
        if (events.heard('presence')) watching.presence.catchUp(presenceNow(presence)).catch(() => {})
        if (events.heard('event')) watching.events.catchUp(eventsNow(published)).catch(() => {})
      },
      frame(frame) {
        takeFrame(frame, { events, timelines, watching, outOf: rooms.out })
        saving.soon()
      },
      down() {
        session = undefined
        timelines?.interrupt()
        outbox.shut()
      },
    },
  )
  const { call } = link
  const rooms = openRooms(link, told => events.emit('room', told))
  const messages = openMessages(link, outbox, shelf, random)
  const conversations = openConversations(link)
  const presence = openPresence(link)
  const published = openEvents(link)
  const files = openFiles(link, url)

  /** Positions are one user's: with another one everything begins anew. */
  function begin({ user: signedIn, session: given }: Welcome) {
    if (user !== undefined && user !== signedIn) forget()
    user = signedIn
    session = given
    timelines ??= newTimelines({ positions: [] })
  }

  function forget() {
    outbox.stop()
    rooms.clear()
    files.clear()
    shelf.clear()
    watching.presence.clear()
    watching.events.clear()
    timelines = undefined
    user = undefined
  }

  /** Disconnects. Unsent messages are rejected with 'stopped'; with a storage they are sent after the next start. */
  async function stop(): Promise<void> {
    link.stop()
    rooms.clear()
    // What was never loaded must not be written over.
    if (!ready && outbox.waiting().length > 0) await loadOnce()
    if (link.state() !== 'stopped') return
    const last = ready ? keep() : undefined
    end()
    if (last !== undefined) await saving.last(last)
  }

  /** The next start loads again what was kept. */
  function end() {
    outbox.stop()
    ready = false
    loaded = undefined
  }

  /** Signs this device out: it gets no pushes any more, and keeps nothing. Then it is stopped. */
  async function signOut(): Promise<void> {
    try {
      if (link.state() === 'online') await link.request('signOut', {})
    } finally {
      link.stop()
      forget()
      end()
      await saving.last('')
    }
  }

  function loadOnce(): Promise<void> {
    loaded ??= load()
    return loaded
  }

  async function load() {
    const kept = await loadKept(options.storage)
    user ??= kept.user
    timelines ??= newTimelines(kept)
    outbox.restore(kept.outbox)
    ready = true
  }

  function newTimelines({ epoch, positions, own }: Place): Timelines {
    return openTimelines({ epoch, positions, own }, tellAll(events, shelf, link.fail))
  }

  function keep(): string {
    const kept: Kept = { user, ...(timelines?.save() ?? { positions: [] }), outbox: outbox.waiting() }
    return JSON.stringify(kept)
  }

  return {
    on: events.on,
    start: link.start,
    stop,
    signOut,
    /** Where the client is now. */
    get state(): State {
      return link.state()
    },
    /** Who is signed in; undefined before the first welcome. */
    get user(): string | undefined {
      return user
    },
    /** The name of this connection among the user's devices, while there is one. */
    get session(): string | undefined {
      return session
    },
    messages,
    conversations,
    groups: openGroups(link),
    friends: openFriends(link),
    users: openUsers(link),
    presence,
    events: published,
    devices: openDevices(link),
    rooms: rooms.methods,
    push: openPush(link),
    files: files.methods,
    /** The same as in `messages` and `conversations`: what every app needs. */
    sendToUser: messages.sendToUser,
    sendToGroup: messages.sendToGroup,
    history: messages.history,
    recall: messages.recall,
    markRead: conversations.markRead,
    /** Any operation of the protocol, also those that this client does not know. */
    call,
  }
}

function gatewayOf(address: string): string {
  const url = new URL(address)
  url.protocol = url.protocol.replace('http', 'ws')
  if (url.pathname === '/') url.pathname = '/gateway'
  return url.href
}
