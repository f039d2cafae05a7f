import { existsSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { root } from '../../scripts/files.ts'
import { openReceiver, type Receiver } from '../../scripts/receiver/receiver.ts'
import { readStoryKeys } from '../../scripts/story-server.ts'
import { openVendors } from '../../scripts/story-vendors.ts'
import { type Launched, makePlace, type Place } from './launch.ts'

const after = 'C2C.CallbackAfterSendMsg'
const id = '1400000001'

let place: Place
let receiver: Receiver
let server: Launched
let url: string

beforeEach(async () => {
  place = makePlace()
  receiver = await openReceiver({ secrets: { tencent: 'to ken' } })
})

afterEach(async () => {
  await place.clean()
  await receiver.stop()
})

async function start(): Promise<void> {
  server = place.launch()
  ;[url = ''] = await server.ready
}

async function stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<number> {
  const began = Date.now()
  server.process.kill(signal)
  expect(await server.ended, server.err()).toBe(signal === 'SIGKILL' ? signal : 0)
  return Date.now() - began
}

/** The operator's command, in the folder of the server. */
async function webhooks(...args: string[]) {
  const node = [process.execPath, '--disable-warning=ExperimentalWarning']
  const launched = place.launch({ through: [...node, join(root, 'scripts/webhooks.ts')], args })
  return { code: await launched.ended, out: launched.out(), err: launched.err() }
}

const set = (...more: string[]) =>
  webhooks('set', id, 'mine', '--kind', 'tencent', '--url', receiver.url, '--on', after, '--secret', 'to ken', ...more)

async function say(text: string): Promise<void> {
  const { tencent } = openVendors(url, readStoryKeys(place.folder))
  const AccountList = [{ UserID: 'u_1' }, { UserID: 'u_2' }]
  await tencent('im_open_login_svc/multiaccount_import', { AccountList })
  const MsgBody = [{ MsgType: 'TIMTextElem', MsgContent: { Text: text } }]
  const MsgRandom = Math.floor(Math.random() * 2 ** 31)
  await tencent('openim/sendmsg', { From_Account: 'u_1', To_Account: 'u_2', MsgRandom, MsgBody })
}

const textOf = (body: Record<string, unknown>) =>
  (body.MsgBody as { MsgContent: { Text: string } }[])[0]?.MsgContent.Text

describe('the operator', () => {
  test('[OP4] sets a webhook while the server runs; it is told at once, and after a restart', async () => {
    await start()
    expect(statSync(join(place.folder, 'data', 'operator.sock')).mode & 0o777).toBe(0o600)
    expect(await webhooks('list')).toEqual({ code: 0, out: 'no app has a webhook\n', err: '' })
    expect(await set()).toEqual({ code: 0, out: `mine of app ${id} is there, and stays so until "reset"\n`, err: '' })
    await say('hello')
    expect(await receiver.next(after)).toMatchObject({ verified: 'good', body: { From_Account: 'u_1' } })
    await stop()
    expect(existsSync(join(place.folder, 'data', 'operator.sock'))).toBe(false)

    await start()
    const { out } = await webhooks('list')
    expect(out).toContain(`1400000001  mine  tencent  ${receiver.url}  ${after}`)
    await say('again')
    expect(textOf((await receiver.next(after)).body)).toBe('again')
    await stop('SIGKILL')

    await start()
    expect((await webhooks('remove', id, 'mine')).code).toBe(0)
    expect((await webhooks('list', '--json')).out).toContain('"webhooks": []')
    await webhooks('home', id, 'netease')
    expect((await webhooks('show', id)).out).toBe(
      `app ${id} (demo): home netease (changed at run time), 0 webhooks (changed at run time)\n`,
    )
    expect((await webhooks('reset', id)).out).toBe(
      `app ${id} (demo): home tencent (as configured), 0 webhooks (as configured)\n`,
    )
  })

  test('[OP7] finds what was set aside, why, and has it told again; [OP8] metrics show it', async () => {
    receiver.answer('*: fail 500')
    await start()
    await set('--tries', '1')
    await say('bad')
    await receiver.next(after)
    const parked = async () => (await webhooks('parked', id, 'mine')).out
    await expect.poll(parked, { timeout: 10_000 }).toContain('status 500')
    expect(await parked()).toMatch(
      /^set aside .*\n\S+Z +\d +1 +1 +message\.sent of \S+Z \(p?c?[^)]+\) +status 500: *\n$/,
    )
    const { out } = await webhooks('show', id, 'mine')
    expect(out).toContain('mine: 0 waiting, 1 parked, ok\n')
    expect(out).toContain('  secret: …\n')
    expect(out).not.toContain('to ken')
    const metrics = await (await fetch(`${url}/metrics`)).text()
    expect(metrics).toContain(`\nmagpie_webhook_parked{app="${id}",target="mine"} 1\n`)
    expect(metrics).toContain(`\nmagpie_webhook_waiting{app="${id}",target="mine"} 0\n`)
    expect(metrics).toContain(`\nmagpie_webhook_down{app="${id}",target="mine"} 0\n`)
    expect(metrics).toContain('\nmagpie_webhook_request_seconds_count{kind="tencent",outcome="refused"} 1\n')

    receiver.answer()
    expect(await webhooks('redrive', id, 'mine')).toMatchObject({ code: 0, out: '1 event is told again\n' })
    const told = await receiver.next(after)
    expect(textOf(told.body)).toBe('bad')
    expect(told.headers['x-magpie-redriven']).toBe('1')
    await expect.poll(parked, { timeout: 10_000 }).toBe('nothing is set aside\n')
    await expect
      .poll(async () => (await fetch(`${url}/metrics`)).text(), { timeout: 5000 })
      .toContain(`\nmagpie_webhook_parked{app="${id}",target="mine"} 0\n`)
    await webhooks('remove', id, 'mine')
    await expect
      .poll(async () => (await fetch(`${url}/metrics`)).text(), { timeout: 5000 })
      .not.toContain('target="mine"')
  })

  test('[OP3] changes a part of the settings, and takes all of them from a file', async () => {
    await start()
    await set()
    expect(await webhooks('set', id, 'mine', '--timeout', '700')).toMatchObject({ code: 0, err: '' })
    await say('still signed')
    expect(await receiver.next(after)).toMatchObject({ verified: 'good' })
    const settings = async () => JSON.parse((await webhooks('show', id, 'mine', '--json')).out).webhooks[0].settings
    expect(await settings()).toMatchObject({ timeout: 700, on: [after], secret: '…' })
    writeFileSync(join(place.folder, 'webhook.yaml'), `- kind: tencent\n  url: ${receiver.url}\n  silence: refuse\n`)
    await webhooks('set', id, 'mine', '--file', 'webhook.yaml', '--tries', '3')
    expect(await settings()).toMatchObject({ timeout: 2000, on: ['*'], silence: 'refuse', tries: 3 })
    expect(await settings()).not.toHaveProperty('secret')
    expect(await webhooks('set', id, 'mine', '--on', `${after},nobody`)).toMatchObject({ code: 1, out: '' })
    expect(await settings()).toMatchObject({ on: ['*'] })
  })

  test('[OP5] is told in one line what cannot be', async () => {
    await start()
    const refused = async (args: string[], said: string) =>
      expect(await webhooks(...args)).toEqual({ code: 1, out: '', err: `webhooks: ${said}\n` })
    await refused(['show', '5'], `there is no app 5; there are ${id}`)
    await refused(['show', id, 'x'], `app ${id} has no webhook "x"`)
    await refused(['redrive', id, 'x'], `app ${id} has no webhook "x"; it has none`)
    await refused(['set', id, 'x', '--kind', 'tencent', '--url', 'nowhere'], 'url: expected an http or https URL')
    writeFileSync(join(place.folder, 'webhook.yaml'), '- a\n- b\n')
    const file = ['set', id, 'x', '--file', 'webhook.yaml']
    await refused(file, 'webhook.yaml: expected one webhook, as in magpie.yaml')
  })

  test('[OP9] hears in one line that no server runs', async () => {
    const socket = join(place.folder, 'data', 'operator.sock')
    const nobody = `webhooks: no server is running with this configuration (nobody at ${socket})\n`
    expect(await webhooks('list')).toEqual({ code: 1, out: '', err: nobody })
    await start()
    await stop('SIGKILL')
    expect(await webhooks('list')).toEqual({ code: 1, out: '', err: nobody })
    place.configure('store: memory\n')
    expect(await webhooks('list')).toMatchObject({ code: 1, err: expect.stringContaining('"operator"') })
    place.configure('stoer: memory\n')
    expect(await webhooks('list')).toMatchObject({ code: 1, err: expect.stringMatching(/^webhooks: magpie\.yaml:1: /) })
  })

  test('[OP2] reaches a server without a folder at the socket that the configuration names', async () => {
    place.configure('listen: { port: 0 }\nstore: memory\noperator: run.sock\n')
    await start()
    expect(await webhooks('list')).toMatchObject({ code: 0 })
    const second = place.launch()
    expect(await second.ended).toBe(1)
    expect(second.err()).toBe(`magpie: operator: another process listens at ${join(place.folder, 'run.sock')}\n`)
    place.configure(`listen: { port: 0 }\nstore: memory\noperator: ${'x'.repeat(101)}\n`)
    const third = place.launch()
    await third.ready
    expect(third.out()).toContain("there is no operator's socket")
  })

  test('[OP10] a server that stops does not wait for back ends; what had no answer is told afterwards', async () => {
    receiver.answer('*: delay 60000')
    await start()
    await set('--timeout', '50000')
    await say('late')
    const first = await receiver.next(after)
    expect(await stop()).toBeLessThan(5000)
    receiver.answer()
    await start()
    const second = await receiver.next(after)
    expect(textOf(second.body)).toBe('late')
    expect(second.headers['x-magpie-event-id']).toBe(first.headers['x-magpie-event-id'])
  })
})
