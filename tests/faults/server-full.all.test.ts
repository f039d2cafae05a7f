import { once } from 'node:events'
import { appendFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { signIn } from '../support/socket.ts'
import { userSig } from '../support/tencent.ts'
import { onSmallDisk } from './disk.ts'
import { inFolder } from './folder.ts'
import { settle } from './server-crowd.ts'
import { groupCalls } from './server-groups.ts'
import { dataOf, type ServerProcess, spawnServer, startServerProcess } from './server-process.ts'
import { type Place, Refused, type Vendor, vendorsOf } from './server-vendors.ts'
import { halves, jobsLeft } from './server-whole.ts'

const text = 'the store cannot write now'
const tencentFailure = (ErrorCode: number) => ({
  status: 200,
  body: { ActionStatus: 'FAIL', ErrorInfo: text, ErrorCode },
})
const neteaseFailure = { status: 200, body: { code: 503, desc: text } }
const volcengineFailure = {
  status: 500,
  body: {
    ResponseMetadata: { Error: { CodeN: 0, Code: 'InternalError.StoreUnavailable', Message: text } },
    Result: {},
  },
}

test(
  '[FA4] on a full disk each vendor answers its own failure, reads go on, and writing resumes when there is space',
  {
    timeout: 120_000,
  },
  () =>
    inFolder(async folder => {
      mkdirSync(dataOf(folder))
      await onSmallDisk(dataOf(folder), 24, async () => {
        const ballast = join(dataOf(folder), 'ballast')
        writeFileSync(ballast, Buffer.alloc(8 * 1024 * 1024))
        let server = await startServerProcess(folder)
        try {
          const places = await settle(server)
          const vendors = vendorsOf(server)
          const journal: Journal = { kept: [], refused: [] }
          await dismissOne(vendors[1] as Vendor)
          const device = await signIn(server, credentialsOf(server, '1001'))
          const say = { conv: (places[0] as Place).id, client: 'c1', parts: [{ type: 'text', text: 'ack-device.' }] }
          await fillUp(vendors, places, journal)

          await expectFailures(vendors, places)
          await expect(device.ask('message.sendToGroup', say)).rejects.toThrow('store.unavailable')
          await expectHistories(server, places, journal)
          expect(await page(server, '/readyz')).toBe('200 ready\n')
          expect(await page(server, '/healthz')).toBe('200 ok\n')
          expect(await page(server, '/metrics')).toMatch(/outcome="InternalError.StoreUnavailable"\} [1-9]/)
          const late = await signIn(server, credentialsOf(server, '1002'))
          expect(await late.ask('conversation.list', {})).toHaveProperty('conversations')

          rmSync(ballast)
          for (const vendor of vendors)
            for (const place of places)
              await expect.poll(() => attempt(vendor, place, 'y', journal), { timeout: 20_000 }).toBe(true)
          // The same message of the device, which was refused before, and again: it is there once.
          const sent = await device.ask('message.sendToGroup', say)
          expect(await device.ask('message.sendToGroup', say)).toEqual({ ...sent, repeated: true })
          journal.kept.push({ place: places[0] as Place, text: 'ack-device.' })
          await expect.poll(() => jobsLeft(folder), { timeout: 20_000 }).toBe(0)
          await expectHistories(server, places, journal)

          await server.end('SIGKILL')
          server = await startServerProcess(folder)
          await expectHistories(server, places, journal)
          expect(halves(folder, { done: true })).toEqual([])
        } finally {
          await server.end('SIGKILL')
        }
      })
    }),
)

/** What was said, by whether the server took it. */
interface Journal {
  kept: { place: Place; text: string }[]
  refused: { place: Place; text: string }[]
}

let count = 0

/** Says something about as long as all vendors allow, or short; whether it was taken. */
async function attempt(vendor: Vendor, place: Place, filling: string, journal: Journal): Promise<boolean> {
  const text = `ack-${++count}. ${filling}`
  const from = place.type === 'group' ? place.owner : place.a
  try {
    await vendor.say({ place, from, text, repeat: count })
  } catch (error) {
    if (!(error instanceof Refused)) throw error
    journal.refused.push({ place, text })
    return false
  }
  journal.kept.push({ place, text })
  return true
}

/** Everybody says more and more, first much and then little, until not even the smallest change is taken any more. */
async function fillUp(vendors: Vendor[], places: Place[], journal: Journal): Promise<void> {
  for (const filling of ['x'.repeat(4000), 'z']) {
    const speak = async (speaker: number) => {
      for (let [i, refusals] = [0, 0]; refusals < 10; i++) {
        const place = places[(speaker + i) % places.length] as Place
        refusals = (await attempt(vendors[speaker % 3] as Vendor, place, filling, journal)) ? 0 : refusals + 1
      }
    }
    await Promise.all(Array.from({ length: 24 }, (_, speaker) => speak(speaker)))
  }
  expect(journal.kept.length).toBeGreaterThan(100)
  const rename = (Nick: string) => vendors[0]?.call('im_open_login_svc/account_import', { UserID: '1008', Nick })
  for (let [i, refusals] = [0, 0]; refusals < 10; i++) {
    const taken = await rename(`name ${i}`)?.catch((error: unknown) => error)
    refusals = taken instanceof Refused ? refusals + 1 : 0
  }
}

/** What each vendor's calls of several kinds answer. */
async function expectFailures([tencent, netease, volcengine]: Vendor[], places: Place[]): Promise<void> {
  const [group, pair] = [places[0], places[3]] as [Place & { type: 'group' }, Place & { type: 'direct' }]
  const MsgBody = [{ MsgType: 'TIMTextElem', MsgContent: { Text: 'no' } }]
  const direct = { From_Account: pair.a, To_Account: pair.b, MsgRandom: 1, MsgBody }
  const failure = (vendor: Vendor | undefined, operation: string, body: object) =>
    vendor?.call(operation, body).then(
      () => 'taken',
      (error: Refused) => error.reply,
    )
  expect(await failure(tencent, 'openim/sendmsg', direct)).toMatchObject(tencentFailure(91000))
  const toGroup = { GroupId: group.alias, From_Account: group.owner, Random: 1, MsgBody }
  expect(await failure(tencent, 'group_open_http_svc/send_group_msg', toGroup)).toMatchObject(tencentFailure(10002))
  const account = { UserID: 'newcomer' }
  expect(await failure(tencent, 'im_open_login_svc/account_import', account)).toMatchObject(tencentFailure(70500))
  const body = JSON.stringify({ msg: 'no' })
  const message = { from: pair.a, ope: 0, to: pair.b, type: 0, body }
  expect(await failure(netease, 'msg/sendMsg.action', message)).toEqual(neteaseFailure)
  expect(await failure(netease, 'user/create.action', { accid: 'newcomer' })).toEqual(neteaseFailure)
  const said = { ConversationShortId: group.id, Sender: Number(group.owner), MsgType: 10001, Content: '{"text":"no"}' }
  expect(await failure(volcengine, 'SendMessage', said)).toMatchObject(volcengineFailure)
  const ConversationCoreInfo = { ConversationType: 2, Name: 'no' }
  const made = { ConversationCoreInfo, OwnerUserId: 1001 }
  expect(await failure(volcengine, 'CreateConversation', made)).toMatchObject(volcengineFailure)
}

/** Every vendor shows what was taken, each once, and nothing that was refused. */
async function expectHistories(server: ServerProcess, places: Place[], journal: Journal): Promise<void> {
  for (const vendor of vendorsOf(server))
    for (const place of places) {
      const shown = (await vendor.read(place)).map(each => each.text).filter(each => each.startsWith('ack-'))
      const kept = journal.kept.filter(each => each.place.id === place.id).map(each => each.text)
      expect(shown.sort()).toEqual(kept.sort())
    }
}

/** Leaves a job behind that may find the disk full. */
async function dismissOne(netease: Vendor): Promise<void> {
  const groups = groupCalls.netease(netease)
  await groups.dismiss(await groups.make('short-lived', '1001', ['1002', '1003']), '1001')
}

async function page(server: ServerProcess, path: string): Promise<string> {
  const reply = await fetch(`${server.url}${path}`)
  return `${reply.status} ${await reply.text()}`
}

const credentialsOf = (server: ServerProcess, userid: string) => ({
  dialect: 'tencent',
  sdkappid: server.app.id,
  userid,
  usersig: userSig(server.app, userid),
})

test(
  '[FA5] a server that cannot open its data on a full disk says so in one line, and starts when there is space',
  {
    timeout: 60_000,
  },
  () =>
    inFolder(async folder => {
      mkdirSync(dataOf(folder))
      await onSmallDisk(dataOf(folder), 4, async () => {
        const first = await startServerProcess(folder)
        await first.end('SIGTERM')
        fill(join(dataOf(folder), 'ballast'))
        const { child, said } = spawnServer(folder)
        const [code] = await once(child, 'close')
        expect(said()).toMatch(/^magpie: .*\n$/)
        expect(said()).toMatch(/data folder .* cannot be opened: SQLITE_|ENOSPC/)
        expect(code).toBe(1)
        rmSync(join(dataOf(folder), 'ballast'))
        const second = await startServerProcess(folder)
        await second.end('SIGTERM')
      })
    }),
)

/** Writes until there is no space left. */
function fill(file: string): void {
  const page = Buffer.alloc(4096)
  try {
    for (;;) appendFileSync(file, page)
  } catch (error) {
    expect((error as { code?: string }).code).toBe('ENOSPC')
  }
}
