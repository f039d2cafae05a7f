import { expect, test } from 'vitest'
import { everyWay } from './client.ts'

everyWay('mark', back => {
  test('a live group is given marks and relieved of them', async () => {
    const id = await back.create(100, 42)
    const mark = { ConversationShortId: id, Operator: 42 }
    expect(await back.call('MarkConversation', { ...mark, MarkTypes: ['hot', 'new'] })).toEqual({})
    await back.call('MarkConversation', { ...mark, MarkTypes: ['new'], MarkAction: 2 })
    expect(await back.call('GetConversationMarks', { ConversationShortId: id })).toEqual({ MarkTypes: ['hot'] })
  })

  test('only live groups have marks', async () => {
    const id = await back.create(2, 42)
    expect(await back.refused('GetConversationMarks', { ConversationShortId: id })).toMatch(/^[A-Z]\w+\.\w+$/)
  })
})
