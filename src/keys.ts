import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse, stringify } from 'yaml'
import { accountsOf, accountsSchema, type Config, ConfigError, dataFolder } from './config.ts'
import type { Account } from './core/apps/model.ts'

/** Where the first start keeps the accounts that it made. */
export function keysFile(config: Config): string | undefined {
  const folder = dataFolder(config)
  return folder && join(folder, 'keys.yaml')
}

/**
 * The accounts of a server: those of the configuration, else those of the data folder, else one account with one app
 * that is made now and kept there. `fresh` when it was made now.
 */
export function findAccounts(config: Config): { accounts: Account[]; fresh: boolean } {
  if (config.accounts) return { accounts: accountsOf(config.accounts), fresh: false }
  const file = keysFile(config)
  if (file && existsSync(file)) return { accounts: accountsOf(readKeys(file)), fresh: false }
  const made = makeAccount()
  if (file) {
    mkdirSync(dataFolder(config) as string, { recursive: true, mode: 0o700 })
    const text = stringify({ accounts: [made] })
    writeFileSync(file, `# Made at the first start. Move it into magpie.yaml to change it.\n${text}`, { mode: 0o600 })
  }
  return { accounts: accountsOf(accountsSchema.parse({ accounts: [made] }).accounts), fresh: true }
}

function readKeys(file: string) {
  const parsed = accountsSchema.safeParse(parse(readFileSync(file, 'utf8')))
  if (parsed.success) return parsed.data.accounts
  const issue = parsed.error.issues[0]
  throw new ConfigError(`${file}: ${issue?.path.join('.')}: ${issue?.message}`)
}

/** Credentials in each vendor's usual shape. */
function makeAccount() {
  const hex = (bytes: number) => randomBytes(bytes).toString('hex')
  return {
    id: 2100000001,
    name: 'main',
    keys: [
      {
        accessKeyId: `AKLT${randomBytes(24).toString('base64url')}`,
        secretAccessKey: Buffer.from(hex(20)).toString('base64'),
      },
    ],
    apps: [
      {
        id: 1400000001,
        name: 'demo',
        home: 'tencent',
        tencent: { secretKey: hex(32), admins: ['administrator'] },
        netease: { appKey: hex(16), appSecret: hex(6) },
        volcengine: { rtcAppId: hex(12), rtcAppKey: hex(16) },
      },
    ],
  }
}
