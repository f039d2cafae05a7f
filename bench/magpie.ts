import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import Database from 'better-sqlite3'
import { Api } from 'tls-sig-api-v2'
import { type Subject, startSubject } from './processes.ts'

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url))

/** A Magpie server under measurement, with a data folder of its own. */
export interface Magpie extends Subject {
  sdkappid: number
  /** Calls an operation of the Tencent API as the administrator; throws unless it succeeds. */
  call(command: string, body: object): Promise<Record<string, unknown>>
  /** The path and query of an operation, signed. */
  path(command: string): string
  userSig(user: string): string
  /** A value of /metrics. */
  metric(name: string): Promise<number>
  /** Stops the server, counts the messages on disk and removes the folder. */
  finish(): Promise<{ stored: number }>
}

const app = { id: 1400000001, secretKey: 'bench-'.repeat(8) }

/** One app with these back ends. */
function accounts(webhooks: object[]): string {
  const own = { id: app.id, tencent: { secretKey: app.secretKey }, webhooks }
  return `accounts: ${JSON.stringify([{ id: 1, apps: [own] }])}\n`
}

/** Starts a server with the durability that was asked for and no rate limits. */
export async function startMagpie(durability: 'full' | 'relaxed', webhooks: object[] = []): Promise<Magpie> {
  const folder = mkdtempSync(join(tmpdir(), 'magpie-bench-'))
  const config = join(folder, 'magpie.yaml')
  const data = join(folder, 'data')
  writeFileSync(
    config,
    `listen: { port: 0 }\nstore: "sqlite:${data}"\ndurability: ${durability}\nlimits: off\nlog: ${process.env.MAGPIE_LOG ?? 'error'}\n${accounts(webhooks)}`,
  )
  const subject = await startSubject(main, { MAGPIE_CONFIG: config })
  const signer = new Api(app.id, app.secretKey)
  const adminSig = signer.genSig('administrator', 86_400)
  const path = (command: string) =>
    `/v4/${command}?sdkappid=${app.id}&identifier=administrator&usersig=${adminSig}&random=1234567&contenttype=json`
  return {
    ...subject,
    sdkappid: app.id,
    path,
    userSig: user => signer.genSig(user, 86_400),
    async call(command, body) {
      const reply = await fetch(`http://127.0.0.1:${subject.port}${path(command)}`, {
        method: 'POST',
        body: JSON.stringify(body),
      })
      const answer = (await reply.json()) as Record<string, unknown>
      if (answer.ErrorCode !== 0) throw new Error(`${command}: ${JSON.stringify(answer)}`)
      return answer
    },
    async metric(name) {
      const text = await (await fetch(`http://127.0.0.1:${subject.port}/metrics`)).text()
      return Number(new RegExp(`^${name} (.*)$`, 'm').exec(text)?.[1])
    },
    async finish() {
      await subject.stop()
      const db = new Database(join(data, 'magpie.db'), { readonly: true })
      const { stored } = db.prepare('select count(*) as stored from messages').get() as { stored: number }
      db.close()
      rmSync(folder, { recursive: true, force: true })
      return { stored }
    },
  }
}

/** Imports so many users named after a prefix. */
export async function importUsers(server: Magpie, prefix: string, count: number): Promise<string[]> {
  const users = Array.from({ length: count }, (_, i) => `${prefix}${i}`)
  for (let at = 0; at < count; at += 100)
    await server.call('im_open_login_svc/multiaccount_import', { Accounts: users.slice(at, at + 100) })
  return users
}
