import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import type { Sent } from '../../client/src/client.ts'
import { settle } from '../faults/server-crowd.ts'
import { type ServerProcess, startServerProcess } from '../faults/server-process.ts'
import { type Place, vendorsOf } from '../faults/server-vendors.ts'
import { userSig } from '../support/tencent.ts'
import { type Browser, startBrowser } from './browser.ts'
import type { Chat } from './chat.ts'
import { openWire, type Wire } from './wire.ts'

const [ann, ben] = ['1001', '1002']
/** Other work on the machine must not fail a test. */
const patience = { timeout: 20_000 }
const profile = mkdtempSync(join(tmpdir(), 'magpie-browser-'))
let browser: Browser
let folder: string
let server: ServerProcess
let wire: Wire
let group: Place & { type: 'group' }
let pair: Place & { type: 'direct' }
let pages: Page[] = []

beforeAll(async () => {
  browser = await startBrowser(profile)
}, 60_000)

afterAll(async () => {
  await browser?.close()
  rmSync(profile, { recursive: true, force: true })
})

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'magpie-browser-data-'))
  server = await startServerProcess(folder)
  wire = await openWire(server.port)
  const places = await settle(server)
  ;[group, pair] = [places[0], places[3]] as [typeof group, typeof pair]
})

afterEach(async () => {
  await Promise.all(pages.map(page => page.close()))
  pages = []
  await wire.close()
  await server.end()
  rmSync(folder, { recursive: true, force: true })
})

test('[GW77] in a browser two users talk in pairs and groups, with back ends of all vendors, and recall', {
  timeout: 60_000,
}, async () => {
  const [a, b] = await Promise.all([open(ann), open(ben)])
  const first = await say(a, { to: ben }, 'hello Ben')
  await expectLines([a, b], pair, ['1001: hello Ben'])
  await say(b, { to: ann }, 'hello Ann')
  await say(b, { conv: group.id }, 'hello all')
  const slip = await say(a, { conv: group.id }, 'a slip')
  for (const [i, vendor] of vendorsOf(server).entries())
    await vendor.say({ place: group, from: '1003', text: `from ${vendor.name}`, repeat: i + 1 })
  const rest = ['1003: from tencent', '1003: from netease', '1003: from volcengine']
  await expectLines([a, b], group, ['1002: hello all', '1001: a slip', ...rest])
  await a.evaluate(({ conv, seq }) => chat.client.recall(conv, seq, 'wrong'), slip)
  await b.evaluate(({ conv }) => chat.client.markRead(conv), first)
  await expectLines([a, b], group, ['1002: hello all', '1001: recalled', ...rest])
  await expectLines([a, b], pair, ['1001: hello Ben', '1002: hello Ann'])
  for (const vendor of vendorsOf(server))
    expect((await vendor.read(pair)).map(each => each.text)).toEqual(['hello Ben', 'hello Ann'])
  await expectNothingTwice([a, b])
})

test('[GW78] in a browser nothing is lost or doubled when the server is killed amid sends and started again', {
  timeout: 90_000,
}, async () => {
  const [a, b] = await Promise.all([open(ann), open(ben)])
  const words = (who: string) => Array.from({ length: 40 }, (_, i) => `${who} ${i}`)
  const sending = [sayAll(a, { conv: group.id }, words('a')), sayAll(b, { conv: group.id }, words('b'))]
  sending.push(sayAll(a, { to: ben }, words('to Ben')))
  await expect.poll(() => b.locator('li').count(), patience).toBeGreaterThan(5)
  // What each page is just saying arrives, and the answer is lost with the server.
  wire.deafen()
  await expect.poll(async () => (await countOf(ann)) - (await confirmedOn(a)), patience).toBe(1)
  await expect.poll(async () => (await countOf(ben)) - (await confirmedOn(b)), patience).toBe(1)
  await server.end('SIGKILL')
  await Promise.all([a, b].map(page => until(page, 'offline')))
  sending.push(sayAll(b, { to: ann }, ['said while the server was gone']))
  server = await startServerProcess(folder, { port: server.port })
  await vendorsOf(server)[1]?.say({ place: group, from: '1003', text: 'welcome back', repeat: 1 })
  const sent = (await Promise.all(sending)).flat()
  expect(new Set(sent.map(each => each.id)).size).toBe(121)

  for (const place of [group, pair]) {
    const [history = [], ...others] = await Promise.all(vendorsOf(server).map(vendor => vendor.read(place)))
    const lines = history.flatMap(({ sender, text }) => (text ? [`${sender}: ${text}`] : []))
    for (const other of others) expect(other.map(each => each.text)).toEqual(history.map(each => each.text))
    await expectLines([a, b], place, lines)
    const said =
      place === group
        ? [...words('a'), ...words('b'), 'welcome back']
        : [...words('to Ben'), 'said while the server was gone']
    expect(lines.map(line => line.slice(6)).sort()).toEqual(said.sort())
    // Each one's own order is kept.
    const own = lines.filter(line => line.startsWith('1001: a ') || line.startsWith('1001: to Ben'))
    expect(own).toEqual((place === group ? words('a') : words('to Ben')).map(text => `1001: ${text}`))
  }
  await expectNothingTwice([a, b])
})

test('[GW79] in a browser positions and unsent messages outlive a reload of the page', {
  timeout: 90_000,
}, async () => {
  const [a, b] = await Promise.all([open(ann), open(ben)])
  await say(a, { conv: group.id }, 'before')
  await say(b, { to: ann }, 'before too')
  await expectLines([a, b], group, ['1001: before'])
  await expectLines([a, b], pair, ['1002: before too'])
  await b.waitForTimeout(200)

  const address = b.url()
  await b.goto('about:blank')
  await say(a, { conv: group.id }, 'meanwhile')
  const slip = await say(a, { to: ben }, 'a slip')
  await a.evaluate(({ conv, seq }) => chat.client.recall(conv, seq), slip)
  await b.goto(address)
  await until(b, 'online')
  await expectLines([a, b], group, ['1001: before', '1001: meanwhile'])
  await expectLines([a, b], pair, ['1002: before too', '1001: recalled'])
  // Only what was missed, and nothing anew.
  const missed = await b.evaluate(() => chat.told)
  expect(missed.filter(each => each.startsWith('message')).length).toBe(2)
  expect(missed.filter(each => each.startsWith('reset'))).toEqual([])

  await server.end('SIGKILL')
  await until(b, 'offline')
  await b.evaluate(conv => {
    for (const client of ['x', 'y']) chat.client.sendToGroup(conv, `unsent ${client}`, { client }).catch(() => {})
  }, group.id)
  await b.waitForTimeout(200)
  await b.reload()
  await b.evaluate(conv => {
    chat.client.sendToGroup(conv, 'after the reload', { client: 'z' })
  }, group.id)
  server = await startServerProcess(folder, { port: server.port })
  const lines = ['before', 'meanwhile'].map(text => `1001: ${text}`)
  lines.push(...['unsent x', 'unsent y', 'after the reload'].map(text => `1002: ${text}`))
  await expectLines([a, b], group, lines)
  expect((await b.evaluate(() => chat.told)).filter(each => each.startsWith('sent'))).toEqual([
    'sent x',
    'sent y',
    'sent z',
  ])
  for (const vendor of vendorsOf(server)) {
    const said = (await vendor.read(group)).flatMap(({ sender, text }) => (text ? [`${sender}: ${text}`] : []))
    expect(said).toEqual(lines)
  }
  await expectNothingTwice([a, b])
})

// What the page has; evaluated there.
declare const chat: Chat

async function open(user: string): Promise<Page> {
  const page = await browser.context.newPage()
  pages.push(page)
  const usersig = userSig(server.app, user)
  const query = new URLSearchParams({ server: wire.url, sdkappid: String(server.app.id), user, usersig })
  await page.goto(`${browser.site}/?${query}`)
  await until(page, 'online')
  return page
}

type Where = { to: string } | { conv: number }

function say(page: Page, where: Where, text: string): Promise<Sent> {
  return sayAll(page, where, [text]).then(sent => sent[0] as Sent)
}

/** Says all at once; resolves when the server has them all. */
function sayAll(page: Page, where: Where, texts: string[]): Promise<Sent[]> {
  const saying = ({ where, texts }: { where: Where; texts: string[] }) =>
    Promise.all(
      texts.map(text =>
        'to' in where ? chat.client.sendToUser(where.to, text) : chat.client.sendToGroup(where.conv, text),
      ),
    )
  return page.evaluate(saying, { where, texts })
}

async function until(page: Page, state: string): Promise<void> {
  await expect.poll(() => page.evaluate(() => chat.client.state), patience).toBe(state)
}

/** How many messages of a user the server has. */
async function countOf(user: string): Promise<number> {
  const [vendor] = vendorsOf(server)
  const histories = await Promise.all([group, pair].map(place => vendor?.read(place)))
  return histories.flat().filter(each => each?.sender === user).length
}

/** How many messages the server has confirmed to a page. */
function confirmedOn(page: Page): Promise<number> {
  return page.evaluate(() => chat.told.filter(each => each.startsWith('sent')).length)
}

/** What pages show of a conversation. */
async function expectLines(all: Page[], place: Place, lines: string[]): Promise<void> {
  for (const page of all)
    await expect.poll(() => page.locator(`li[data-conv="${place.id}"]`).allTextContents(), patience).toEqual(lines)
}

/** Nothing was told twice. */
async function expectNothingTwice(all: Page[]): Promise<void> {
  for (const page of all) {
    const told = await page.evaluate(() => chat.told)
    expect(told.filter((each, i) => told.indexOf(each) !== i)).toEqual([])
  }
}
