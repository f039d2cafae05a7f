import { join, resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import { accountsOf, operatorPath, parseConfig } from './config.ts'
import type { Ids } from './webhooks/ids.ts'

const whole = `
listen: { host: 127.0.0.1, port: 8750 }
tls: { port: 8751, selfSigned: true }
store: sqlite:./data
durability: full
limits: vendor
trustProxy: [10.0.0.0/8]
accounts:
  - id: 2100000001
    name: main
    keys: [{ accessKeyId: AKLT1, secretAccessKey: s }]
    apps:
      - id: 1400000001
        name: demo
        home: tencent
        tencent: { secretKey: abc, admins: [administrator] }
        netease: { appKey: k, appSecret: s }
        volcengine: { rtcAppId: r, rtcAppKey: k }
        ipAllowList: []
        disabled: false
        webhooks:
          - { kind: tencent, url: https://example.com/im, secret: s, on: [C2C.CallbackBeforeSendMsg] }
          - name: copies
            kind: netease-copy
            url: http://127.0.0.1:8760
            urls: { test: http://127.0.0.1:8761 }
            timeout: 500
webhooks: { refuse: [169.254.0.0/16] }
operator: run.sock
`

describe('configuration', () => {
  test('[CF1] an empty file is all defaults', () => {
    const config = parseConfig('', 'magpie.yaml')
    expect(config).toMatchObject({
      listen: { host: '127.0.0.1', port: 8750 },
      store: 'sqlite:./data',
      durability: 'full',
    })
    expect(config.accounts).toBeUndefined()
  })

  test('[CF1] every documented key is read', () => {
    const config = parseConfig(whole, 'magpie.yaml')
    expect(accountsOf(config.accounts ?? [])[0]).toMatchObject({
      id: 2100000001,
      keys: [{ account: 2100000001, accessKeyId: 'AKLT1' }],
      apps: [{ account: 2100000001, id: 1400000001, home: 'tencent' }],
    })
    const usual = { silence: 'pass', tries: 8, concurrency: 16, templates: {} }
    expect(config.accounts?.[0]?.apps[0]?.webhooks).toEqual([
      {
        ...{ ...usual, name: 'tencent', kind: 'tencent', url: 'https://example.com/im', urls: {}, timeout: 2000 },
        ...{ secret: 's', on: ['C2C.CallbackBeforeSendMsg'] },
      },
      {
        ...{ ...usual, name: 'copies', kind: 'netease-copy', url: 'http://127.0.0.1:8760', timeout: 500, on: ['*'] },
        urls: { test: 'http://127.0.0.1:8761' },
      },
    ])
    expect(config).toMatchObject({ webhooks: { refuse: ['169.254.0.0/16'] }, operator: 'run.sock' })
  })

  test.each([
    ['a key that does not exist', 'store: memory\nstoer: x\n', 'magpie.yaml:2: stoer: there is no such key'],
    [
      'a key inside a list',
      whole.replace('name: demo', 'nmae: demo'),
      'magpie.yaml:14: accounts.0.apps.0.nmae: there is no such key',
    ],
    ['a wrong value', 'listen:\n  host: a\n  port: 99999\n', 'magpie.yaml:3: listen.port'],
    ['a wrong choice', '\n\ndurability: maybe\n', 'magpie.yaml:3: durability'],
    ['a missing value', 'accounts:\n  - name: x\n', 'magpie.yaml:2: accounts.0.id'],
    ['an address', 'trustProxy:\n  - 10.0.0.0/8\n  - nowhere\n', 'magpie.yaml:3: trustProxy.1: expected an IP'],
    ['a TLS block without files', 'tls: { port: 1 }\n', 'magpie.yaml:1: tls: needs selfSigned'],
    ['broken YAML', 'listen: {\nx', 'magpie.yaml:'],
    ['a list at the top', '- a\n', 'magpie.yaml:1: top level: '],
    ['an engine that is none', 'store: redis\n', 'magpie.yaml:1: store: expected sqlite:<folder> or memory'],
    ['an app twice', whole.replace('apps:\n', 'apps:\n      - id: 1400000001\n'), 'app 1400000001 is there twice'],
    [
      'a key of a webhook',
      whole.replace('urls:', 'urs:'),
      'magpie.yaml:26: accounts.0.apps.0.webhooks.1.urs: there is no such key',
    ],
    [
      'an address of a webhook',
      whole.replace('https://example', 'ftp://example'),
      'magpie.yaml:22: accounts.0.apps.0.webhooks.0.url: expected an http or https URL',
    ],
    [
      '[PU104] a webhook named like a push provider',
      whole.replace('name: copies', 'name: push.x'),
      'push. begins the names',
    ],
    ['two webhooks of one name', whole.replace('copies', 'tencent'), 'two have the same name'],
    ['an address that is none', whole.replace('169.254.0.0/16', 'x'), 'webhooks.refuse.0: expected an IP'],
    [
      'an access key twice',
      whole.replace('s }]', 's }, { accessKeyId: AKLT1, secretAccessKey: t }]'),
      'access key AKLT1 is there twice',
    ],
  ])('[CF2] %s is refused with its line', (_what, text, message) => {
    expect(() => parseConfig(text, 'magpie.yaml')).toThrow(message)
  })

  const ids = new Map([
    ['tencent', new Set(['C2C.CallbackBeforeSendMsg'])],
    ['netease-copy', new Set(['copy/1', 'copy/2'])],
  ]) as Ids
  const copies = 'accounts.0.apps.0.webhooks.1'

  test.each([
    ['on', 'on: [copy/2, copy/1]', undefined],
    ['on', "on: [copy/1, '*', copy/99]", `${copies}.on.2: webhooks of kind netease-copy have no "copy/99"`],
    ['on', 'on: [C2C.CallbackBeforeSendMsg]', `${copies}.on.0: webhooks of kind netease-copy have no "C2C`],
    ['on', 'on: [C2C.CallbackBeforeSendMsg]', 'those of kind tencent have'],
    ['on', 'on: [copy/1 ]\n            templates: { copy/1: {} }', undefined],
    ['templates', 'templates: { copy/3: {} }', `${copies}.templates.copy/3: webhooks of kind netease-copy have no`],
    ['templates', "templates: { '*': {} }", `${copies}.templates.*: webhooks of kind netease-copy have no "*"`],
  ])('[WH46] an id that nobody is asked or told of is refused with its line (%s: %s)', (_where, yaml, message) => {
    const read = () => parseConfig(whole.replace('timeout: 500', yaml), 'magpie.yaml', {}, ids)
    if (message === undefined) expect(read().accounts).toHaveLength(1)
    else expect(read).toThrow(message.startsWith(copies) ? `magpie.yaml:27: ${message}` : message)
  })

  test.each([
    ['', resolve('data', 'operator.sock')],
    ['store: sqlite:/var/lib/magpie\n', join('/var/lib/magpie', 'operator.sock')],
    ['operator: run/magpie.sock\n', resolve('run/magpie.sock')],
    ['store: memory\noperator: /run/magpie.sock\n', '/run/magpie.sock'],
    ['store: memory\n', undefined],
  ])("[OP2] the operator's socket of %j", (text, path) => {
    expect(operatorPath(parseConfig(text, 'magpie.yaml'))).toBe(path)
  })

  test('[CF3] the environment comes before the file', () => {
    const config = parseConfig('listen: { port: 1 }\nlog: info', 'magpie.yaml', {
      MAGPIE_PORT: '2',
      MAGPIE_LIMITS: 'off',
      MAGPIE_STORE: 'memory',
    })
    expect(config).toMatchObject({ listen: { port: 2, host: '127.0.0.1' }, limits: 'off', store: 'memory' })
  })
  test.each([
    [{ MAGPIE_PORT: 'many' }, 'MAGPIE_PORT (listen.port): '],
    [{ MAGPIE_PORT: '70000' }, 'MAGPIE_PORT (listen.port): '],
    [{ MAGPIE_DURABILITY: 'maybe' }, 'MAGPIE_DURABILITY (durability): '],
    [{ MAGPIE_STORE: 'redis' }, 'MAGPIE_STORE (store): '],
    [{ MAGPIE_LIMITS: 'few' }, 'MAGPIE_LIMITS (limits): '],
    [{ MAGPIE_LOG: 'loud' }, 'MAGPIE_LOG (log): '],
  ])('[CF3] a wrong value of the environment is refused by its variable: %j', (env, message) => {
    expect(() => parseConfig('listen: { port: 1 }\n', 'magpie.yaml', env)).toThrow(message)
  })

  test('[CF3] what is wrong in the file stays wrong beside the environment', () => {
    expect(() => parseConfig('listen: 5\n', 'magpie.yaml', { MAGPIE_PORT: '1' })).toThrow('magpie.yaml:1: listen')
  })
})
