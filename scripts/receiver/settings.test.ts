import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { webhooks } from '../../src/webhooks/settings.ts'
import { settingsFor } from './settings.ts'

const url = 'http://127.0.0.1:8760'

test('the settings are those of the server, with the address for every kind, and secrets as they were given', () => {
  const secrets = { tencent: 'a: "b" #c', volcengine: '0123' }
  const list = webhooks.parse(parse(settingsFor(url, secrets)).webhooks)
  expect(list.map(each => each.name)).toEqual(['tencent', 'netease', 'netease-copy', 'volcengine'])
  expect(list.map(each => each.url)).toEqual([url, url, url, url])
  expect(list.map(each => each.secret)).toEqual([secrets.tencent, undefined, undefined, secrets.volcengine])
})

test('a secret that is not known has a place to be filled in', () => {
  expect(settingsFor(url).match(/secret: <secret>/g)).toHaveLength(2)
})
