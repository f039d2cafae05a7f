import { describe, expect, test } from 'vitest'
import { canonicalRequest, readQuery, sha256, sign, signingKey, stringToSign } from './signature.ts'

const secret = 'bWFkZS11cC1zZWNyZXQtMDAwMQ=='
const time = '20260102T030405Z'
const scope = { date: '20260102', region: 'cn-north-1', service: 'rtc' }
const body =
  '{"AppId":900001,"ConversationShortId":731000000000000123,"Sender":42,"MsgType":10001,"Content":"{\\"text\\":\\"hi\\"}"}'
const bodyHash = '23477fd5c64a30bc0e720d48c080ee3e30efd06a3b0438377256d6fb427c9a69'

const signature = (canonical: string) => sign(signingKey(secret, scope), stringToSign(time, scope, canonical))

describe('[VO2] the worked examples of the catalogue', () => {
  const query = readQuery('Action=SendMessage&Version=2020-12-01')
  const host = ['host', 'rtc.volcengineapi.com'] as const
  const hash = ['x-content-sha256', bodyHash] as const
  const date = ['x-date', time] as const

  test('the header form of the Node SDK, step by step', () => {
    expect(Buffer.byteLength(body)).toBe(115)
    expect(sha256(body)).toBe(bodyHash)
    // The names come as they are in the header; the canonical request sorts them.
    const canonical = canonicalRequest({ method: 'POST', path: '/', query, headers: [date, host, hash], bodyHash })
    expect(canonical).toBe(`POST
/
Action=SendMessage&Version=2020-12-01
host:rtc.volcengineapi.com
x-content-sha256:${bodyHash}
x-date:20260102T030405Z

host;x-content-sha256;x-date
${bodyHash}`)
    expect(stringToSign(time, scope, canonical)).toBe(`HMAC-SHA256
20260102T030405Z
20260102/cn-north-1/rtc/request
3c68a6891003ab9650196ce5a823cd6c32f3e905d85724f7e70bf068dd55cb39`)
    expect(signingKey(secret, scope).toString('hex')).toBe(
      'c4cb54e34a0c97aa610fd889fd18b36b4821c04830af2a92d07b22554e83b658',
    )
    expect(signature(canonical)).toBe('62884e45154ce7fa2fc3918e118e362edf615daf962d57b726f0daefcd14cf02')
  })

  test('the header form of the Go SDK, which signs content-type', () => {
    const type = ['content-type', 'application/json'] as const
    const canonical = canonicalRequest({
      method: 'POST',
      path: '/',
      query,
      headers: [type, host, hash, date],
      bodyHash,
    })
    expect(signature(canonical)).toBe('651cbdd669288c685a80c2be56e62fb462d204e7095fdcb9a6c7bc42f4ac7282')
  })

  test.each([
    ['Node', '', 'acc3db40f21ab841afdeec9c2b75a0d6ac6174ec2f5cb04077fd6287cd9e1d81'],
    [
      'Go',
      '&X-SignedQueries=Action%3BAppId%3BRoomId%3BVersion%3BX-Algorithm%3BX-Credential%3BX-Date%3BX-NotSignBody%3BX-SignedHeaders%3BX-SignedQueries',
      'fa7e84361504e4105079cfd356b17fd09bcb4aeeb0ff461c42bf09f5fc8db1e2',
    ],
  ])('the query form of the %s SDK', (_sdk, names, expected) => {
    const credential = 'AKLTZXhhbXBsZWtleTAwMDE%2F20260102%2Fcn-north-1%2Frtc%2Frequest'
    const query = readQuery(
      `Action=GetRoomOnlineUsers&Version=2023-11-01&AppId=app0000000000000000000001&RoomId=r1&X-Date=${time}` +
        `&X-NotSignBody=&X-Credential=${credential}&X-Algorithm=HMAC-SHA256&X-SignedHeaders=${names}`,
    )
    const canonical = canonicalRequest({ method: 'GET', path: '/', query, headers: [], bodyHash: sha256('') })
    expect(canonical).toContain(`\n\n\n\n${sha256('')}`)
    expect(signature(canonical)).toBe(expected)
  })
})

describe('readQuery', () => {
  test('reads names and values, with and without a value, in their order', () => {
    expect(readQuery('b=1&a=%20x+y&c&d=&=e&&b=2')).toEqual([
      ['b', '1'],
      ['a', ' x y'],
      ['c', ''],
      ['d', ''],
      ['', 'e'],
      ['b', '2'],
    ])
    expect(readQuery('')).toEqual([])
  })

  test('leaves what is no encoding as it is', () => {
    expect(readQuery('a=100%&b=%ff')).toEqual([
      ['a', '100%'],
      ['b', '%ff'],
    ])
  })
})
