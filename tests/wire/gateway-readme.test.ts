import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import type { App } from '../../src/core/apps/model.ts'
import { startServer } from '../support/server.ts'
import { signIn } from '../support/socket.ts'
import { userSig } from '../support/tencent.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

test('[GW59] the example of the client’s README runs', async () => {
  const readme = readFileSync(`${root}/client/README.md`, 'utf8')
  const example = /```ts\n(.*?)```/s.exec(readme)?.[1] as string
  const server = await startServer()
  const app = server.apps[0] as App
  const credentials = (user: string) => ({
    dialect: 'tencent',
    sdkappid: app.id,
    userid: user,
    usersig: userSig(app, user),
  })
  const friend = await signIn(server, credentials('friend'))
  const { usersig } = credentials('me')
  const inputs = ['hello.ts', server.url, String(app.id), 'me', usersig, 'friend']
  const flags = ['--no-warnings', '--input-type=module-typescript', '-e', example, ...inputs]
  const { stdout } = await promisify(execFile)(process.execPath, flags, { cwd: root })
  const lines = stdout.trim().split('\n')
  expect(lines.slice(0, 3)).toEqual(['state: connecting', 'state: syncing', 'state: online'])
  expect(lines).toContain('sent as number 1')
  expect(lines).toContain('messages so far: 1')
  expect(lines.at(-1)).toBe('state: offline')
  expect(await friend.next('message')).toMatchObject({
    sender: 'me',
    parts: [{ type: 'text', text: 'Hello from the client' }],
  })
  await friend.close()
  await server.stop()
})
