import type { BrowserContext, Locator, Page } from 'playwright-core'

/** One window of the chat page, and what a person does in it. */
export interface ChatWindow {
  page: Page
  /** Begins a chat with somebody who was here before. */
  begin(name: string): Promise<void>
  makeGroup(name: string, members: string): Promise<void>
  /** Opens a conversation of the list. */
  open(title: string): Promise<void>
  say(text: string): Promise<void>
  attach(name: string, mimeType: string, buffer: Buffer): Promise<void>
  /** The message that holds a text. */
  message(text: string): Locator
  /** Takes an entry of a message's menu. */
  act(text: string, entry: string): Promise<void>
  /** The texts of the messages, in the order in which they stand there. */
  texts(): Promise<string[]>
}

/** Opens the chat page as somebody. */
export async function openChatWindow(context: BrowserContext, url: string, name: string): Promise<ChatWindow> {
  const page = await context.newPage()
  await page.goto(`${url}/chat`)
  await page.getByLabel('What are you called?').fill(name)
  await page.getByRole('button', { name: 'Come in' }).click()
  await page.getByRole('button', { name: `You are ${name}` }).waitFor()
  return drive(page)
}

function drive(page: Page): ChatWindow {
  const field = page.getByRole('textbox', { name: 'Message', exact: true })
  const message = (text: string) => page.locator('.line', { hasText: text }).last()

  async function begins(entry: string) {
    await page.getByRole('button', { name: 'New chat or group' }).click()
    await page.getByRole('menuitem', { name: entry }).click()
  }

  return {
    page,
    message,
    async begin(name) {
      await begins('New chat')
      await page.getByLabel('With whom?').fill(name)
      await page.getByRole('button', { name: 'Begin' }).click()
      await page.getByRole('heading', { name, level: 1 }).waitFor()
    },
    async makeGroup(name, members) {
      await begins('New group')
      await page.getByLabel('Name of the group').fill(name)
      await page.getByRole('textbox', { name: 'Members' }).fill(members)
      await page.getByRole('button', { name: 'Make it' }).click()
      await page.getByRole('heading', { name, level: 1 }).waitFor()
    },
    async open(title) {
      await page.locator('.conversations button', { has: page.locator('.name', { hasText: title }) }).click()
      await page.getByRole('heading', { name: title, level: 1 }).waitFor()
    },
    async say(text) {
      await field.fill(text)
      await field.press('Enter')
    },
    async attach(name, mimeType, buffer) {
      await page.locator('input[type=file]').setInputFiles({ name, mimeType, buffer })
    },
    async act(text, entry) {
      await message(text).hover()
      await message(text).getByRole('button', { name: 'Actions' }).click()
      await page.getByRole('menuitem', { name: entry, exact: true }).click()
    },
    texts: () => page.locator('.line .text, .line .gone').allTextContents(),
  }
}
