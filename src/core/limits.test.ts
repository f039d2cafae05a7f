import { describe, expect, test } from 'vitest'
import { type LimitSettings, openLimits, type Rate } from './limits.ts'

const vendor: Rate = { calls: 3, seconds: 60 }

/** How many of ten calls pass. */
async function passing(
  settings: LimitSettings,
  rate: Rate | undefined = vendor,
  operation = 'op',
  who = 'app',
): Promise<number> {
  const limits = openLimits(settings)
  const calls = await Promise.allSettled(
    Array.from({ length: 10 }, () => limits.count('tencent', operation, who, rate)),
  )
  for (const call of calls) if (call.status === 'rejected') expect(call.reason.reason).toBe('rate.exceeded')
  return calls.filter(call => call.status === 'fulfilled').length
}

describe('[LI2] rates', () => {
  test('are the vendor’s, none, or the operator’s own by dialect and by operation', async () => {
    expect(await passing('vendor')).toBe(3)
    expect(await passing('off')).toBe(10)
    expect(await passing({ tencent: { calls: 5, seconds: 60 } })).toBe(5)
    expect(await passing({ tencent: { calls: 5, seconds: 60 }, 'tencent/op': { calls: 2, seconds: 60 } })).toBe(2)
    expect(await passing({ tencent: 'off' })).toBe(10)
    expect(await passing({ netease: 'off' })).toBe(3)
  })

  test('count each operation and each caller by themselves', async () => {
    const limits = openLimits('vendor')
    const spend = async (operation: string, who: string) => {
      for (let i = 0; i < 3; i++) await limits.count('tencent', operation, who, vendor)
    }
    await spend('op', 'a')
    await spend('op', 'b')
    await spend('other', 'a')
    await expect(limits.count('tencent', 'op', 'a', vendor)).rejects.toMatchObject({ reason: 'rate.exceeded' })
  })

  test('let calls pass again when the window has ended', async () => {
    const limits = openLimits('vendor')
    const rate = { calls: 1, seconds: 1 }
    const call = () => limits.count('tencent', 'op', 'a', rate)
    await call()
    await expect(call()).rejects.toMatchObject({ reason: 'rate.exceeded' })
    await expect
      .poll(
        () =>
          call().then(
            () => true,
            () => false,
          ),
        { timeout: 3000 },
      )
      .toBe(true)
  })

  test('block for longer where the vendor does', async () => {
    const limits = openLimits('vendor')
    const rate = { calls: 1, seconds: 1, block: 600 }
    await limits.count('tencent', 'op', 'a', rate)
    await expect(limits.count('tencent', 'op', 'a', rate)).rejects.toMatchObject({ reason: 'rate.exceeded' })
    await new Promise(resolve => setTimeout(resolve, 1100))
    await expect(limits.count('tencent', 'op', 'a', rate)).rejects.toMatchObject({ reason: 'rate.exceeded' })
  })
})
