import { expect, test } from 'vitest'
import type { App } from '../../core/apps/model.ts'
import { forget, recall, remember } from './tickets.ts'

const ticket = { identifier: 'u_1', sdkappid: 1, time: 0, expire: 1, sig: '' }
const newApp = () => ({ id: 1 }) as App

test('[TE13] a verified UserSig is known again for its own user and app only', () => {
  const app = newApp()
  remember(app, 'sig', ticket)
  expect(recall(app, 'u_1', 'sig')).toBe(ticket)
  expect(recall(app, 'u_2', 'sig')).toBeUndefined()
  expect(recall(newApp(), 'u_1', 'sig')).toBeUndefined()
  forget(app, 'sig')
  expect(recall(app, 'u_1', 'sig')).toBeUndefined()
})

test('[TE13] of more than 10,000 the one that was not used for longest goes', () => {
  const app = newApp()
  for (let i = 0; i < 10_000; i++) remember(app, `sig ${i}`, ticket)
  expect(recall(app, 'u_1', 'sig 0')).toBe(ticket)
  remember(app, 'one more', ticket)
  expect(recall(app, 'u_1', 'sig 0')).toBe(ticket)
  expect(recall(app, 'u_1', 'sig 1')).toBeUndefined()
  expect(recall(app, 'u_1', 'sig 2')).toBe(ticket)
})
