import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { loadKept, openSaving } from './storage.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

test('[GW83] what happens together is saved once, and never over something newer', async () => {
  const saved: string[] = []
  const ends: (() => void)[] = []
  const storage = {
    load: () => '',
    save: (text: string) =>
      new Promise<void>(resolve => {
        saved.push(text)
        ends.push(resolve)
      }),
  }
  let state = 'a'
  const saving = openSaving(storage, () => state)
  saving.soon()
  state = 'b'
  saving.soon()
  await vi.advanceTimersByTimeAsync(60)
  expect(saved).toEqual(['b'])
  for (const next of ['c', 'd', 'e']) {
    state = next
    saving.soon()
    await vi.advanceTimersByTimeAsync(60)
  }
  const last = saving.last('z')
  expect(saved).toEqual(['b'])
  for (let i = 0; i < 3; i++) {
    ends.at(-1)?.()
    await vi.advanceTimersByTimeAsync(0)
  }
  await last
  expect(saved).toEqual(['b', 'e', 'z'])
})

test('[GW83] a storage that fails is written with the next change; what cannot be read is as nothing', async () => {
  const errors = vi.spyOn(console, 'error').mockImplementation(() => {})
  const saved: string[] = []
  let full = true
  const save = (text: string) => {
    if (full) throw new Error('full')
    saved.push(text)
  }
  let state: string | undefined = '1'
  const saving = openSaving({ load: () => '{broken', save }, () => state)
  saving.soon()
  await vi.advanceTimersByTimeAsync(60)
  full = false
  state = '2'
  saving.soon()
  await vi.advanceTimersByTimeAsync(60)
  state = undefined
  saving.soon()
  await vi.advanceTimersByTimeAsync(60)
  expect(saved).toEqual(['2'])
  expect(errors).toHaveBeenCalledOnce()
  errors.mockRestore()
  expect(await loadKept({ load: () => '{broken', save })).toEqual({ positions: [], outbox: [] })
  expect(await loadKept(undefined)).toEqual({ positions: [], outbox: [] })
})
