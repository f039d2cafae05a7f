import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import ipaddr from 'ipaddr.js'
import { LineCounter, parseDocument } from 'yaml'
import { z } from 'zod'
import { lineOf } from './config-lines.ts'
import { repeats } from './config-repeats.ts'
import { unheard } from './config-webhooks.ts'
import type { Account } from './core/apps/model.ts'
import { platforms } from './core/presence/platforms.ts'
import { pushProviders } from './push/settings.ts'
import type { Ids } from './webhooks/ids.ts'
import { refusedByDefault } from './webhooks/policy.ts'
import { home, webhooks } from './webhooks/settings.ts'

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
  home: home.default('tencent').describe('the dialect whose before-hooks decide; changeable while the server runs'),
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
  native: z
    .strictObject({ secret: z.string().min(32).describe('signs the tokens of end users (JWT, HS256)') })
    .optional()
    .describe("for end users without a vendor's credentials"),
  devices: z
    .strictObject({
      rule: z
        .enum(['all', 'one', 'platform', 'kind', 'sets'])
        .default('all')
        .describe('devices of a user that push each other out: none, all, those of one platform, kind or set'),
      sets: z
        .array(z.array(z.enum(platforms)).min(1))
        .default([])
        .describe('for sets: platforms that push each other out; one that stands in none is alone'),
      each: z.int().min(1).max(50).default(1).describe('how many have room beside each other all the same'),
      most: z.int().min(1).max(50).default(10).describe('how many a user has in all; the oldest gives way'),
    })
    .prefault({})
    .describe('devices of one user that may be connected at a time; a kind is mobile, desktop or web'),
  ipAllowList: z.array(address).default([]).describe('addresses that may call the server API; empty = everybody'),
  disabled: z.boolean().default(false).describe('refuses every call and sign-in'),
  webhooks: webhooks.default([]).describe('back ends that are asked and told; changeable while the server runs'),
  push: pushProviders.default([]).describe('who brings word of messages to devices that are away'),
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
  webhooks: z
    .strictObject({
      refuse: z
        .array(address)
        .default(refusedByDefault)
        .describe('address ranges to which no webhook or push goes: link-local and cloud metadata by default'),
    })
    .prefault({})
    .describe('what holds for the webhooks of all apps'),
  files: z
    .strictObject({
      most: z
        .int()
        .positive()
        .default(100 * 1024 * 1024)
        .describe('the largest file that a user may hand in, in bytes'),
      url: z
        .url({ protocol: /^https?$/ })
        .transform(url => url.replace(/\/+$/, ''))
        .optional()
        .describe(
          'where this server is for everybody, for the addresses of files; by default as the uploader reached it',
        ),
    })
    .prefault({})
    .describe('pictures and other files of end users'),
  chat: z
    .strictObject({
      demo: z
        .boolean()
        .optional()
        .describe(
          'the chat page at /chat, on which everybody is who they say they are; by default only where nobody else comes: with a loopback host, accounts of the first start and no proxy',
        ),
    })
    .prefault({})
    .describe('a chat in the browser, to try the server out'),
  operator: z
    .string()
    .min(1)
    .optional()
    .describe("socket at which the operator's commands reach the server; operator.sock in the data folder by default"),
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
 * then defaults. A wrong key or value is a ConfigError with its line. `ids`: what webhooks can be told of; not judged
 * without.
 */
export function readConfig(env: Record<string, string | undefined>, ids?: Ids): Config {
  const named = env.MAGPIE_CONFIG
  const file = named ?? 'magpie.yaml'
  if (named && !existsSync(named)) throw new ConfigError(`${named}: there is no such file (MAGPIE_CONFIG)`)
  return parseConfig(existsSync(file) ? readText(file) : '', file, env, ids)
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    throw new ConfigError(`${file}: cannot be read: ${(error as Error).message}`)
  }
}

/** `readConfig` on a text. */
export function parseConfig(
  text: string,
  file: string,
  env: Record<string, string | undefined> = {},
  ids: Ids = new Map(),
): Config {
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
  const accounts = parsed.data.accounts ?? []
  const wrong = repeats(accounts) ?? unheard(accounts, ids)
  if (wrong) throw new ConfigError(`${at(wrong.path, String(wrong.path.at(-1)))}: ${wrong.text}`)
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

/** The socket for the operator's commands; undefined when there is neither a data folder nor a path for it. */
export function operatorPath(config: Config): string | undefined {
  const folder = dataFolder(config)
  return config.operator === undefined ? folder && join(folder, 'operator.sock') : resolve(config.operator)
}

/** The schema of `accounts`, for the file that the first start writes. */
export const accountsSchema = z.strictObject({ accounts: z.array(account) })
