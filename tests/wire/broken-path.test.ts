import { afterAll, beforeAll, expect, test } from 'vitest'
import { startServer, type TestServer } from '../support/server.ts'

let server: TestServer
beforeAll(async () => {
  server = await startServer()
})
afterAll(() => server.stop())

test.each([
  ['/v4/openim/%zz', { ActionStatus: 'FAIL', ErrorCode: 60003 }],
  ['/nimserver/%zz', { code: 414 }],
  ['/?Action=%zz', { ResponseMetadata: { Error: { Code: expect.any(String) } } }],
])('[XD20] a path that is no path is refused in the words of its vendor: %s', async (path, reply) => {
  const answer = await fetch(`${server.url}${path}`, { method: 'POST', body: '{}' })
  expect(await answer.json()).toMatchObject(reply)
})
