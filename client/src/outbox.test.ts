import { describe, expect, test, vi } from 'vitest'
import { type Outgoing, openOutbox } from './outbox.ts'
import { ClientError, type Sent } from './protocol.ts'

const outgoing = (client: string): Outgoing => ({ do: 'message.sendToUser', with: { client, to: 'ben' } })
const sent = (client: string) => ({ conv: 1, seq: Number(client), id: 1, time: 1, repeated: false }) as Sent

function open() {
  const outcomes: string[] = []
  const outbox = openOutbox(
    outcome => outcomes.push(outcome.client + ('sent' in outcome ? ' sent' : ` ${outcome.error.code}`)),
    () => {},
  )
  return { outbox, outcomes }
}

describe('the outbox', () => {
  test('[GW72] sends one after another, those of an earlier start first', async () => {
    const { outbox, outcomes } = open()
    const promises = ['2', '3'].map(client => outbox.add(outgoing(client)))
    outbox.restore([outgoing('1')])
    let underWay = 0
    outbox.open(async message => {
      expect(++underWay).toBe(1)
      await new Promise(resolve => setTimeout(resolve, 2))
      underWay--
      return sent(message.with.client)
    })
    expect((await Promise.all(promises)).map(each => each.seq)).toEqual([2, 3])
    expect(outcomes).toEqual(['1 sent', '2 sent', '3 sent'])
    expect(outbox.waiting()).toEqual([])
  })

  test('[GW73] keeps what was not confirmed, with the same client id', async () => {
    const { outbox } = open()
    const promise = outbox.add(outgoing('1'))
    outbox.open(() => Promise.reject(new ClientError('offline', '')))
    outbox.shut()
    await new Promise(resolve => setTimeout(resolve))
    expect(outbox.waiting()).toMatchObject([outgoing('1')])
    outbox.open(async message => sent(message.with.client))
    expect(await promise).toEqual(sent('1'))
  })

  test('[GW74] tries again what may pass; what is refused does not hold up the rest', async () => {
    vi.useFakeTimers()
    try {
      const { outbox, outcomes } = open()
      const first = outbox.add(outgoing('1'))
      const second = outbox.add(outgoing('2')).catch(error => error.code)
      const third = outbox.add(outgoing('3'))
      let busy = 3
      outbox.open(async message => {
        if (message.with.client === '1' && busy-- > 0) throw new ClientError('rate.exceeded', '')
        if (message.with.client === '2') throw new ClientError('user.missing', '')
        return sent(message.with.client)
      })
      await vi.advanceTimersByTimeAsync(3400)
      expect(outcomes).toEqual([])
      await vi.advanceTimersByTimeAsync(200)
      await Promise.all([first, third])
      expect(await second).toBe('user.missing')
      expect(outcomes).toEqual(['1 sent', '2 user.missing', '3 sent'])
    } finally {
      vi.useRealTimers()
    }
  })

  test('[GW75] stopping rejects what waits', async () => {
    const { outbox } = open()
    const promise = outbox.add(outgoing('1'))
    outbox.stop()
    await expect(promise).rejects.toMatchObject({ code: 'stopped' })
  })

  test('[GW87] what was on its way too long ago is not sent again: the server might not know it any more', async () => {
    const { outbox, outcomes } = open()
    const days = 24 * 3600 * 1000
    outbox.restore([
      { ...outgoing('1'), tried: Date.now() - 7 * days },
      { ...outgoing('2'), tried: Date.now() - 6 * days },
      outgoing('3'),
    ])
    const on: string[] = []
    outbox.open(async message => {
      on.push(message.with.client)
      return sent(message.with.client)
    })
    await new Promise(resolve => setTimeout(resolve))
    expect(on).toEqual(['2', '3'])
    expect(outcomes).toEqual(['1 outbox.late', '2 sent', '3 sent'])
  })

  test('[GW87] it holds 1,000 messages, and each client id of an earlier start once', async () => {
    const { outbox } = open()
    const promises = Array.from({ length: 1000 }, (_, i) => outbox.add(outgoing(`${i}`)).catch(error => error.code))
    await expect(outbox.add(outgoing('more'))).rejects.toMatchObject({ code: 'outbox.full' })
    outbox.restore([outgoing('5'), outgoing('new')])
    expect(outbox.waiting().length).toBe(1001)
    outbox.stop()
    expect(new Set(await Promise.all(promises))).toEqual(new Set(['stopped']))
  })
})
