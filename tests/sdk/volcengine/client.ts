import { Service } from '@volcengine/openapi'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { App } from '../../../src/core/apps/model.ts'
import { volcengine } from '../../../src/dialects/volcengine/volcengine.ts'
import { startServer, type TestServer } from '../../support/server.ts'
import { signIn, type TestSocket } from '../../support/socket.ts'
import { callVolcengine, firstKey, signLikeGo } from '../../support/volcengine.ts'
import { actionsOf, compare } from '../../support/volcengine-catalogue.ts'
import { goBody } from './go-form.ts'

// biome-ignore lint/suspicious/noExplicitAny: tests look into it freely
type Result = any

/** A back end that calls a server of its own, and a way to have what the actions need. */
export interface BackEnd {
  server: TestServer
  app: App
  /** Calls an action in the app and gives its Result; the test fails when the answer is a refusal. */
  call(action: string, body?: object): Promise<Result>
  /** Calls an action that must be refused, and gives the Code. */
  refused(action: string, body?: object): Promise<string>
  /** Makes a group (2) or live group (100), or with a second user a single chat (1); gives its ConversationShortId. */
  create(type: 1 | 2 | 100, owner: number, ...others: number[]): Promise<number>
  /** Sends a text and gives its MessageId. */
  send(conversation: number, sender: number, body?: object): Promise<number>
  /** A device that signs in with a token of GetAppToken; the test closes it. */
  device(user: number): Promise<TestSocket>
}

/** Sends an action; the answer as it came. */
export type Ask = (back: Pick<BackEnd, 'server' | 'app'>, action: string, body: object) => Promise<Result>

/**
 * Who calls: the vendor's npm client, told nothing but where the server is; and requests as the vendor's Go client writes
 * and signs them, which itself runs among the slow tests.
 */
let ways: [string, Ask][] = [
  [
    'with the vendor’s own client',
    ({ server, app }, action, body) => vendorClient(server, app).createJSONAPI(action)(body),
  ],
  [
    'in the form of the vendor’s Go SDK',
    async ({ server, app }, action, body) => {
      const options = { sign: signLikeGo, text: goBody(action, body) }
      return (await callVolcengine(server, app, action, undefined, options)).body
    },
  ],
]

/** Has the areas that are loaded from now on tested in other ways than the usual ones. */
export function callThrough(others: [string, Ask][]): void {
  ways = others
}

/** The vendor's npm client as a back end has it; only the host is ours. */
export function vendorClient(server: TestServer, app: App, secretKey = firstKey(server, app).secretKey): Service {
  return new Service({
    serviceName: 'rtc',
    defaultVersion: '2020-12-01',
    region: 'cn-north-1',
    protocol: 'http:',
    host: `127.0.0.1:${server.port}`,
    accessKeyId: firstKey(server, app).accessKeyId,
    secretKey,
  })
}

/**
 * Runs the tests of one area of the catalogue, in each way on a server of its own. Afterwards every action of the area
 * that the dialect has must have been called with success, and its answers must have the documented fields and types, each
 * field somewhere.
 */
export function everyWay(area: string, tests: (back: BackEnd) => void): void {
  describe.each(ways)('%s', (_, ask) => {
    const answers = new Map<string, unknown[]>()
    const back = backEnd(ask, answers)
    beforeAll(async () => {
      back.server = await startServer()
      back.app = back.server.apps[0] as App
    })
    afterAll(() => back.server.stop())
    tests(back)

    test(`[VO120] every action of ${area} was called, and the answers have the documented fields and types`, () => {
      const actions = [...(actionsOf.get(area)?.keys() ?? [])].filter(id => volcengine.operations.has(id))
      expect(actions.filter(id => !answers.has(id))).toEqual([])
      for (const [action, results] of answers) {
        const compared = results.map(result => compare(action, result))
        expect(new Set(compared.flatMap(each => each.odd)), action).toEqual(new Set())
        if (!actions.includes(action)) continue
        const [first = [], ...others] = compared.map(each => each.missing)
        const never = first.filter(name => others.every(missing => missing.includes(name)))
        expect(never, action).toEqual([])
      }
    })
  })
}

/** A back end whose server is set before the tests run. */
function backEnd(ask: Ask, answers: Map<string, unknown[]>): BackEnd {
  const back: BackEnd = {
    server: undefined as never,
    app: undefined as never,
    async call(action, body = {}) {
      const reply = await ask(back, action, { AppId: back.app.id, ...body })
      expect(reply.ResponseMetadata).toEqual(metadataOf(action))
      expect(reply.Result).toBeTypeOf('object')
      answers.set(action, [...(answers.get(action) ?? []), reply.Result])
      return reply.Result
    },
    async refused(action, body = {}) {
      const reply = await ask(back, action, { AppId: back.app.id, ...body })
      const error = { CodeN: 0, Code: expect.any(String), Message: expect.any(String) }
      expect(reply).toEqual({ ResponseMetadata: { ...metadataOf(action), Error: error }, Result: {} })
      return reply.ResponseMetadata.Error.Code
    },
    async create(type, owner, ...others) {
      const pair = type === 1 ? { OtherUserId: others[0] } : {}
      const body = { ConversationCoreInfo: { ConversationType: type }, OwnerUserId: owner, ...pair }
      const id = (await back.call('CreateConversation', body)).ConversationShortId
      const ParticipantInfos = others.map(ParticipantUserId => ({ ParticipantUserId }))
      if (type !== 1 && others.length > 0)
        await back.call('BatchAddConversationParticipant', {
          ConversationShortId: id,
          Operator: owner,
          ParticipantInfos,
        })
      return id
    },
    async send(conversation, sender, body) {
      const text = { MsgType: 10001, Content: '{"text":"hi"}' }
      const sent = { ConversationShortId: conversation, Sender: sender, ...text, ...body }
      return (await back.call('SendMessage', sent)).MessageId
    },
    async device(user) {
      const { Token } = await back.call('GetAppToken', { UserId: user, ExpireTime: 3_600_000 })
      return signIn(back.server, { dialect: 'volcengine', appId: back.app.id, token: Token })
    },
  }
  return back
}

function metadataOf(action: string) {
  return {
    RequestId: expect.stringMatching(/^20\d{12}[0-9A-F]{14}$/),
    Action: action,
    Version: '2020-12-01',
    Service: 'rtc',
    Region: 'cn-north-1',
  }
}
