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

test('[GW59] the examples of the client’s README run, one after another', async () => {
  const readme = readFileSync(`${root}/client/README.md`, 'utf8')
  const examples = [...readme.matchAll(/```ts\n(.*?)```/gs)].map(found => found[1])
  expect(examples.length).toBeGreaterThan(5)
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
  const flags = ['--no-warnings', '--input-type=module-typescript', '-e', examples.join('\n'), ...inputs]
  const { stdout } = await promisify(execFile)(process.execPath, flags, { cwd: root })
  const lines = stdout.trim().split('\n')
  expect(lines.slice(0, 4)).toEqual(['state: connecting', 'state: signing', 'state: syncing', 'state: online'])
  const said = [
    'sent as number 1',
    'messages so far: 1',
    'changed: reaction 1',
    'reactions: 1',
    'changed: edit 1',
    "shown: [ { type: 'text', text: 'Hello again' } ] 1",
    'members: friend member, me owner me: me',
    'last: file',
    'time: true',
  ]
  expect(lines.filter(line => said.includes(line)).sort()).toEqual([...said].sort())
  expect(lines.at(-1)).toBe('state: stopped')
  expect(await friend.next('message')).toMatchObject({
    sender: 'me',
    parts: [{ type: 'text', text: 'Hello from the client' }],
  })
  await friend.close()
  await server.stop()
})
