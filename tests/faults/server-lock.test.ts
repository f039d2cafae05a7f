import { once } from 'node:events'
import { expect, test } from 'vitest'
import { callTencent } from '../support/tencent.ts'
import { inFolder } from './folder.ts'
import { dataOf, spawnServer, startServerProcess } from './server-process.ts'

test(
  '[FA1] a second server on the same folder is refused with one line and code 1; the first goes on',
  { timeout: 30_000 },
  () =>
    inFolder(async folder => {
      const first = await startServerProcess(folder)
      const second = spawnServer(folder)
      const [code] = await once(second.child, 'close')
      expect(second.said()).toBe(`magpie: data folder ${dataOf(folder)} is in use by process ${first.pid}\n`)
      expect(code).toBe(1)
      const { body } = await callTencent(first, first.app, 'im_open_login_svc/account_import', { UserID: 'u1' })
      expect(body).toEqual({ ActionStatus: 'OK', ErrorInfo: '', ErrorCode: 0 })
      await first.end('SIGTERM')
      const third = await startServerProcess(folder)
      await third.end('SIGTERM')
    }),
)
