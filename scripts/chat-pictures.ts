import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Command } from 'commander'
import type { Page } from 'playwright-core'
import { parseConfig } from '../src/config.ts'
import { findAccounts } from '../src/keys.ts'
import { start } from '../src/start.ts'
import { launchChromium } from '../tests/browser/browser.ts'
import { type ChatWindow, openChatWindow } from '../tests/browser/chat-window.ts'
import { root } from './files.ts'

/** Larger pictures make a slow README. */
const mostBytes = 200_000

const desktop = { width: 1180, height: 740 }
const phone = { width: 360, height: 740 }

/** Talks as people do, so that there is something to see. */
async function talk(ann: ChatWindow, ben: ChatWindow): Promise<void> {
  await ann.begin('Ben')
  await ann.say('Morning! Did the magpies wake you too?')
  await ben.open('Ann')
  await ben.say('At five. They sat on the balcony and argued about a spoon.')
  await ann.message('argued about a spoon').waitFor()
  await ann.act('argued about a spoon', '😂')
  await ben.attach('balcony.png', 'image/png', await painting(ben.page))
  await ben.say('Found the culprit')
  await ann.message('Found the culprit').waitFor()
  await ann.act('Found the culprit', 'Reply')
  await ann.say('That one owes me an earring. See https://en.wikipedia.org/wiki/Magpie')
  await ben.message('owes me an earring').waitFor()
  await ann.attach('minutes.pdf', 'application/pdf', Buffer.alloc(184_320, 'x'))
  await ann.say('The minutes of last week, before I forget')
  await ben.message('before I forget').waitFor()
  await ben.say('Thanks, I read them on the train')
  await ann.message('on the train').waitFor()
}

async function group(ann: ChatWindow, ben: ChatWindow, cleo: ChatWindow): Promise<void> {
  await ann.makeGroup('Weekend hike', 'Ben, Cleo')
  await ann.say('Saturday, eight o’clock at the station?')
  await cleo.open('Weekend hike')
  await cleo.say('I bring the thermos.')
  await ben.open('Weekend hike')
  await ben.act('I bring the thermos.', '❤️')
  await ben.say('Half past eight, and I bring cake.')
  await ann.message('I bring cake').waitFor()
}

/** A picture that nobody owns: a bird in front of the morning. */
async function painting(page: Page): Promise<Buffer> {
  const url = await page.evaluate(() => {
    const canvas = document.createElement('canvas')
    canvas.width = 640
    canvas.height = 400
    const to = canvas.getContext('2d') as CanvasRenderingContext2D
    const sky = to.createLinearGradient(0, 0, 0, 400)
    for (const [at, colour] of [
      [0, '#27486b'],
      [0.55, '#e59a7c'],
      [1, '#f6d8a8'],
    ] as const)
      sky.addColorStop(at, colour)
    to.fillStyle = sky
    to.fillRect(0, 0, 640, 400)
    to.fillStyle = '#ffe9c4'
    to.beginPath()
    to.arc(470, 285, 46, 0, 7)
    to.fill()
    to.fillStyle = '#20313a'
    to.fillRect(0, 330, 640, 70)
    for (let x = 20; x < 640; x += 44) to.fillRect(x, 262, 9, 70)
    to.fillRect(0, 254, 640, 11)
    to.fillStyle = '#10181d'
    to.beginPath()
    to.ellipse(230, 214, 66, 36, -0.25, 0, 7)
    to.ellipse(292, 178, 25, 22, 0, 0, 7)
    to.moveTo(176, 226)
    to.lineTo(52, 262)
    to.lineTo(184, 248)
    to.moveTo(312, 172)
    to.lineTo(350, 184)
    to.lineTo(310, 188)
    to.fill()
    to.fillStyle = '#f4f4ef'
    to.beginPath()
    to.ellipse(244, 226, 36, 18, -0.25, 0, 7)
    to.fill()
    return canvas.toDataURL('image/png')
  })
  return Buffer.from(url.slice(url.indexOf(',') + 1), 'base64')
}

async function take(page: Page, name: string): Promise<void> {
  const path = join(root, 'docs', 'images', `chat-${name}.png`)
  await page.bringToFront()
  await page.waitForTimeout(400)
  await page.screenshot({ path, animations: 'disabled' })
  const { size } = statSync(path)
  console.log(`${path} ${Math.round(size / 1000)} kB`)
  if (size > mostBytes) throw new Error(`${path} has more than ${mostBytes} bytes`)
}

async function main(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'magpie-pictures-'))
  const config = parseConfig('listen: { port: 0 }\nstore: memory\nlimits: off\nlog: error\n', 'pictures')
  const server = await start(config, findAccounts(config).accounts)
  const context = await launchChromium(folder, { viewport: desktop, locale: 'en-GB', timezoneId: 'UTC' })
  try {
    const url = `http://127.0.0.1:${server.listening.port}`
    const ann = await openChatWindow(context, url, 'Ann')
    const ben = await openChatWindow(context, url, 'Ben')
    const cleo = await openChatWindow(context, url, 'Cleo')
    await group(ann, ben, cleo)
    await talk(ann, ben)
    await cleo.begin('Ann')
    await cleo.say('Can you send me the map?')
    await cleo.say('No hurry')
    await ann.page.getByText('No hurry').waitFor()
    await ann.page.emulateMedia({ colorScheme: 'light' })
    await take(ann.page, 'light')
    await ben.open('Weekend hike')
    await ben.page.emulateMedia({ colorScheme: 'dark' })
    await take(ben.page, 'dark')
    await ann.page.setViewportSize(phone)
    await take(ann.page, 'phone')
  } finally {
    await context.close()
    await server.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

if (import.meta.main) {
  new Command('chat-pictures')
    .description('Talks on the chat page in a real browser and takes the pictures of the documentation.')
    .addHelpText('after', '\nExample:\n  npm run chat:pictures')
    .parse()
  await main()
}
