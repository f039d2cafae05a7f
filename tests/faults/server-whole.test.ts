import { copyFileSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { expect, test } from 'vitest'
import { inFolder } from './folder.ts'
import { importUsers, settle } from './server-crowd.ts'
import { groupCalls } from './server-groups.ts'
import { dataOf, startServerProcess } from './server-process.ts'
import { type Place, type Vendor, vendorsOf } from './server-vendors.ts'
import { findable, halves } from './server-whole.ts'

/** By each thing that the look at the data can find, a statement that brings it about. */
const damages: Record<string, string> = {
  'messages are not numbered 1, 2, 3 …': 'UPDATE messages SET seq = seq + 100 WHERE seq = 3',
  'a message id is there twice': 'UPDATE messages SET id = (SELECT min(id) FROM messages) WHERE seq = 3',
  'messages go back in time': 'UPDATE messages SET time = 5 WHERE seq = 3',
  'messages of a group are counted wrongly': `UPDATE messages SET counters = '{"counted":1}' WHERE seq = 3`,
  'messages of a pair are counted wrongly': `UPDATE messages SET counters = '{"a":1}' WHERE seq = 3`,
  'messages of a sender are counted wrongly': 'UPDATE sent SET n = n + 1',
  'a message is nowhere': 'DELETE FROM conversations',
  'changes are not numbered 1, 2, 3 …': 'UPDATE changes SET rev = rev + 100',
  'a client id names another message': 'DELETE FROM messages WHERE seq = 3',
  'a member without membership': "DELETE FROM memberships WHERE user = '1002'",
  'a membership without member': "DELETE FROM members WHERE user = '1002'",
  'members are counted wrongly': 'UPDATE member_count SET n = n + 1',
  'a group without its owner': 'UPDATE members SET rank = 2',
  'a group that is not listed': 'DELETE FROM group_list',
  'a listed group that is not there': 'DELETE FROM conversations',
  'a group without its name': 'DELETE FROM names',
  'a name without its group': 'DELETE FROM conversations',
  'groups are counted wrongly': 'UPDATE group_count SET n = n - 1',
  'a pair of fewer or more than two': "DELETE FROM members WHERE user = '1003'",
  'a pair without its name': 'DELETE FROM names',
  'a job is left': `INSERT INTO jobs (lane, id, version, doc) VALUES (0, 1, 1, '{}')`,
  'a deleted user is left': `UPDATE users SET doc = json_set(doc, '$.removed', json('true')) WHERE id = '1008'`,
  'a name of nobody is left': "DELETE FROM users WHERE id = '1008'",
  'a member of nothing is left': 'DELETE FROM conversations',
  'a membership of nothing is left': 'DELETE FROM conversations',
  'a count of nothing is left': 'DELETE FROM conversations',
}

test('the look at what is half there finds each thing it looks for', { timeout: 30_000 }, () =>
  inFolder(async folder => {
    await useALittle(folder)
    expect(halves(folder, { done: true })).toEqual([])
    for (const fault of findable()) {
      const copy = join(folder, fault.replaceAll(/\W/g, ''))
      mkdirSync(dataOf(copy), { recursive: true })
      copyFileSync(join(dataOf(folder), 'magpie.db'), join(dataOf(copy), 'magpie.db'))
      const db = new Database(join(dataOf(copy), 'magpie.db'))
      db.exec(damages[fault] ?? '')
      db.close()
      expect(halves(copy, { done: true }).map(each => each.split(': ')[0])).toContain(fault)
    }
  }),
)

/** A server that had a little of everything, and ended in good order, which leaves one file. */
async function useALittle(folder: string): Promise<void> {
  const server = await startServerProcess(folder)
  const [places, vendors] = [await settle(server), vendorsOf(server)]
  const [tencent, netease, volcengine] = vendors as [Vendor, Vendor, Vendor]
  let repeat = 0
  for (const place of [places[0], places[4]] as Place[])
    for (const vendor of [...vendors, volcengine]) {
      const from = place.type === 'group' ? '1001' : place.a
      await vendor.say({ place, from, text: 'hello', repeat: ++repeat })
    }
  const groups = groupCalls.netease(netease)
  await groups.dismiss(await groups.make('short-lived', '1001', ['1002']), '1001')
  await importUsers(tencent, ['gone'])
  await tencent.call('im_open_login_svc/account_delete', { DeleteItem: [{ UserID: 'gone' }] })
  await expect.poll(() => halves(folder, { done: true }), { timeout: 15_000 }).toEqual([])
  await server.end('SIGTERM')
}
