import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { stringify } from 'yaml'
import { accountsOf, accountsSchema, type Config, ConfigError, dataFolder, parseConfig } from './config.ts'
import type { Account } from './core/apps/model.ts'

/** Where the first start keeps the accounts that it made. */
export function keysFile(config: Config): string | undefined {
  const folder = dataFolder(config)
  return folder && join(folder, 'keys.yaml')
}

/**
 * The accounts of a server: those of the configuration, else those of the data folder, else one account with one app
 * that is made now and kept there. `fresh` when it was made now. ConfigError for a file that cannot be used.
 */
export function findAccounts(config: Config): { accounts: Account[]; fresh: boolean } {
  if (config.accounts) return { accounts: accountsOf(config.accounts), fresh: false }
  const file = keysFile(config)
  const kept = file && readKeys(file)
  if (kept) return { accounts: kept, fresh: false }
  const accounts = [makeAccount()]
  // Another process may have been faster: what it keeps there holds.
  const other = file && !keep(file, stringify({ accounts })) ? readKeys(file) : undefined
  if (other) return { accounts: other, fresh: false }
  return { accounts: accountsOf(accountsSchema.parse({ accounts }).accounts), fresh: true }
}

/** Whether the file was made now; false when it was there. */
function keep(file: string, text: string): boolean {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
  const comment = '# Made at the first start. Move it into magpie.yaml to change it.\n'
  try {
    writeFileSync(file, comment + text, { mode: 0o600, flag: 'wx' })
    return true
  } catch (error) {
    if ((error as { code?: string }).code === 'EEXIST') return false
    throw error
  }
}

function readKeys(file: string): Account[] | undefined {
  if (!existsSync(file)) return undefined
  const { accounts } = parseConfig(readFileSync(file, 'utf8'), file)
  if (!accounts) throw new ConfigError(`${file}:1: accounts are missing; without this file new ones are made`)
  return accountsOf(accounts)
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
        native: { secret: hex(32) },
      },
    ],
  }
}
