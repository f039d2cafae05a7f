import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { nativeToken } from '../support/native.ts'
import { startServer } from '../support/server.ts'
import { signIn } from '../support/socket.ts'

test('[BL19] a call has half a minute to come; a file goes on for as long as something comes', {
  timeout: 90_000,
}, async () => {
  const server = await startServer()
  const [app] = server.apps
  if (!app) throw new Error('no app')
  const device = await signIn(server, { dialect: 'native', app: app.id, token: nativeToken(app, 'ann') })
  const { token } = await device.ask('file.token')
  const begin = (path: string, header = '') => {
    const line = connect(server.port, '127.0.0.1')
    line.write(`POST ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n${header}Content-Length: 9\r\n\r\n1`)
    return { line, answer: text(line).catch(String), since: Date.now() }
  }
  const call = begin('/v4/openim/sendmsg')
  const [file, silent] = [1, 2].map(() => begin('/files?name=a', `Authorization: Bearer ${token}\r\n`))
  if (!file || !silent) throw new Error('no lines')
  const sending = (async () => {
    for (let i = 2; i <= 9; i++) {
      await sleep(5000)
      file.line.write(String(i))
    }
  })()
  expect(await call.answer).toMatch(/^HTTP\/1\.1 408 /)
  expect(Date.now() - call.since).toBeGreaterThan(29_000)
  // Nothing was heard of it, so there is nobody to answer.
  expect(await silent.answer).not.toContain('201')
  await sending
  expect(await file.answer).toMatch(/^HTTP\/1\.1 201 .*"size":9/s)
  expect(Date.now() - file.since).toBeGreaterThan(35_000)
  await server.stop()
})
