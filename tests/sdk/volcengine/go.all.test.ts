import fc from 'fast-check'
import { afterAll, expect, test } from 'vitest'
import type { App } from '../../../src/core/apps/model.ts'
import { startServer } from '../../support/server.ts'
import { actionsOf, documented } from '../../support/volcengine-catalogue.ts'
import { callThrough } from './client.ts'
import { buildGoClients, type GoAnswer, unknownToGo } from './go-client.ts'

const go = buildGoClients()
afterAll(() => go.close())

// The tests of all areas once more, this time through the vendor's Go client.
callThrough([['through the vendor’s Go client', go.ask]])
for (const area of actionsOf.keys()) await import(`./${area}.test.ts`)

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

test('[VO123] any int64 comes back through the Go client as it was sent', async () => {
  const server = await startServer()
  const back = { server, app: server.apps[0] as App }
  const ask = (action: string, body: object) => go.ask(back, action, { AppId: back.app.id, ...body })
  const id = fc.bigInt({ min: 1n, max: 2n ** 63n - 1n })
  await fc.assert(
    fc.asyncProperty(id, id, async (one, other) => {
      fc.pre(one !== other)
      const body = { ConversationCoreInfo: { ConversationType: 2 }, OwnerUserId: one }
      const { ConversationShortId } = (await ask('CreateConversation', body)).Result
      const ParticipantInfos = [{ ParticipantUserId: other }]
      await ask('BatchAddConversationParticipant', { ConversationShortId, Operator: one, ParticipantInfos })
      const asked = { ConversationShortId, ParticipantUserIds: [one, other] }
      await ask('BatchGetConversationParticipant', asked)
      const read = go.typed.get('BatchGetConversationParticipant')?.at(-1) as GoAnswer
      const { Result } = read.typed as { Result: { Participants: { ParticipantUserId: number | bigint }[] } }
      expect(Result.Participants.map(each => BigInt(each.ParticipantUserId))).toEqual([one, other])
    }),
    { numRuns: 100 },
  )
  await server.stop()
}, 60_000)
