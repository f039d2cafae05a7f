import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { App } from '../../src/core/apps/model.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { signIn } from '../support/socket.ts'
import { userSig } from '../support/tencent.ts'
import { findGroup, type Line, type Vendor, vendorsOf } from './vendors.ts'

let server: TestServer
let app: App
let vendors: Vendor[]
let tencent: Vendor

beforeAll(async () => {
  server = await startServer()
  app = server.apps[0] as App
  vendors = vendorsOf(server, app)
  tencent = vendors[0] as Vendor
  await tencent.call('im_open_login_svc/multiaccount_import', { Accounts: people })
})

afterAll(() => server.stop())

const people = Array.from({ length: 40 }, (_, i) => String(1001 + i))
let next = 0
/** Two users who have not spoken yet. */
const strangers = () => [people[next++], people[next++]] as [string, string]

const shown = (lines: Line[]) =>
  lines.map(({ text, sender, recalled }) => (recalled ? `${sender} recalled` : `${sender}: ${text}`))

/** NetEase's history leaves out what was recalled. */
const asShownBy = (vendor: Vendor, lines: string[]) =>
  vendor.name === 'netease' ? lines.filter(line => !line.endsWith('recalled')) : lines

const device = (user: string) =>
  signIn(server, { dialect: 'tencent', sdkappid: app.id, userid: user, usersig: userSig(app, user) })

describe('a message between two', () => {
  test('[XD5] written by each, read by all from both sides, in one order', async () => {
    const [one, other] = strangers()
    const phone = await device(other)
    const said: string[] = []
    for (const [i, vendor] of [...vendors, ...vendors].entries()) {
      const [from, to] = i % 2 ? [other, one] : [one, other]
      await vendor.say(from, to, `${vendor.name} ${i} “’ 你好 👋`)
      said.push(`${from}: ${vendor.name} ${i} “’ 你好 👋`)
    }
    for (const vendor of vendors) {
      expect(shown(await vendor.read(one, other))).toEqual(said)
      expect(shown(await vendor.read(other, one))).toEqual(said)
    }
    for (const [i, line] of said.entries())
      expect(await phone.next('message', frame => frame.seq === i + 1)).toMatchObject({
        parts: [{ type: 'text', text: line.slice(line.indexOf(': ') + 2) }],
      })
    await phone.close()
  })

  test('[XD6] recalled by each whoever wrote it, and seen recalled by all and by the device', async () => {
    for (const writer of vendors)
      for (const recaller of vendors) {
        const [one, other] = strangers()
        const phone = await device(other)
        await writer.say(one, other, 'stays')
        await writer.say(one, other, 'goes')
        const line = (await recaller.read(one, other))[1]
        expect(line).toMatchObject({ text: 'goes', sender: one })
        await recaller.recall(one, other, line?.key)
        for (const vendor of vendors) {
          const lines = asShownBy(vendor, [`${one}: stays`, `${one} recalled`])
          expect(shown(await vendor.read(other, one)), `${writer.name} ${recaller.name} ${vendor.name}`).toEqual(lines)
        }
        expect(await phone.next('change')).toMatchObject({ what: 'recall', seq: 2 })
        await phone.close()
      }
  })

  test('[XD6] recalled once is recalled for all: nobody recalls it again', async () => {
    const [one, other] = strangers()
    await tencent.say(one, other, 'gone')
    const lines = await Promise.all(vendors.map(vendor => vendor.read(one, other)))
    await vendors[2]?.recall(one, other, lines[2]?.[0]?.key)
    const codes = await Promise.all(
      vendors.map((vendor, i) => vendor.recall(one, other, lines[i]?.[0]?.key).catch(error => error.code)),
    )
    expect(codes).toEqual([20023, 414, 'OperationDenied.MessageRecalled'])
  })
})

describe('a message in a group', () => {
  test('[XD5] written by each, read by all, recalled by each', async () => {
    const [owner, member] = strangers()
    for (const maker of vendors)
      for (const recaller of vendors) {
        const name = `${maker.name} ${recaller.name}`
        await maker.makeGroup(name, owner, [member])
        const group = await findGroup(server, app, owner, name)
        const said: string[] = []
        for (const writer of vendors) {
          await writer.sayInGroup(group, member, `by ${writer.name}`)
          said.push(`${member}: by ${writer.name}`)
        }
        for (const vendor of vendors) expect(shown(await vendor.readGroup(group, owner)), name).toEqual(said)
        const lines = await recaller.readGroup(group, owner)
        await recaller.recallInGroup(group, member, lines[1]?.key)
        said[1] = `${member} recalled`
        for (const vendor of vendors)
          expect(shown(await vendor.readGroup(group, owner)), name).toEqual(asShownBy(vendor, said))
      }
  })
})
