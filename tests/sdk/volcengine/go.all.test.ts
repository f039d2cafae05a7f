import fc from 'fast-check'
import { afterAll, expect, test } from 'vitest'
import type { App } from '../../../src/core/apps/model.ts'
import { type Id, int64s } from '../../support/int64s.ts'
import { startServer } from '../../support/server.ts'
import { actionsOf, documented } from '../../support/volcengine-catalogue.ts'
import { callThrough } from './client.ts'
import { buildGoClients, unknownToGo } from './go-client.ts'

const go = buildGoClients()
afterAll(() => go.close())

// The tests of all areas once more, this time through the vendor's Go client.
callThrough([['through the vendor’s Go client', go.ask]])
for (const area of actionsOf.keys()) await import(`./${area}.test.ts`)

/** The Result that the client put into its struct last. */
// biome-ignore lint/suspicious/noExplicitAny: tests look into it freely
const decoded = (action: string): any => go.typed.get(action)?.at(-1)?.typed.Result

/** Documented on pages alone: the client has no method for them. */
const pagesOnly = ['BatchSendGroupMessage', 'P2PSendMessage']

test('[VO123] the Go client has a method for every other action, and its structs hold what was answered', () => {
  const called = [...go.typed].filter(([, answers]) => answers.some(each => !each.error)).map(([action]) => action)
  expect(called.sort()).toEqual([...documented.keys()].filter(id => !pagesOnly.includes(id)).sort())
  const unknown = [...go.typed].flatMap(([action, answers]) =>
    answers.flatMap(({ raw, typed }) => unknownToGo(raw, typed, action)),
  )
  // Fields that the vendor's pages have and this version of its client has not.
  expect([...new Set(unknown)].sort()).toEqual([])
})

test('[VO120] what the Go client sends is what the quick tests send in its form', () => {
  const all = [...go.typed].flatMap(([action, answers]) => answers.map(({ sent, form }) => ({ action, sent, form })))
  expect(all.length).toBeGreaterThan(100)
  for (const { action, sent, form } of all) expect(sent, action).toEqual(form)
})

test('[VO123] any int64 comes back through the Go client as it was sent', async () => {
  const server = await startServer()
  const back = { server, app: server.apps[0] as App }
  const ask = (action: string, body: object) => go.ask(back, action, { AppId: back.app.id, ...body })
  const id = int64s(1n)
  await fc.assert(
    fc.asyncProperty(id, id, int64s(-(2n ** 63n)), async (one, other, quoted) => {
      fc.pre(one !== other)
      const body = { ConversationCoreInfo: { ConversationType: 2 }, OwnerUserId: one }
      const { ConversationShortId } = (await ask('CreateConversation', body)).Result
      const ParticipantInfos = [{ ParticipantUserId: other }]
      await ask('BatchAddConversationParticipant', { ConversationShortId, Operator: one, ParticipantInfos })
      await ask('BatchGetConversationParticipant', { ConversationShortId, ParticipantUserIds: [one, other] })
      const { Participants } = decoded('BatchGetConversationParticipant')
      expect(Participants.map((each: { ParticipantUserId: Id }) => each.ParticipantUserId)).toEqual([one, other])
      const RefMsgInfo = { ReferencedMessageId: quoted, Hint: 'old' }
      const text = { Sender: other, MsgType: 10001, Content: '{"text":"hi"}', RefMsgInfo }
      const { MessageId } = (await ask('SendMessage', { ConversationShortId, ...text })).Result
      await ask('GetMessages', { ConversationShortId, MessageIds: [MessageId] })
      expect(decoded('GetMessages').Messages).toMatchObject([{ Sender: other, RefMsgInfo }])
    }),
    { numRuns: 100 },
  )
  await server.stop()
}, 60_000)
