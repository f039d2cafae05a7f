import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Call } from '../../src/core/call.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { type Received, signIn, type TestSocket } from '../support/socket.ts'
import { openWord, trusting } from '../support/trusting.ts'

let server: TestServer
let rest: Call
let now = Date.now()

beforeAll(async () => {
  server = await startServer({ signIns: [trusting], clock: () => now, limits: 'vendor' })
  rest = { app: server.apps[0] as Call['app'], admin: true, origin: { dialect: 'netease', via: 'rest' } }
})

afterAll(() => server.stop())

async function make(...ids: string[]) {
  await server.core.users.save(
    rest,
    ids.map(id => ({ id })),
    { existing: 'update' },
  )
}

async function as(user: string) {
  await make(user)
  return signIn(server, openWord(rest.app, user))
}

interface Note {
  number: number
  kind: string
  from: string
  data: { id?: number; body?: string }
}

interface NotesReply {
  notes: { reset: boolean; notes: Note[]; number: number; more: boolean }
}

async function notesOf(device: TestSocket, after: number, query: object = {}): Promise<NotesReply['notes']> {
  const asked = { positions: [], only: true, notes: after, ...query }
  return ((await device.ask('sync', asked)) as unknown as NotesReply).notes
}

const welcomeOf = (device: TestSocket) => device.frames[0] as Received & { notes: number }

describe('notes', () => {
  test('[NT1] [NT3] one device hears, one was away, one is new: all have the same', async () => {
    const [ann, near, far] = [await as('ann'), await as('ben'), await as('ben')]
    expect(welcomeOf(near)).toMatchObject({ notes: 0, settings: 0, broadcasts: 0 })
    const send = (body: string) => ann.ask('notification.send', { to: 'ben', body, ext: 'e', sound: 's' })
    const { id } = await send('one')
    expect(await near.next('note')).toEqual({
      ...{ type: 'note', number: 1, time: now, kind: 'notification', from: 'ann' },
      data: { id, body: 'one', ext: 'e', sound: 's' },
    })
    expect((await far.next('note')).number).toBe(1)
    await far.close()
    const heard: unknown[] = []
    for (const body of ['two', 'three', 'four']) {
      await send(body)
      const { type: _, ...note } = await near.next('note')
      heard.push(note)
    }
    const back = await as('ben')
    expect(welcomeOf(back).notes).toBe(4)
    expect(await notesOf(back, 1)).toEqual({ reset: false, notes: heard, number: 4, more: false })
    expect(await notesOf(back, 4)).toEqual({ reset: false, notes: [], number: 4, more: false })
    expect((await notesOf(back, 0)).notes.map(each => each.data.body)).toEqual(['one', 'two', 'three', 'four'])
    expect(await notesOf(back, 4, { epoch: 'other' })).toMatchObject({ reset: true, number: 4, notes: { length: 4 } })
    expect(await back.ask('sync', { positions: [], only: true })).not.toHaveProperty('notes')
    now += 7 * 24 * 3600 * 1000
    expect(await notesOf(back, 0)).toMatchObject({ notes: [], number: 4 })
    await Promise.all([ann.close(), near.close(), back.close()])
  })

  test('[NT1] many come page by page', async () => {
    await make('dan', 'eve')
    for (let i = 0; i < 105; i++)
      await server.core.notifications.toUser(rest, 'eve', { from: 'dan', body: `${i}`, stored: true })
    const eve = await as('eve')
    const first = await notesOf(eve, 0)
    expect([first.notes.length, first.number, first.more]).toEqual([100, 100, true])
    const rest5 = await notesOf(eve, first.number)
    expect([rest5.notes.map(each => each.data.body), rest5.more]).toEqual([['100', '101', '102', '103', '104'], false])
    await eve.close()
  })

  test('[NT4] one that is not stored comes without a number, to who is here', async () => {
    const [fay, gus] = [await as('fay'), await as('gus')]
    await fay.ask('notification.send', { to: 'gus', body: 'now', stored: false })
    expect(await gus.next('note')).toMatchObject({ number: 0, kind: 'notification', data: { body: 'now' } })
    expect(await notesOf(gus, 0)).toMatchObject({ notes: [], number: 0 })
    await Promise.all([fay.close(), gus.close()])
  })

  test('[NT5] [NT6] to a group: a change for all, or for some, and nothing that is lost', async () => {
    await make('ann', 'ben', 'cat')
    const members = ['ben', 'cat'].map(user => ({ user }))
    const { group } = await server.core.groups.create(rest, { kind: 'group', name: 'g', owner: 'ann', members })
    const [ann, ben, cat] = [await as('ann'), await as('ben'), await as('cat')]
    const { id: conv } = group
    const { id } = await ann.ask('notification.send', { conv, body: 'all' })
    const notice = { conv, rev: 1, what: 'notice', by: 'ann', detail: { id, body: 'all' } }
    for (const device of [ann, ben, cat]) expect(await device.next('change')).toMatchObject(notice)
    await ben.close()
    await cat.close()
    const draft = { from: 'ann', body: 'some', stored: true, users: ['cat'] }
    const some = await server.core.notifications.toGroup(rest, conv, draft)
    expect(await ann.next('change')).toEqual({ type: 'change', conv, rev: 2, blank: true })
    const resumed = async (user: string) => {
      const device = await as(user)
      const { epoch } = server.store
      const reply = await device.ask('sync', { epoch, positions: [{ conv, seq: 0, rev: 1 }], only: true })
      const [moved] = reply.conversations as { changes: Received[]; rev: number }[]
      return { device, moved }
    }
    const [one, other] = [await resumed('ben'), await resumed('cat')]
    expect(one.moved).toMatchObject({ rev: 2, changes: [{ conv, rev: 2, blank: true }] })
    expect(other.moved).toMatchObject({ rev: 2, changes: [{ what: 'notice', detail: { id: some, body: 'some' } }] })
    await server.core.notifications.toGroup(rest, conv, { ...draft, body: 'now', stored: false })
    expect(await other.device.next('change')).toMatchObject({ rev: 0, what: 'notice', detail: { body: 'now' } })
    await server.core.notifications.toGroup(rest, conv, { ...draft, body: 'end', users: undefined })
    expect(await one.device.next('change')).toMatchObject({ rev: 3, detail: { body: 'end' } })
    await Promise.all([ann, one.device, other.device].map(device => device.close()))
  })

  test('[NT7] refused: strangers, blocks, too many, nonsense', async () => {
    const [hal, ivy] = [await as('hal'), await as('ivy')]
    const { group } = await server.core.groups.create(rest, { kind: 'group', name: 'g', owner: 'ivy' })
    const refused = (input: object) =>
      hal.ask('notification.send', input).then(
        () => 'done',
        error => (error as Error).message,
      )
    expect(await refused({ conv: group.id, body: 'x' })).toBe('member.missing')
    expect(await refused({ to: 'nobody', body: 'x' })).toBe('user.missing')
    await ivy.ask('block.add', { users: ['hal'] }).catch(() => ivy.ask('block.add', { user: 'hal' }))
    expect(await refused({ to: 'ivy', body: 'x' })).toBe('message.blocked')
    for (const input of [
      { body: 'x' },
      { to: 'ivy', conv: group.id, body: 'x' },
      { to: 'ivy', body: '' },
      { to: 'ivy', body: 'x'.repeat(4097) },
      { to: 'ivy', body: 'x', ext: 'x'.repeat(1025) },
      { to: 'ivy', body: 'x', push: {} },
    ])
      expect([input, await refused(input)]).toEqual([input, 'request.invalid'])
    const tries = await Promise.all(Array.from({ length: 25 }, () => refused({ to: 'ann', body: 'x' })))
    expect(new Set(tries)).toEqual(new Set(['done', 'rate.exceeded']))
    await Promise.all([hal.close(), ivy.close()])
  })
})
