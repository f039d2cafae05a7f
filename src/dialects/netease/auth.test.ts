import { expect, test } from 'vitest'
import { checkSum } from './auth.ts'

test('[NE1] the CheckSum is the lower-case hex SHA1 of AppSecret, Nonce and CurTime', () => {
  expect(checkSum('0123456789ab', 'n0nce-1', '1700000000')).toBe('471b5e50c288ac6a10e41b5cb395ff693a4e280f')
  expect(checkSum('密', 'ñ', '1')).toMatch(/^[0-9a-f]{40}$/)
})
