import type { Client, Person, Presence } from '../../../client/src/client.ts'

/** Names and presence of those with whom the user has to do. */
export interface People {
  /** What somebody is called: their own name once it is known, their id until then. */
  nameOf(user: string): string
  presenceOf(user: string): Presence | undefined
  /** Asks for those who are not known yet. */
  learn(users: readonly string[]): void
  /** Hears of somebody's presence from now on. */
  watch(users: readonly string[]): void
  /** Those whose names are known. */
  known(): string[]
}

/** `changed` is called whenever there is something new to show. */
export function openPeople(client: Client, changed: () => void): People {
  const persons = new Map<string, Person>()
  const presences = new Map<string, Presence>()
  const asked = new Set<string>()
  const watched = new Set<string>()
  let wanted: string[] = []

  async function ask() {
    const users = wanted.splice(0, 100)
    if (wanted.length > 0) setTimeout(ask)
    try {
      for (const person of (await client.users.get(users)).users) persons.set(person.user, person)
      changed()
    } catch {
      for (const user of users) asked.delete(user)
    }
  }

  client.on('presence', presence => {
    presences.set(presence.user, presence)
    changed()
  })
  client.on('profile', ({ user }) => {
    asked.delete(user)
    learn([user])
  })

  function learn(users: readonly string[]) {
    const fresh = users.filter(user => !asked.has(user))
    if (fresh.length === 0) return
    for (const user of fresh) asked.add(user)
    if (wanted.length === 0) setTimeout(ask)
    wanted = [...new Set([...wanted, ...fresh])]
  }

  return {
    nameOf: user => persons.get(user)?.nick || user,
    presenceOf: user => presences.get(user),
    learn,
    watch(users) {
      const fresh = users.filter(user => !watched.has(user)).slice(0, 100)
      if (fresh.length === 0) return
      for (const user of fresh) watched.add(user)
      client.presence.subscribe(fresh, { now: true }).then(
        ({ users: now = [] }) => {
          for (const presence of now) presences.set(presence.user, presence)
          changed()
        },
        () => {
          for (const user of fresh) watched.delete(user)
        },
      )
    },
    known: () => [...persons.keys()],
  }
}
