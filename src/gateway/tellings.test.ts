import { expect, test } from 'vitest'
import type { News } from '../core/events.ts'
import type { Message } from '../core/model.ts'
import { openTellings } from './tellings.ts'

test('[GW19] news for two users is encoded once', () => {
  let encoded = 0
  const tellingOf = openTellings({
    message: message => ({ conv: message.conv, n: ++encoded }),
    blankMessage: () => ({}),
    change: () => ({}),
    blankChange: () => ({}),
    note: () => ({}),
    settings: () => ({}),
    group: () => ({}),
    broadcast: () => ({}),
  })
  const event = { type: 'message.sent', message: { conv: 1, seq: 1 } as Message, conversation: {} }
  const news = { app: 1, origin: { dialect: 'native', via: 'client' }, event } as News
  expect(tellingOf(news)?.frame).toBe(tellingOf(news)?.frame)
  expect(encoded).toBe(1)
})
