import { existsSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import ipaddr from 'ipaddr.js'
import { isMap, isNode, isPair, LineCounter, type Node, parseDocument } from 'yaml'
import { z } from 'zod'
import type { Account } from './core/apps/model.ts'

const port = z.int().min(0).max(65535)
const id = z.int().positive().max(Number.MAX_SAFE_INTEGER)
const secret = z.string().min(1)
const address = z.string().refine(isAddress, 'expected an IP address or a range such as 10.0.0.0/8')
const rate = z.union([
  z.literal('off'),
  z.strictObject({ calls: z.int().positive(), seconds: z.number().positive(), block: z.number().min(0).optional() }),
])

const app = z.strictObject({
  id: id.max(2 ** 31 - 1).describe("Tencent's sdkappid and Volcengine IM's AppId"),
  name: z.string().default('').describe('for people'),
  home: z
    .enum(['tencent', 'netease', 'volcengine'])
    .default('tencent')
    .describe('the dialect whose before-hooks decide'),
  tencent: z
    .strictObject({
      secretKey: secret.describe('signs and checks UserSigs'),
      admins: z.array(z.string().min(1)).default(['administrator']).describe('accounts that may call the server API'),
    })
    .optional()
    .describe('credentials for /v4/…'),
  netease: z
    .strictObject({ appKey: secret.describe('names the app'), appSecret: secret.describe('makes the CheckSum') })
    .optional()
    .describe('credentials for /nimserver/…'),
  volcengine: z
    .strictObject({
      rtcAppId: secret.describe("Volcengine RTC's AppId"),
      rtcAppKey: secret.describe('signs app tokens'),
    })
    .optional()
    .describe('credentials besides the account keys'),
  ipAllowList: z.array(address).default([]).describe('addresses that may call the server API; empty = everybody'),
  disabled: z.boolean().default(false).describe('refuses every call and sign-in'),
})

const account = z.strictObject({
  id: id.describe('number of the account'),
  name: z.string().default('').describe('for people'),
  keys: z
    .array(
      z.strictObject({
        accessKeyId: secret.describe('AK'),
        secretAccessKey: secret.describe('SK'),
        subUser: z
          .strictObject({
            name: z.string().min(1).describe('name of the sub-user'),
            actions: z
              .array(z.string().min(1))
              .default([])
              .describe('actions it may call; * at the end stands for any'),
          })
          .optional()
          .describe('makes the key one of a sub-user, with just these rights'),
      }),
    )
    .default([])
    .describe('access keys (AK/SK), any number'),
  apps: z.array(app).default([]).describe('the apps of the account'),
})

/** Every key of `magpie.yaml`, with its default and what it is for; `docs/configuration.md` is generated from it. */
export const schema = z.strictObject({
  listen: z
    .strictObject({
      host: z.string().default('127.0.0.1').describe('address to listen on; 0.0.0.0 = all'),
      port: port.default(8750).describe('port of all dialects; 0 = any free one'),
    })
    .prefault({})
    .describe('where to listen'),
  tls: z
    .strictObject({
      port: port.default(8751).describe('port for https and wss'),
      selfSigned: z.boolean().default(false).describe('makes a certificate for development in the data folder'),
      cert: z.string().optional().describe('file with the certificate chain (PEM)'),
      key: z.string().optional().describe('file with its key (PEM)'),
    })
    .refine(tls => tls.selfSigned || (tls.cert && tls.key), 'needs selfSigned: true, or both cert and key')
    .optional()
    .describe('a second port with TLS; some vendor SDKs only speak https'),
  store: z
    .string()
    .regex(/^(sqlite:.+|memory)$/, 'expected sqlite:<folder> or memory')
    .default('sqlite:./data')
    .describe('sqlite:<folder> keeps everything in that folder; memory forgets it at the end'),
  durability: z
    .enum(['full', 'relaxed'])
    .default('full')
    .describe('full = on disk before the answer; relaxed may lose the last moments when the power goes'),
  limits: z
    .union([z.literal('vendor'), z.literal('off'), z.record(z.string(), rate)])
    .default('vendor')
    .describe('rate limits: as the vendors have them, none, or overrides by <dialect> or <dialect>/<operation>'),
  trustProxy: z.array(address).default([]).describe('proxies whose X-Forwarded-For is believed'),
  log: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info').describe('how much to say'),
  accounts: z.array(account).optional().describe('accounts and their apps; made at the first start when absent'),
})

/** The whole configuration, with its defaults. */
export type Config = z.output<typeof schema>

/** A configuration that cannot be used; the message names file and line. */
export class ConfigError extends Error {
  override name = 'ConfigError'
}

/**
 * Reads the configuration: the file named by MAGPIE_CONFIG (or `magpie.yaml`, if there is one), then the environment,
 * then defaults. A wrong key or value is a ConfigError with its line.
 */
export function readConfig(env: Record<string, string | undefined>): Config {
  const named = env.MAGPIE_CONFIG
  const file = named ?? 'magpie.yaml'
  if (named && !existsSync(named)) throw new ConfigError(`${named}: there is no such file (MAGPIE_CONFIG)`)
  return parseConfig(existsSync(file) ? readText(file) : '', file, env)
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    throw new ConfigError(`${file}: cannot be read: ${(error as Error).message}`)
  }
}

/** `readConfig` on a text. */
export function parseConfig(text: string, file: string, env: Record<string, string | undefined> = {}): Config {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false })
  const broken = document.errors[0]
  if (broken) throw new ConfigError(`${file}:${lines.linePos(broken.pos[0]).line}: ${broken.message}`)
  const given = document.toJS() ?? {}
  const parsed = schema.safeParse(withEnvironment(given, env))
  const at = (path: readonly PropertyKey[], key?: string) => {
    const name = path.join('.')
    const variable = variables[name]
    if (variable && env[variable]) return `${variable} (${name})`
    return `${file}:${lineOf(document.contents, path, key, lines)}: ${name || 'top level'}`
  }
  if (!parsed.success) throw new ConfigError(describe(parsed.error, at))
  const repeated = repeats(parsed.data.accounts ?? [])
  if (repeated) throw new ConfigError(`${at(repeated.path)}: ${repeated.text}`)
  return parsed.data
}

/** The few things that a container sets from outside, by the key they stand for. */
const variables: Record<string, string> = {
  'listen.host': 'MAGPIE_HOST',
  'listen.port': 'MAGPIE_PORT',
  store: 'MAGPIE_STORE',
  durability: 'MAGPIE_DURABILITY',
  limits: 'MAGPIE_LIMITS',
  log: 'MAGPIE_LOG',
}

function withEnvironment(given: unknown, env: Record<string, string | undefined>): unknown {
  if (!isObject(given)) return given
  const config = { ...given }
  for (const [path, variable] of Object.entries(variables)) {
    const text = env[variable]
    if (!text) continue
    const [name, inner] = path.split('.') as [string, string?]
    const value = inner === 'port' && /^\d+$/.test(text) ? Number(text) : text
    if (!inner) config[name] = value
    else if (config[name] === undefined || isObject(config[name])) config[name] = { ...config[name], [inner]: value }
  }
  return config
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function describe(error: z.ZodError, at: (path: readonly PropertyKey[], key?: string) => string): string {
  return error.issues
    .map(issue => {
      if (issue.code === 'unrecognized_keys')
        return issue.keys.map(key => `${at([...issue.path, key], key)}: there is no such key`).join('\n')
      return `${at(issue.path)}: ${issue.message}`
    })
    .join('\n')
}

/** The line of the value at a path, or of the nearest thing around it that stands in the file. */
function lineOf(
  contents: Node | null,
  path: readonly PropertyKey[],
  key: string | undefined,
  lines: LineCounter,
): number {
  let node: unknown = contents
  let offset = 0
  for (const part of path) {
    if (!isNode(node) || !('get' in node)) break
    const pair = isMap(node) ? node.items.find(item => isPair(item) && String(item.key) === String(part)) : undefined
    const next = pair ? pair.value : (node as { get(key: unknown, keep: true): unknown }).get(part, true)
    const start = pair && isNode(pair.key) && (key === part || !isNode(next)) ? pair.key : next
    if (isNode(start) && start.range) offset = start.range[0]
    if (!isNode(next)) break
    node = next
  }
  return lines.linePos(offset).line
}

/** Ids, keys and AppKeys must be unique over all accounts, because requests name nothing else. */
function repeats(accounts: Config['accounts'] & object): { path: PropertyKey[]; text: string } | undefined {
  const seen = new Map<string, true>()
  const first = (kind: string, value: string | number, path: PropertyKey[]) => {
    const name = `${kind} ${value}`
    if (seen.has(name)) return { path, text: `${name} is there twice` }
    seen.set(name, true)
    return undefined
  }
  for (const [i, account] of accounts.entries()) {
    const found =
      first('account', account.id, ['accounts', i, 'id']) ??
      account.keys.map((key, k) => first('access key', key.accessKeyId, ['accounts', i, 'keys', k])).find(Boolean) ??
      account.apps
        .map((app, k) => {
          const path = ['accounts', i, 'apps', k]
          const appKey = app.netease && first('AppKey', app.netease.appKey, [...path, 'netease', 'appKey'])
          return first('app', app.id, [...path, 'id']) ?? appKey
        })
        .find(Boolean)
    if (found) return found
  }
  return undefined
}

function isAddress(text: string): boolean {
  return text.includes('/') ? ipaddr.isValidCIDR(text) : ipaddr.isValid(text)
}

/** The accounts of a configuration in the core's form. */
export function accountsOf(accounts: NonNullable<Config['accounts']>): Account[] {
  return accounts.map(account => ({
    id: account.id,
    name: account.name,
    keys: account.keys.map(key => ({ account: account.id, ...key })),
    apps: account.apps.map(app => ({ account: account.id, ...app })),
  }))
}

/** The folder of a store that keeps files; undefined for memory. */
export function dataFolder(config: Config): string | undefined {
  return config.store.startsWith('sqlite:') ? resolve(config.store.slice('sqlite:'.length)) : undefined
}

/** The schema of `accounts`, for the file that the first start writes. */
export const accountsSchema = z.strictObject({ accounts: z.array(account) })
