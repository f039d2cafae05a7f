import { afterEach, describe, expect, test } from 'vitest'
import { openReceiver, type Receiver } from '../../scripts/receiver/receiver.ts'
import { refusedByDefault } from '../../src/webhooks/policy.ts'
import { type Outcome, openPoster, type Poster } from '../../src/webhooks/post.ts'
import { openPosterThread } from '../../src/webhooks/poster.ts'
import { after, before, startSetting, until } from './setting.ts'

const stops: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop()
})

async function receiver(): Promise<Receiver> {
  const made = await openReceiver({ host: '127.0.0.1' })
  stops.push(made.stop)
  return made
}

/** Both ways in which requests leave: questions, and what is told. */
function posters(refused: readonly string[]): Poster[] {
  const both = [openPoster(refused), openPosterThread(refused)]
  stops.push(...both.map(each => () => each.close()))
  return both
}

const post = (poster: Poster, url: string): Promise<Outcome> =>
  poster.post({ url, headers: {}, body: '{}', timeout: 20_000 })

const refusal = { failure: 'down', text: expect.stringMatching(/^EREFUSEDBYPOLICY: address refused by policy: /) }

describe('[WH28] addresses to which no request goes', () => {
  test('are those of metadata services and of the link, in every spelling, unless the operator says otherwise', async () => {
    const hosts = [
      ...['169.254.169.254', '169.254.0.1', '0xa9fea9fe', '2852039166', '0251.0376.0251.0376', '169.254.43518'],
      ...['[fe80::1]', '[::ffff:169.254.169.254]', '[::ffff:a9fe:a9fe]', '[64:ff9b::a9fe:a9fe]', '[fd00:ec2::254]'],
      ...['100.100.100.200', '192.0.0.192', '0.0.0.0', '[::]', '224.0.0.1', '255.255.255.255', '169.254.169.254.'],
    ]
    for (const poster of posters(refusedByDefault))
      for (const host of hosts) {
        const began = performance.now()
        expect(await post(poster, `http://${host}/latest/meta-data`), host).toEqual(refusal)
        // It was not even tried.
        expect(performance.now() - began, host).toBeLessThan(5000)
      }
  })

  test('are those that the operator names, also where a name leads there; and no others', async () => {
    const { url, port, received } = await receiver()
    for (const poster of posters(['127.0.0.0/8', '::1/128']))
      for (const host of ['127.0.0.1', 'localhost', 'LOCALHOST', '127.1', '2130706433', '[::1]', '[::ffff:127.0.0.1]'])
        expect(await post(poster, `http://${host}:${port}/`), host).toEqual(refusal)
    expect(received).toEqual([])
    for (const poster of [...posters(refusedByDefault), ...posters(['10.0.0.0/8'])])
      for (const each of [url, `http://localhost:${port}`])
        expect(await post(poster, each)).toMatchObject({ answer: { status: 400 } })
    expect(received).toHaveLength(8)
  })

  test('in a server: a question is silence, and events wait as for somebody who is not there', async () => {
    const url = 'http://169.254.169.254/latest'
    const setting = await startSetting({ url, on: [before, after], silence: 'refuse' })
    stops.push(setting.stop)
    const { server, app, say } = setting
    expect(await say('u_1', 'u_2', 'hello')).toMatchObject({ ErrorCode: 80003 })
    await say('u_1', 'u_2', 'unasked', { ForbidCallbackControl: ['ForbidBeforeSendMsgCallback'] })
    await until(async () => (await server.webhooks.standing(app.id))[0]?.down === true)
    expect(await server.webhooks.standing(app.id)).toMatchObject([{ waiting: 1, parked: 0 }])
  })
})
