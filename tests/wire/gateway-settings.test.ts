import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Call } from '../../src/core/call.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { signIn, type TestSocket } from '../support/socket.ts'
import { openWord, trusting } from '../support/trusting.ts'

let server: TestServer
let rest: Call

beforeAll(async () => {
  server = await startServer({ signIns: [trusting] })
  rest = { app: server.apps[0] as Call['app'], admin: true, origin: { dialect: 'tencent', via: 'rest' } }
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

const text = (words: string) => [{ type: 'text' as const, text: words }]

async function say(from: string, to: string) {
  return (await server.core.send.toUser(rest, to, { from, parts: text('hi') })).conv
}

interface Settings {
  conv: number
  since: number
  number: number
  groups?: number[]
  [field: string]: unknown
}

interface OwnReply {
  settings?: {
    reset: boolean
    settings: Settings[]
    groups?: { id: number; name: string }[]
    number: number
    more: boolean
  }
}

/** What a device shows of settings: what it was told, or what `sync` gives it. */
function screen() {
  const shown = new Map<number, Settings>()
  let groups: unknown[] = []
  let number = 0
  return {
    take(frame: Record<string, unknown>) {
      if (frame.type === 'conversation') {
        const { type: _, ...settings } = frame as Settings & { type: string }
        shown.set(settings.conv, settings)
        number = settings.number
      }
      if (frame.type === 'conversationGroups') {
        groups = frame.groups as unknown[]
        number = frame.number as number
      }
    },
    async resume(device: TestSocket) {
      for (let more = true; more; ) {
        const query = { epoch: server.store.epoch, positions: [], only: true, settings: number }
        const { settings } = (await device.ask('sync', query)) as OwnReply
        if (!settings) throw new Error('no settings')
        if (settings.reset) shown.clear()
        for (const each of settings.settings) shown.set(each.conv, each)
        if (settings.groups) groups = settings.groups
        number = settings.number
        more = settings.more
      }
    },
    picture: () => ({ settings: [...shown.values()].sort((a, b) => a.conv - b.conv), groups, number }),
  }
}

describe('a user’s own side of conversations', () => {
  test('[CS1] [CS2] one device sets, one hears, one was away: all show the same', async () => {
    const [hand, desk] = [await as('ann'), await as('ann')]
    const away = await as('ann')
    await make('ben', 'cat', 'dan')
    const [x, y, z] = [await say('ben', 'ann'), await say('cat', 'ann'), await say('dan', 'ann')]
    const [near, far] = [screen(), screen()]
    await hand.ask('conversation.pin', { conv: x })
    near.take(await desk.next('conversation'))
    await far.resume(away)
    expect(far.picture()).toEqual(near.picture())
    await away.close()

    const asked: [string, object][] = [
      ['conversation.pin', { conv: x, on: false }],
      ['conversation.notify', { conv: y, notify: 'none' }],
      ['conversation.mark', { conv: y, set: [1, 40], label: 'later' }],
      ['conversation.draft', { conv: z, text: 'dear', quote: { id: 5, hint: 'h' } }],
      ['conversation.keep', { conv: z, text: 't', ext: { a: '1' } }],
      ['conversation.hide', { conv: x, clear: true }],
      ['conversation.groups.create', { name: 'work', text: 'w' }],
      ['conversation.groups.add', { id: 1, convs: [x, y] }],
      ['conversation.groups.rename', { id: 1, name: 'office' }],
      ['conversation.groups.remove', { id: 1, convs: [x] }],
    ]
    for (const [operation, input] of asked) await hand.ask(operation, input)
    for (let frames = 11; frames > 0; frames--) near.take(await desk.next('conversation conversationGroups'))
    const back = await as('ann')
    await far.resume(back)
    expect(far.picture()).toEqual(near.picture())
    const { settings, groups } = near.picture()
    expect(settings.map(({ number: _, since, ...rest }) => [typeof since, rest])).toEqual([
      ['number', { conv: x, unlisted: 1 }],
      [
        'number',
        { conv: y, notify: 'none', marks: [1, 40], favourite: expect.any(Number), label: 'later', groups: [1] },
      ],
      [
        'number',
        {
          conv: z,
          draft: { text: 'dear', quote: { id: 5, hint: 'h' }, at: expect.any(Number) },
          text: 't',
          ext: { a: '1' },
        },
      ],
    ])
    expect(groups).toEqual([
      { id: 1, name: 'office', text: 'w', made: expect.any(Number), updated: expect.any(Number) },
    ])

    await hand.ask('conversation.groups.delete', { id: 1 })
    near.take(await desk.next('conversationGroups'))
    expect(near.picture().groups).toEqual([])
    const fresh = screen()
    await fresh.resume(back)
    expect(fresh.picture().settings.map(each => each.groups)).toEqual([undefined, undefined, undefined])
    const other = await back.ask('sync', { epoch: 'other', positions: [], only: true, settings: 9 })
    expect((other as OwnReply).settings).toMatchObject({ reset: true, number: near.picture().number })
    await Promise.all([hand.close(), desk.close(), back.close()])
  })

  test('[CS2] who was away for long gets the settings page by page', async () => {
    await make('eve', ...Array.from({ length: 120 }, (_, i) => `e${i}`))
    const convs = (await server.core.directs.openMany(
      rest,
      'eve',
      Array.from({ length: 120 }, (_, i) => `e${i}`),
    )) as number[]
    await server.core.conversationSettings.set(
      rest,
      'eve',
      convs.map(conv => ({ conv, label: `of ${conv}` })),
    )
    const eve = await as('eve')
    const first = (await eve.ask('sync', { positions: [], only: true, settings: 0 })) as OwnReply
    expect([first.settings?.settings.length, first.settings?.more, first.settings?.number]).toEqual([100, true, 100])
    const shown = screen()
    await shown.resume(eve)
    expect(shown.picture().settings.map(({ conv, label }) => [conv, label])).toEqual(
      convs.map(conv => [conv, `of ${conv}`]),
    )
    await eve.close()
  })

  test('[CS7] [CS12] [CS13] the list as it was arranged, and the total', async () => {
    await make('fay', 'b1', 'b2', 'b3')
    const [x, y, z] = [await say('b1', 'fay'), await say('b2', 'fay'), await say('b3', 'fay')]
    const fay = await as('fay')
    const list = async (query: object = {}) => {
      const reply = await fay.ask('conversation.list', query)
      const conversations = reply.conversations as { conv: number; settings?: Settings; last?: object }[]
      return { convs: conversations.map(each => each.conv), conversations, next: reply.next as object | undefined }
    }
    await fay.ask('conversation.pin', { conv: x })
    await fay.ask('conversation.notify', { conv: y, notify: 'silent' })
    expect((await list()).convs).toEqual([z, y, x])
    const first = await list({ pinnedFirst: true, limit: 2 })
    expect(first.convs).toEqual([x, z])
    expect(first.conversations[0]).toMatchObject({
      settings: { conv: x, pinned: expect.any(Number) },
      last: { seq: 1 },
    })
    const second = await list({ pinnedFirst: true, limit: 2, before: first.next })
    expect([second.convs, second.next]).toEqual([[y], undefined])
    expect(await fay.ask('conversation.unread')).toEqual({ unread: 2, muted: 1, conversations: 2 })
    await fay.ask('conversation.hide', { conv: z })
    expect((await list()).convs).toEqual([y, x])
    expect((await list({ unlisted: true })).convs).toEqual([z, y, x])
    expect(await fay.ask('conversation.unread')).toEqual({ unread: 1, muted: 1, conversations: 1 })
    await say('b3', 'fay')
    expect((await list()).convs).toEqual([z, y, x])
    await fay.ask('conversation.hide', { conv: z })
    expect(await fay.ask('conversation.hide', { conv: z, on: false })).not.toHaveProperty('unlisted')
    expect((await list({ pinned: true })).convs).toEqual([x])
    expect((await list({ type: 'group' })).convs).toEqual([])
    await fay.ask('conversation.read', { conv: x })
    expect((await list({ unread: true })).convs).toEqual([z, y])
    await fay.ask('conversation.mark', { conv: y, set: [7] })
    expect((await list({ mark: 7 })).convs).toEqual([y])
    const { group } = (await fay.ask('conversation.groups.create', { name: 'g' })) as { group: { id: number } }
    expect(await fay.ask('conversation.groups.add', { id: group.id, convs: [x, 5] })).toEqual({
      failed: [{ conv: 5, code: 'conversation.missing' }],
    })
    expect((await list({ group: group.id })).convs).toEqual([x])
    const got = (await fay.ask('conversation.get', { convs: [y, 5, x] })).conversations as {
      conv: number
      settings: Settings
    }[]
    expect(got.map(each => [each.conv, each.settings.groups, each.settings.marks])).toEqual([
      [y, undefined, [7]],
      [x, [group.id], undefined],
    ])
    expect(await fay.ask('conversation.groups.list')).toEqual({ groups: [expect.objectContaining({ name: 'g' })] })
    await fay.close()
  })

  test('[CS5] [CS6] [CS10] refused: what is not theirs, too many, and nonsense', async () => {
    await make('gus', 'ben')
    const theirs = await say('ben', 'ann')
    const gus = await as('gus')
    const refused = (operation: string, input: object) =>
      gus.ask(operation, input).then(
        () => 'done',
        error => (error as Error).message,
      )
    for (const [operation, input] of [
      ['conversation.pin', {}],
      ['conversation.notify', { notify: 'all' }],
      ['conversation.hide', { clear: true }],
      ['conversation.mark', { set: [1] }],
      ['conversation.draft', { text: 'x' }],
      ['conversation.keep', { text: 'x' }],
    ] as const)
      expect(await refused(operation, { conv: theirs, ...input })).toBe('conversation.missing')
    for (const [operation, input] of [
      ['conversation.notify', { conv: theirs, notify: 'loud' }],
      ['conversation.mark', { conv: theirs, set: [64] }],
      ['conversation.mark', { conv: theirs, set: [1.5] }],
      ['conversation.mark', { conv: theirs, label: 'x'.repeat(257) }],
      ['conversation.draft', { conv: theirs, text: 'x'.repeat(4001) }],
      ['conversation.keep', { conv: theirs, text: 'x'.repeat(1025) }],
      [
        'conversation.keep',
        { conv: theirs, ext: Object.fromEntries(Array.from({ length: 21 }, (_, i) => [`${i}`, ''])) },
      ],
      ['conversation.groups.create', { name: '' }],
      ['conversation.groups.create', { name: 'x'.repeat(65) }],
      ['conversation.groups.add', { id: 1, convs: [] }],
      ['conversation.groups.add', { id: 1, convs: Array.from({ length: 101 }, (_, i) => i + 1) }],
      ['conversation.get', { convs: Array.from({ length: 101 }, (_, i) => i + 1) }],
      ['conversation.list', { limit: 101 }],
      ['conversation.list', { mark: -1 }],
      ['sync', { positions: [], settings: -1 }],
    ] as const)
      expect([operation, await refused(operation, input)]).toEqual([operation, 'request.invalid'])
    expect(await refused('conversation.groups.add', { id: 1, convs: [theirs] })).toBe('conversation.group.missing')
    for (let i = 0; i < 20; i++) await gus.ask('conversation.groups.create', { name: `g${i}` })
    expect(await refused('conversation.groups.create', { name: 'g3' })).toBe('conversation.group.limit')
    expect(await refused('conversation.groups.rename', { id: 2, name: 'g3' })).toBe('conversation.group.taken')
    await make(...Array.from({ length: 101 }, (_, i) => `p${i}`))
    const convs = (await server.core.directs.openMany(
      rest,
      'gus',
      Array.from({ length: 101 }, (_, i) => `p${i}`),
    )) as number[]
    await server.core.conversationSettings.set(
      rest,
      'gus',
      convs.slice(0, 100).map(conv => ({ conv, pinned: true })),
    )
    expect(await refused('conversation.pin', { conv: convs[100] })).toBe('conversation.pin.limit')
    await gus.close()
  })
})
