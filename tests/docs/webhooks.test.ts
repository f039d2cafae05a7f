import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { root } from '../../scripts/files.ts'
import { accountsOf, parseConfig } from '../../src/config.ts'
import { callbacks, copies } from '../../src/dialects/netease/callbacks/callbacks.ts'
import { callbacks as tencent } from '../../src/dialects/tencent/callbacks/callbacks.ts'
import { webhooks } from '../../src/webhooks/settings.ts'
import { applyTemplate } from '../../src/webhooks/template.ts'

const page = readFileSync(join(root, 'docs/webhooks.md'), 'utf8')
const [configuration = '', templates = ''] = [...page.matchAll(/^```yaml\n(.*?)^```/gms)].map(match => match[1] ?? '')

const idsOf = ({ asked, told }: typeof tencent) => [...asked, ...told].map(each => each.id)

test('the example of the configuration is one, and the ids in it are there', () => {
  const [account] = accountsOf(parseConfig(configuration, 'magpie.yaml').accounts ?? [])
  expect(account?.apps[0]?.webhooks).toMatchObject([
    { name: 'tencent', kind: 'tencent', timeout: 2000 },
    { name: 'archive', kind: 'netease-copy', on: ['*'] },
  ])
  expect(idsOf(tencent)).toEqual(expect.arrayContaining(account?.apps[0]?.webhooks[0]?.on ?? ['none']))
  expect(idsOf(tencent)).toContain('Group.CallbackAfterSendMsg')
  expect(idsOf(callbacks)).toContain('callback/1')
  expect(idsOf(copies)).toContain('copy/1')
})

test('the example of a template does what it says', () => {
  const [webhook] = webhooks.parse(parse(templates).webhooks)
  const body = { fromAccount: 'ann', to: 'ben' }
  expect(applyTemplate(webhook?.templates['copy/1'], { body })).toEqual({ from: 'ann', line: 'ann to ben', all: body })
})
