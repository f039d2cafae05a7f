import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import type { BrowserContext } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { type Launched, makePlace, type Place } from '../start/launch.ts'
import { launchChromium } from './browser.ts'
import { type ChatWindow, openChatWindow } from './chat-window.ts'

/** Other work on the machine must not fail a test. */
const patience = { timeout: 20_000 }
const profile = mkdtempSync(join(tmpdir(), 'magpie-chat-page-'))
/** A red dot of one pixel. */
const dot = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGP4z8DwHwAFAAH/iZk9HQAAAABJRU5ErkJggg==',
  'base64',
)
let context: BrowserContext
let place: Place
let server: Launched
let url: string
let windows: ChatWindow[]
let errors: string[]

beforeAll(async () => {
  context = await launchChromium(profile, { locale: 'en-GB', acceptDownloads: true })
  context.setDefaultTimeout(patience.timeout)
  context.on('page', page => {
    page.on('pageerror', error => errors.push(String(error)))
    page.on('console', message => {
      // A connection that a dead server refuses is what some tests are about.
      if (message.type() === 'error' && !/ERR_|WebSocket/.test(message.text())) errors.push(message.text())
    })
  })
}, 60_000)

afterAll(async () => {
  await context?.close()
  rmSync(profile, { recursive: true, force: true })
})

beforeEach(async () => {
  errors = []
  windows = []
  place = makePlace()
  place.configure('listen: { port: 0 }\nlimits: off\n')
  server = place.launch()
  ;[url = ''] = await server.ready
})

afterEach(async () => {
  await Promise.all(windows.map(each => each.page.close()))
  await place.clean()
  expect(errors).toEqual([])
})

async function window(name: string): Promise<ChatWindow> {
  const made = await openChatWindow(context, url, name)
  windows.push(made)
  return made
}

/** Two who talk with each other already. */
async function pair(): Promise<[ChatWindow, ChatWindow]> {
  const [ann, ben] = [await window('Ann'), await window('Ben')]
  await ann.begin('Ben')
  await ann.say('hello')
  await ben.open('Ann')
  await ben.message('hello').waitFor()
  return [ann, ben]
}

const row = (chat: ChatWindow, name: string) => chat.page.locator('.conversations li', { hasText: name })

test('[CP1] two people write to each other: unread, presence, who writes, and how far it was read', {
  timeout: 120_000,
}, async () => {
  const [ann, ben] = [await window('Ann'), await window('Ben')]
  await ann.begin('Ben')
  await ann.say('hello')
  await ann.message('hello').getByRole('img', { name: 'Sent' }).waitFor()
  await row(ben, 'Ann').locator('.badge', { hasText: '1' }).waitFor()
  await expect.poll(() => ben.page.title(), patience).toBe('(1) Magpie chat')
  await ann.page.locator('.stage .avatar.online').waitFor()
  await ben.open('Ann')
  await ann.message('hello').getByRole('img', { name: 'Read' }).waitFor()
  await row(ben, 'Ann').locator('.badge').waitFor({ state: 'detached' })

  const field = ben.page.getByRole('textbox', { name: 'Message', exact: true })
  await field.fill('well')
  await ann.page.locator('.subtitle', { hasText: 'is writing' }).waitFor()
  await field.fill('')
  await ann.page.locator('.subtitle', { hasText: 'online' }).waitFor()
  await field.fill('first line')
  await field.press('Shift+Enter')
  await field.pressSequentially('second line')
  await field.press('Enter')
  await ann.message('first line').waitFor()
  expect(await ann.texts()).toEqual(['hello', 'first line\nsecond line'])
  await ben.page.close()
  windows.pop()
  await ann.page.locator('.subtitle', { hasText: 'offline' }).waitFor()
})

test('[CP2] pictures and files: looked at before, sent, enlarged and fetched', { timeout: 120_000 }, async () => {
  const [ann, ben] = await pair()
  await ann.attach('red dot.png', 'image/png', dot)
  await ann.attach('notes.txt', 'text/plain', Buffer.from('by hand'))
  await ann.page.getByRole('list', { name: 'Files to send' }).getByText('red dot.png').waitFor()
  await ann.page.getByRole('button', { name: 'Remove notes.txt' }).click()
  await ann.say('look')
  const picture = ben.page.getByRole('button', { name: 'Enlarge red dot.png' })
  await picture.waitFor()
  const width = () => picture.locator('img').evaluate(image => (image as HTMLImageElement).naturalWidth)
  await expect.poll(width, patience).toBe(1)
  await picture.click()
  await ben.page.getByRole('dialog', { name: 'red dot.png' }).waitFor()
  await ben.page.keyboard.press('Escape')
  await ben.page.getByRole('dialog').waitFor({ state: 'detached' })

  await ann.attach('notes.txt', 'text/plain', Buffer.from('by hand'))
  await ann.page.getByRole('button', { name: 'Send', exact: true }).click()
  const link = ben.page.getByRole('link', { name: 'notes.txt' })
  const [download] = await Promise.all([ben.page.waitForEvent('download'), link.click()])
  expect(download.suggestedFilename()).toBe('notes.txt')
  expect(await text(await download.createReadStream())).toBe('by hand')
  await expect.poll(() => ann.page.locator('.line.pending').count(), patience).toBe(0)
})

test('[CP3] messages are answered, reacted to, changed, recalled, and taken out of one’s own view', {
  timeout: 120_000,
}, async () => {
  const [ann, ben] = await pair()
  await ben.act('hello', 'Reply')
  await ben.say('hello yourself')
  await ann.message('hello yourself').getByRole('button', { name: 'Go to the message of Ann' }).waitFor()
  await ann.act('hello yourself', '👍')
  const chip = ben.message('hello yourself').getByRole('button', { name: '👍 Ann' })
  await chip.click()
  await ann.message('hello yourself').getByRole('button', { name: '👍 Ann, Ben' }).click()
  await ben.message('hello yourself').getByRole('button', { name: '👍 Ben' }).waitFor()

  await ben.act('hello yourself', 'Edit')
  await ben.say('hello you')
  await ann.message('hello you').getByText('edited').waitFor()
  await ben.act('hello you', 'Recall for everybody')
  await ann.page.getByText('Ben recalled this message').waitFor()
  await ben.page.getByText('You recalled this message').waitFor()
  await ben.act('hello', 'Delete for me')
  await expect.poll(() => ben.texts(), patience).toEqual(['You recalled this message'])
  expect(await ann.texts()).toEqual(['hello', 'Ben recalled this message'])
  await ben.page.reload()
  await ben.open('Ann')
  await ben.page.getByText('You recalled this message').waitFor()
  expect(await ben.texts()).toEqual(['You recalled this message'])
})

test('[CP4] a group is made, others are brought in, read counts rise, and who leaves has it no more', {
  timeout: 120_000,
}, async () => {
  const [ann, ben, cleo] = [await window('Ann'), await window('Ben'), await window('Cleo Δ')]
  await ann.makeGroup('Hike', 'Ben')
  await ann.say('who comes?')
  await ben.open('Hike')
  await ben.say('I do')
  await ann.message('I do').getByText('Ben').waitFor()
  await ann.message('who comes?').getByRole('img', { name: 'Read by all' }).waitFor()
  await ben.page.getByRole('button', { name: 'More' }).click()
  await ben.page.getByRole('menuitem', { name: 'Members …' }).click()
  await ben.page.getByRole('button', { name: 'Invite …' }).click()
  await ben.page.getByLabel('Whom?').fill('Nobody Ever')
  await ben.page.getByRole('button', { name: 'Invite', exact: true }).click()
  await ben.page.getByText('Nobody called nobody-ever has been here').waitFor()
  await ben.page.getByLabel('Whom?').fill('Cleo Δ')
  await ben.page.getByRole('button', { name: 'Invite', exact: true }).click()
  await cleo.open('Hike')
  await ann.page.locator('.notice', { hasText: 'Ben invited Cleo Δ' }).waitFor()
  await cleo.say('me too')
  await ann.message('me too').waitFor()
  await cleo.page.getByRole('button', { name: 'More' }).click()
  await cleo.page.getByRole('menuitem', { name: 'Members …' }).click()
  await cleo.page.getByRole('button', { name: 'Leave the group' }).click()
  await row(cleo, 'Hike').waitFor({ state: 'detached' })
  await ann.page.locator('.notice', { hasText: 'Cleo Δ left' }).waitFor()
})

test('[CP5] on a phone list and chat take turns, and nothing is wider than the screen', {
  timeout: 120_000,
}, async () => {
  const [ann, ben] = await pair()
  await ben.say(`${'a-very-long-word'.repeat(20)} https://example.com/${'x'.repeat(200)}`)
  await ann.message('a-very-long-word').waitFor()
  await ann.page.setViewportSize({ width: 360, height: 640 })
  const fits = () => ann.page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)
  expect(await fits()).toBe(true)
  const list = ann.page.getByRole('navigation', { name: 'Conversations' })
  expect(await list.isVisible()).toBe(false)
  await ann.page.getByRole('button', { name: 'Back to the list' }).click()
  expect(await list.isVisible()).toBe(true)
  expect(await ann.page.getByRole('log').isVisible()).toBe(false)
  expect(await fits()).toBe(true)
  await ann.open('Ben')
  await ann.say('from the phone')
  await ben.message('from the phone').waitFor()
})

test('[CP6] the server is killed in the middle and comes back: nothing is lost, nothing stands there twice', {
  timeout: 180_000,
}, async () => {
  const [ann, ben] = await pair()
  await ann.say('before')
  await ben.message('before').waitFor()
  server.process.kill('SIGKILL')
  await server.ended
  await ann.page.getByRole('status').getByText('No connection').waitFor()
  for (const text of ['one', 'two', 'three']) await ann.say(text)
  await ben.say('from Ben')
  await ann.message('three').getByRole('img', { name: 'On its way' }).waitFor()
  place.configure(`listen: { port: ${new URL(url).port} }\nlimits: off\n`)
  server = place.launch()
  await server.ready
  const said = (chat: ChatWindow) => async () => (await chat.texts()).sort()
  const all = ['before', 'from Ben', 'hello', 'one', 'three', 'two']
  for (const chat of [ann, ben]) await expect.poll(said(chat), patience).toEqual(all)
  await ann.page.getByRole('status').waitFor({ state: 'hidden' })
  await expect.poll(() => ann.page.locator('.line.pending').count(), patience).toBe(0)
  expect((await ben.texts()).filter(text => text !== 'from Ben')).toEqual(['hello', 'before', 'one', 'two', 'three'])
  await ann.page.reload()
  await ann.open('Ben')
  await expect.poll(() => ann.texts(), patience).toEqual(await ben.texts())
})

test('[CP7] what somebody writes is text, whatever it looks like', { timeout: 120_000 }, async () => {
  const evil = '<img src=x onerror="document.title=1"><script>document.title=2</script>'
  const ann = await window('Ann')
  const ben = await window('Ben <b>&amp;')
  await ben.begin('Ann')
  await ben.say(`${evil} javascript:alert(1) https://example.com/?q="><b>`)
  await ben.message('onerror').waitFor()
  await ann.open('Ben <b>&amp;')
  await ann.message('onerror').waitFor()
  expect((await ann.texts())[0]).toBe(`${evil} javascript:alert(1) https://example.com/?q="><b>`)
  expect(await ann.page.locator('.line img, .line script, .line b').count()).toBe(0)
  const hrefs = await ann.page.locator('.line a').evaluateAll(links => links.map(link => link.getAttribute('href')))
  expect(hrefs).toEqual(['https://example.com/?q='])
})

test('[CP8] it is used without a mouse, and older messages come as one scrolls', { timeout: 180_000 }, async () => {
  const [ann, ben] = await pair()
  await ann.makeGroup('Hike', 'Ben')
  await ann.say('last')
  await row(ben, 'Hike').locator('.badge').waitFor()
  const active = () => ben.page.evaluate(() => document.activeElement?.getAttribute('aria-label') ?? '')
  await ben.page.keyboard.press('Escape')
  await expect.poll(active, patience).toMatch(/^Ann/)
  await ben.page.keyboard.press('ArrowUp')
  expect(await active()).toMatch(/^Hike, \d unread/)
  await ben.page.keyboard.press('Enter')
  await ben.page.getByRole('heading', { name: 'Hike', level: 1 }).waitFor()
  await ben.page.keyboard.type('by keys')
  await ben.page.keyboard.press('Enter')
  await ann.message('by keys').waitFor()
  await ben.message('by keys').focus()
  await ben.page.keyboard.press('ArrowUp')
  expect(await active()).toBe('Ann: last')
  await ben.page.keyboard.press('Enter')
  await ben.page.getByRole('menuitem', { name: 'Reply' }).waitFor()
  for (const key of ['ArrowDown', 'Enter']) await ben.page.keyboard.press(key)
  await ben.page.getByText('Reply to Ann').waitFor()
  await ben.page.keyboard.press('Escape')
  await ben.page.getByText('Reply to Ann').waitFor({ state: 'detached' })

  const texts = Array.from({ length: 120 }, (_, i) => `line ${i}`)
  for (const text of texts) await ann.say(text)
  await ben.message('line 119').waitFor()
  await ben.page.reload()
  await ben.open('Hike')
  await ben.message('line 119').waitFor()
  expect((await ben.texts()).length).toBeLessThan(60)
  const top = () => ben.page.locator('.scroller').evaluate(scroller => scroller.scrollTo(0, 0))
  const seen = async () => {
    await top()
    return (await ben.texts()).length
  }
  await expect.poll(seen, patience).toBe(122)
  expect(await ben.texts()).toEqual(['last', 'by keys', ...texts])
})
