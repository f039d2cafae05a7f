import { describe, expect, test } from 'vitest'
import { handClock, startNode } from '../../../tests/support/core.ts'
import type { BroadcastDraft } from './broadcasts.ts'

async function setting() {
  const clock = handClock()
  const node = startNode({ clock: clock.now })
  await node.core.users.save(
    node.call,
    [
      { id: 'ann', profile: { tags: ['a', 'b'], attributes: { city: 'x', age: '3' } } },
      { id: 'ben', profile: { tags: ['b'], attributes: { city: 'y' } } },
      { id: 'cat' },
    ],
    { existing: 'update' },
  )
  const app = node.call.app.id
  const { broadcasts } = node.core
  const say = (words: string, more: Partial<BroadcastDraft> = {}) =>
    broadcasts.send(node.call, { from: 'ann', parts: [{ type: 'text', text: words }], keep: 60_000, ...more })
  const wordsOf = (found: { parts: BroadcastDraft['parts'] }[]) =>
    found.map(({ parts }) => (parts[0]?.type === 'text' ? parts[0].text : ''))
  const since = async (user: string, after = 0, platform = 'Android', limit = 10) => {
    const { broadcasts: found, ...rest } = await broadcasts.since(app, { user, platform }, after, limit)
    return { words: wordsOf(found), ...rest }
  }
  return { node, app, clock, broadcasts, say, since, wordsOf }
}

describe('what is said to all users', () => {
  test('[BR1] is one row and one piece of news', async () => {
    const { node, app, clock, say } = await setting()
    const before = node.told.length
    const said = await say('hi', { condition: { anyTag: ['a'] }, native: { tencent: { MsgBody: [] } } })
    expect(said).toMatchObject({
      app,
      number: 1,
      time: clock.now(),
      expires: clock.now() + 60_000,
      kept: 1,
      from: 'ann',
    })
    const native = { tencent: { MsgBody: [] } }
    expect(node.told.slice(before)).toMatchObject([
      { subject: `a.${app}`, event: { type: 'broadcast', broadcast: { number: 1, time: clock.now(), native } } },
    ])
    expect(node.told[before]?.event).toEqual({ type: 'broadcast', broadcast: { ...said, counters: {} } })
    await node.stop()
  })

  test('[BR2] is for those whom its condition fits', async () => {
    const { node, broadcasts, say, since } = await setting()
    await say('any', { condition: { anyTag: ['a', 'z'] } })
    await say('all', { condition: { allTags: ['a', 'b'], anyTag: ['b'] } })
    await say('city', { condition: { anyAttribute: { city: 'y', age: '3' } } })
    await say('both', { condition: { allAttributes: { city: 'x', age: '3' } } })
    await say('ios', { condition: { platforms: ['ios'] } })
    const last = await say('mobile', { condition: { platforms: ['ios', 'android'], anyTag: ['b'] } })
    expect((await since('ann')).words).toEqual(['any', 'all', 'city', 'both', 'mobile'])
    expect((await since('ben')).words).toEqual(['city', 'mobile'])
    expect(await since('cat')).toEqual({ words: [], reset: false, number: 6, more: false })
    expect((await since('cat', 0, 'iPhone')).words).toEqual(['ios'])
    expect((await since('ann', 0, 'Web')).words).toEqual(['any', 'all', 'city', 'both'])
    const viewers = [
      { user: 'ann', platform: 'iOS' },
      { user: 'ben', platform: 'Web' },
      { user: 'cat', platform: 'iOS' },
      { user: 'nobody', platform: 'iOS' },
      { user: 'ben', platform: 'ios' },
    ]
    expect(await broadcasts.judge(last, viewers)).toEqual([true, false, false, false, true])
    await node.stop()
  })

  test('[BR3] [BR4] comes to devices later until it ends, if it is kept, and to those who were users then', async () => {
    const { node, clock, say, since } = await setting()
    await say('short', { keep: 1000 })
    await say('passing', { keep: 0 })
    await say('long')
    expect(await since('ann')).toEqual({ words: ['short', 'long'], reset: false, number: 3, more: false })
    expect(await since('ann', 0, '', 2)).toEqual({ words: ['short'], reset: false, number: 2, more: true })
    expect(await since('ann', 2)).toEqual({ words: ['long'], reset: false, number: 3, more: false })
    expect(await since('ann', 7)).toMatchObject({ words: ['short', 'long'], reset: true })
    clock.move(1000)
    await node.users('dan')
    expect([(await since('ann')).words, (await since('dan')).words]).toEqual([['long'], []])
    await node.core.users.remove(node.call, ['ann'])
    await node.core.jobs.idle()
    clock.move(1000)
    await node.users('ann')
    await say('new')
    expect([(await since('ann')).words, (await since('dan')).words]).toEqual([['new'], ['new']])
    clock.move(10 * 24 * 3600 * 1000)
    await node.store.sweep(clock.now(), 100)
    expect(await since('dan')).toEqual({ words: [], reset: false, number: 4, more: false })
    await node.stop()
  })

  test('[BR7] to known users only, reaches neither guests nor who was deleted', async () => {
    const { node, app, broadcasts, say, since } = await setting()
    const condition = { known: true }
    await say('known', { condition })
    const tagged = await say('tagged', { condition: { ...condition, allTags: ['b'] } })
    const last = await say('last', { condition })
    const viewers = ['ann', 'cat', 'guest'].map(user => ({ user, platform: 'iOS' }))
    expect(await broadcasts.judge(last, viewers)).toEqual([true, true, false])
    expect(await broadcasts.judge(tagged, viewers)).toEqual([true, false, false])
    expect((await since('cat')).words).toEqual(['known', 'last'])
    expect(await since('guest')).toMatchObject({ words: [], number: 3 })
    await node.core.users.remove(node.call, ['cat'])
    expect(await broadcasts.judge(last, viewers)).toEqual([true, false, false])
    expect((await broadcasts.list(app, { limit: 1 }))[0]).toMatchObject({ condition })
    await node.stop()
  })

  test('[BR5] is nothing that end users do', async () => {
    const { node, broadcasts } = await setting()
    const draft = { from: 'ann', parts: [], keep: 0 }
    await expect(broadcasts.send(node.by('ann'), draft)).rejects.toMatchObject({ reason: 'caller.forbidden' })
    expect(await broadcasts.last(node.call.app.id)).toBe(0)
    await node.stop()
  })

  test('[BR6] stands in a list, newest first', async () => {
    const { node, app, broadcasts, say, wordsOf } = await setting()
    for (const words of ['a', 'b', 'c', 'd']) await say(words, { keep: words < 'c' ? 0 : 1000 })
    const list = async (query: object) => wordsOf(await broadcasts.list(app, { limit: 10, ...query }))
    expect(await list({})).toEqual(['d', 'c', 'b', 'a'])
    expect(await list({ limit: 2, before: 4 })).toEqual(['c', 'b'])
    expect(await list({ kept: true })).toEqual(['d', 'c'])
    expect(await list({ kept: false })).toEqual(['b', 'a'])
    expect(await list({ kept: true, before: 4 })).toEqual(['c'])
    await node.stop()
  })
})
