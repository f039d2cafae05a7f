import { askFor, complain, showDialog } from './dialogs.ts'
import { el } from './elements.ts'
import { avatar } from './list.ts'
import { idOf } from './names.ts'
import type { Talk } from './talk.ts'
import type { Thread } from './threads.ts'

/** Begins a chat with one other. */
export function beginChat(talk: Talk, open: (key: string) => void): void {
  askFor('New chat', [{ label: 'With whom?', hint: 'Ben' }], 'Begin', async ([name = '']) => {
    const [user = ''] = await usersOf(talk, name)
    open(`u:${user}`)
  })
}

/** Makes a group. */
export function makeGroup(talk: Talk, open: (key: string) => void): void {
  const fields = [
    { label: 'Name of the group', hint: 'Weekend' },
    { label: 'Members', hint: 'Ben, Cleo', required: false },
  ]
  askFor('New group', fields, 'Make it', async ([name = '', members = '']) => {
    const users = members ? await usersOf(talk, members) : []
    const { conv } = await talk.client.groups.create({ kind: 'work', name, members: users })
    open(`g:${conv}`)
  })
}

/** Brings others into a group. */
export function inviteInto(talk: Talk, conv: number): void {
  askFor('Invite', [{ label: 'Whom?', hint: 'Ben, Cleo' }], 'Invite', async ([names = '']) => {
    await talk.client.groups.invite(conv, await usersOf(talk, names))
  })
}

/** Who is in a group, with ways to bring others in and to leave. */
export async function showMembers(talk: Talk, thread: Thread): Promise<void> {
  const { conv } = thread
  if (conv === undefined) return
  try {
    const { members } = await talk.client.groups.members(conv, { limit: 200 })
    talk.people.learn(members.map(member => member.user))
    const { users } = await talk.client.users.get(members.slice(0, 100).map(member => member.user))
    const nicks = new Map(users.map(each => [each.user, each.nick]))
    const rows = members.map(({ user, role }) => {
      const name = nicks.get(user) || user
      const said = role === 'member' ? '' : role
      return el('li', {}, avatar(name, `u:${user}`), el('span', {}, name), el('span', { class: 'role' }, said))
    })
    const act = (next: () => void) => () => {
      close()
      next()
    }
    const invite = act(() => inviteInto(talk, conv))
    const leave = act(() => void talk.client.groups.leave(conv).catch(complain))
    const close = showDialog(
      'Members',
      el('ul', { class: 'members' }, ...rows),
      el(
        'footer',
        {},
        el('button', { type: 'button', class: 'danger', click: leave }, 'Leave the group'),
        el('button', { type: 'button', class: 'primary', click: invite }, 'Invite …'),
      ),
    )
  } catch (error) {
    complain(error)
  }
}

/** The ids of those who are named, between commas; refuses when one of them has never been here. */
async function usersOf(talk: Talk, names: string): Promise<string[]> {
  const given = names.split(/[,;]+/).map(name => name.trim())
  const ids = [...new Set(given.filter(Boolean).map(idOf))].filter(id => id && id !== talk.me)
  if (ids.length === 0) throw new Error('Name somebody besides yourself.')
  const { users } = await talk.client.users.get(ids)
  const missing = ids.find(id => !users.some(each => each.user === id))
  if (missing) throw new Error(`Nobody called ${missing} has been here: they have to come in once first.`)
  return ids
}
