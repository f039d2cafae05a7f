import { expect, test } from 'vitest'
import { demandOpen } from './door.ts'
import type { App } from './model.ts'

function app(ipAllowList: string[], disabled = false): App {
  return { id: 1, account: 1, name: '', home: 'volcengine', ipAllowList, disabled, webhooks: [] }
}

test('an app without a list takes calls from everywhere', () => {
  expect(() => demandOpen(app([]), '203.0.113.9')).not.toThrow()
  expect(() => demandOpen(app([]), 'nonsense')).not.toThrow()
})

test('a list lets in its addresses and ranges, of both families, and nobody else', () => {
  const guarded = app(['192.0.2.7', '10.0.0.0/8', '2001:db8::/32'])
  for (const address of ['192.0.2.7', '10.255.1.2', '::ffff:10.1.1.1', '2001:db8::1'])
    expect(() => demandOpen(guarded, address), address).not.toThrow()
  for (const address of ['192.0.2.8', '11.0.0.1', '2001:db9::1', '::1', '', 'nonsense'])
    expect(() => demandOpen(guarded, address), address).toThrow(
      expect.objectContaining({ name: 'Fault', reason: 'caller.address' }),
    )
})

test('a disabled app takes no call', () => {
  expect(() => demandOpen(app([], true), '10.0.0.1')).toThrow(expect.objectContaining({ reason: 'app.disabled' }))
})
