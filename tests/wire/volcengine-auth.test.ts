import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Account, App } from '../../src/core/apps/model.ts'
import { startServer, type TestServer, testAccount } from '../support/server.ts'
import {
  type CallOptions,
  callVolcengine,
  firstKey,
  type Reply,
  type Sign,
  send,
  signLikeGo,
  signLikeNode,
  signUrlLikeGo,
  signUrlLikeNode,
  type Wire,
} from '../support/volcengine.ts'

let server: TestServer
let app: App
let account: Account

beforeAll(async () => {
  account = testAccount(2100000001, 1)
  const other = (name: string) => ({ account: account.id, accessKeyId: name, secretAccessKey: `${name}-secret` })
  account.keys.push(
    other('AKLTsecond'),
    { ...other('AKLTnobody'), subUser: { name: 'nobody', actions: [] } },
    { ...other('AKLTreader'), subUser: { name: 'reader', actions: ['BatchGet*', 'GetMessages'] } },
    { ...other('AKLTanything'), subUser: { name: 'anything', actions: ['*'] } },
  )
  server = await startServer({ accounts: [account, testAccount(2100000002, 1)] })
  app = server.apps[0] as App
})
afterAll(() => server.stop())

const signers = { signLikeNode, signUrlLikeNode, signLikeGo, signUrlLikeGo }
const inHeaders = [signLikeNode, signLikeGo]
const inQuery = [signUrlLikeNode, signUrlLikeGo]

const call = (options: CallOptions = {}, action = 'BatchGetUser', body: object = { AppId: app.id, UserIds: [42] }) =>
  callVolcengine(server, app, action, body, options)

const credentials = (name: string) => ({ accessKeyId: name, secretKey: `${name}-secret` })

const codes: Record<string, [codeN: number, status: number]> = {
  MissingParameter: [100002, 400],
  MissingAuthenticationToken: [100003, 401],
  MissingRequestInfo: [100004, 400],
  MissingSignature: [100005, 401],
  InvalidTimestamp: [100006, 403],
  ServiceNotFound: [100007, 404],
  InvalidActionOrVersion: [100008, 404],
  InvalidAccessKey: [100009, 401],
  SignatureDoesNotMatch: [100010, 401],
  LackPolicy: [100012, 403],
  AccessDenied: [100013, 403],
  InvalidAuthorization: [0, 400],
  InvalidCredential: [0, 400],
  InvalidSecretToken: [0, 401],
}

function expectRefusal(reply: Reply, code: string) {
  const [CodeN, status] = codes[code] as [number, number]
  expect(reply.body.ResponseMetadata.Error).toEqual({ CodeN, Code: code, Message: expect.any(String) })
  expect(reply.status).toBe(status)
  expect(reply.body.Result).toEqual({})
}

function expectAnswer(reply: Reply) {
  expect(reply.body.ResponseMetadata.Error).toBeUndefined()
  expect(reply.status).toBe(200)
  expect(reply.body.Result).toEqual({ NotFoundUsers: [42], Users: [] })
}

const edit = (name: string, change: (value: string) => string | undefined) => (wire: Wire) => {
  const value = change(wire.headers[name] ?? '')
  if (value === undefined) delete wire.headers[name]
  else wire.headers[name] = value
}
const authorization = (change: (value: string) => string | undefined) => ({ after: edit('Authorization', change) })
const url = (change: (value: string) => string) => ({
  after: (wire: Wire) => {
    wire.url = change(wire.url)
  },
})

describe.each(Object.entries(signers))('%s', (_name, sign) => {
  test('[VO2] its signature is taken, with POST and with GET', async () => {
    expectAnswer(await call({ sign }))
    const get = await call({
      sign,
      before: draft => {
        draft.method = 'GET'
        draft.body = ''
      },
    })
    // Signed well: what is missing is the AppId of the body.
    expect(get.body.ResponseMetadata.Error.Code).toBe('InvalidParameter.InvalidField')
  })

  test('[VO2] characters that URLs escape are canonical', async () => {
    const before = (draft: { query: Record<string, string> }) => {
      draft.query['x y'] = "é!'()*~+/=&%"
      draft.query.Empty = ''
    }
    expectAnswer(await call({ sign, before }))
  })

  test('every key of the account works with its own secret only', async () => {
    expectAnswer(await call({ sign, credentials: credentials('AKLTsecond') }))
    const mixed = { accessKeyId: 'AKLTsecond', secretKey: firstKey(server, app).secretKey }
    expectRefusal(await call({ sign, credentials: mixed }), 'SignatureDoesNotMatch')
    expectRefusal(await call({ sign, credentials: credentials('AKLTunknown') }), 'InvalidAccessKey')
  })

  test('[VO4] 15 minutes either way are allowed, more are not', async () => {
    const off = (minutes: number) =>
      call({
        sign,
        before: draft => {
          draft.date = new Date(Date.now() + minutes * 60_000)
        },
      })
    for (const minutes of [-14.9, 14.9]) expectAnswer(await off(minutes))
    for (const minutes of [-15.1, 15.1, -1440, 525_600]) expectRefusal(await off(minutes), 'InvalidTimestamp')
  })

  test('[VO4] the same request may come again, as clients repeat', async () => {
    let first: Wire | undefined
    await call({
      sign,
      after: wire => {
        first = structuredClone(wire)
      },
    })
    expectAnswer(await send(server.port, first as Wire))
    expectAnswer(await send(server.port, first as Wire))
  })

  test('[VO8] regions of the SDKs are served, others not', async () => {
    const from = (region: string) =>
      call({
        sign,
        before: draft => {
          draft.region = region
        },
      })
    const singapore = await from('ap-southeast-1')
    expectAnswer(singapore)
    expect(singapore.body.ResponseMetadata.Region).toBe('ap-southeast-1')
    expectRefusal(await from('us-east-1'), 'ServiceNotFound')
  })

  test('[VO7] temporary keys are refused', async () => {
    const temporary = { ...firstKey(server, app), sessionToken: 'STS123' }
    expectRefusal(await call({ sign, credentials: temporary }), 'InvalidSecretToken')
  })

  test('[VO2] another action than the signed one does not fit', async () => {
    expectRefusal(
      await call({ sign, ...url(text => text.replace('BatchGetUser', 'BatchUpdateUser')) }),
      'SignatureDoesNotMatch',
    )
  })

  test('[VO9] a sub-user may call what its policy names', async () => {
    expectRefusal(await call({ sign, credentials: credentials('AKLTnobody') }), 'LackPolicy')
    expectAnswer(await call({ sign, credentials: credentials('AKLTreader') }))
    expectAnswer(await call({ sign, credentials: credentials('AKLTanything') }))
    const user = { AppId: app.id, Users: [{ UserId: 42 }] }
    expectRefusal(await call({ sign, credentials: credentials('AKLTreader') }, 'RegisterUsers', user), 'AccessDenied')
    expectAnswer(await call({ sign }))
  })

  test('[VO14] an unknown action or version is refused', async () => {
    expectRefusal(await call({ sign }, 'MakeCoffee'), 'InvalidActionOrVersion')
    expectRefusal(await call({ sign, version: '2023-11-01' }), 'InvalidActionOrVersion')
    expectRefusal(await call({ sign }, 'constructor'), 'InvalidActionOrVersion')
  })
})

describe('the header form', () => {
  test('[VO4] the dashed form of X-Date is canonical as it stands', async () => {
    const date = new Date()
    const dashed = date.toISOString().replace(/\.\d{3}/, '')
    expectAnswer(await call({ sign: signedWithTime(dashed) }))
    expectRefusal(await call({ sign: signedWithTime(dashed.replaceAll('-', '/')) }), 'InvalidTimestamp')
    expectRefusal(await call({ sign: signedWithTime('yesterday') }), 'InvalidTimestamp')
    expectRefusal(await call({ sign: signedWithTime('20269999T999999Z') }), 'InvalidTimestamp')
  })

  test('[VO6] a changed body does not fit, with and without its hash', async () => {
    const body = (wire: Wire) => {
      wire.body = wire.body.replace('42', '43')
    }
    for (const sign of inHeaders) expectRefusal(await call({ sign, after: body }), 'SignatureDoesNotMatch')
    const unhashed = (wire: Wire) => {
      body(wire)
      delete wire.headers['X-Content-Sha256']
    }
    expectRefusal(await call({ after: unhashed }), 'SignatureDoesNotMatch')
    const upper = edit('X-Content-Sha256', value => value.toUpperCase())
    expectRefusal(await call({ after: upper }), 'SignatureDoesNotMatch')
  })

  test('[VO2] a signed header that changed or went does not fit', async () => {
    const changed = edit('X-IM-SDK-Version', () => 'other')
    expectRefusal(await call({ sign: signLikeGo, after: changed }), 'SignatureDoesNotMatch')
    const gone = edit('X-IM-SDK-Version', () => undefined)
    expectRefusal(await call({ sign: signLikeGo, after: gone }), 'SignatureDoesNotMatch')
    const unsigned = edit('X-Unsigned', () => 'anything')
    expectAnswer(await call({ sign: signLikeGo, after: unsigned }))
  })

  test('[VO2] white space and ports are as each SDK has them', async () => {
    const spaced = (draft: { headers: Record<string, string> }) => {
      draft.headers['X-Note'] = 'two  spaces'
    }
    for (const sign of inHeaders) expectAnswer(await call({ sign, before: spaced }))
    for (const port of ['80', '443', '8080']) {
      const at = (draft: { host: string; headers: Record<string, string> }) => {
        draft.host = `rtc.volcengineapi.com:${port}`
      }
      expectAnswer(await call({ sign: signLikeGo, before: at }))
      const named = (draft: { headers: Record<string, string> }) => {
        draft.headers.Host = `rtc.volcengineapi.com:${port}`
      }
      expectAnswer(await call({ sign: signLikeNode, before: named }))
    }
  })

  test('nothing to prove who calls', async () => {
    expectRefusal(await call(authorization(() => undefined)), 'MissingAuthenticationToken')
  })

  test.each([
    ['another algorithm', (value: string) => value.replace('HMAC-SHA256', 'AWS4-HMAC-SHA256'), 'InvalidAuthorization'],
    ['nothing but the algorithm', () => 'HMAC-SHA256', 'InvalidAuthorization'],
    ['words', () => 'HMAC-SHA256 hello', 'InvalidAuthorization'],
    ['an empty text', () => '', 'InvalidAuthorization'],
    ['no Signature', (value: string) => value.replace(/, Signature=.*/, ''), 'MissingSignature'],
    ['an empty Signature', (value: string) => value.replace(/Signature=.*/, 'Signature='), 'MissingSignature'],
    ['a short Signature', (value: string) => value.slice(0, -2), 'SignatureDoesNotMatch'],
    ['a Signature of other letters', (value: string) => `${value.slice(0, -2)}zz`, 'SignatureDoesNotMatch'],
    ['no Credential', (value: string) => value.replace(/Credential=[^,]*, /, ''), 'MissingRequestInfo'],
    ['no access key', (value: string) => value.replace(/=AKLT\d+\//, '=/'), 'MissingRequestInfo'],
    ['no region', (value: string) => value.replace('/cn-north-1/', '//'), 'MissingRequestInfo'],
    ['no service', (value: string) => value.replace('/rtc/', '//'), 'MissingRequestInfo'],
    ['a short Credential', (value: string) => value.replace('/rtc/', '/'), 'InvalidCredential'],
    ['another end', (value: string) => value.replace('/request', '/aws4_request'), 'InvalidCredential'],
    ['a day of letters', (value: string) => value.replace(/\/\d{8}\//, '/yesterda/'), 'InvalidCredential'],
    ['the day before', (value: string) => value.replace(/\/\d{8}\//, '/20200101/'), 'InvalidCredential'],
    ['another service', (value: string) => value.replace('/rtc/', '/vod/'), 'ServiceNotFound'],
    ['no SignedHeaders', (value: string) => value.replace(/SignedHeaders=[^,]*, /, ''), 'InvalidAuthorization'],
    ['neither host nor x-date signed', (value: string) => value.replace(/;x-date/, ''), 'InvalidAuthorization'],
    ['fewer headers signed', (value: string) => value.replace('x-content-sha256;', ''), 'SignatureDoesNotMatch'],
  ])('[VO3] Authorization with %s', async (_name, change, code) => {
    expectRefusal(await call(authorization(change)), code)
  })

  test('X-Date must be there', async () => {
    expectRefusal(await call({ after: edit('X-Date', () => undefined) }), 'MissingParameter')
  })

  test('[VO10] Action and Version must be there, and are told as far as they are known', async () => {
    const action = await call(url(text => text.replace('Action=BatchGetUser&', '')))
    expectRefusal(action, 'MissingParameter')
    expect(action.body.ResponseMetadata).toMatchObject({ Action: '', Version: '2020-12-01', Service: 'rtc' })
    const version = await call(url(text => text.replace('&Version=2020-12-01', '')))
    expectRefusal(version, 'MissingParameter')
    expect(version.body.ResponseMetadata).toMatchObject({ Action: 'BatchGetUser', Version: '' })
    expectRefusal(await call(url(() => '/')), 'MissingParameter')
  })
})

describe('the query form', () => {
  test('[VO2] the body is not signed', async () => {
    const body = (wire: Wire) => {
      wire.body = JSON.stringify({ AppId: app.id, UserIds: [42], Other: 1 })
    }
    for (const sign of inQuery) expectAnswer(await call({ sign, after: body }))
  })

  test('[VO3] without X-NotSignBody the body is signed', async () => {
    const after = (wire: Wire) => {
      wire.url = wire.url.replace('X-NotSignBody=&', '').replace(/X-NotSignBody%3B/, '')
    }
    expectRefusal(await call({ sign: signUrlLikeNode, after }), 'SignatureDoesNotMatch')
  })

  test.each([
    ['no signature', (text: string) => text.replace(/&X-Signature=[^&]*/, ''), 'MissingSignature'],
    ['another signature', (text: string) => text.replace(/(X-Signature=).{4}/, '$1zzzz'), 'SignatureDoesNotMatch'],
    ['no credential', (text: string) => text.replace(/&X-Credential=[^&]*/, ''), 'MissingRequestInfo'],
    ['a malformed credential', (text: string) => text.replace('%2Frequest', '%2Fend'), 'InvalidCredential'],
    ['no date', (text: string) => text.replace(/&X-Date=[^&]*/, ''), 'MissingParameter'],
    ['another algorithm', (text: string) => text.replace('HMAC-SHA256', 'HMAC-MD5'), 'InvalidAuthorization'],
    ['no algorithm', (text: string) => text.replace(/&X-Algorithm=[^&]*/, ''), 'InvalidAuthorization'],
    ['no list of what is signed', (text: string) => text.replace(/&X-SignedQueries=[^&]*/, ''), 'InvalidAuthorization'],
    [
      'Action unsigned',
      (text: string) => text.replace(/SignedQueries=Action%3B/, 'SignedQueries='),
      'InvalidAuthorization',
    ],
    ['Version unsigned', (text: string) => text.replace('%3BVersion', ''), 'InvalidAuthorization'],
    ['X-Date unsigned', (text: string) => text.replace('%3BX-Date', ''), 'InvalidAuthorization'],
    ['X-NotSignBody unsigned', (text: string) => text.replace('%3BX-NotSignBody', ''), 'InvalidAuthorization'],
  ])('[VO3] a query with %s', async (_name, change, code) => {
    for (const sign of inQuery) expectRefusal(await call({ sign, ...url(change) }), code)
  })

  test('[VO2] a parameter that nobody signed changes nothing', async () => {
    for (const sign of inQuery) expectAnswer(await call({ sign, ...url(text => `${text}&utm=1`) }))
  })
})

/** The header form with X-Date as it is given. */
function signedWithTime(time: string): Sign {
  return (draft, given) => signLikeGo(draft, given, time)
}
