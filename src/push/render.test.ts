import { describe, expect, test } from 'vitest'
import type { Part } from '../core/messages/content.ts'
import { render, type Told, wordsFor } from './render.ts'

const hello: Part = { type: 'text', text: 'Hello' }
const custom: Part = { type: 'custom', data: '{}', description: 'An order', ext: 'more', sound: 'coin.caf' }

function told(message: Partial<Told['message']> = {}, more: Partial<Told> = {}): Told {
  return { message: { parts: [hello], counted: true, ...message }, to: 'ben', sender: 'Ann', ...more }
}

describe('words', () => {
  test('[PU60] parts without a text of their own have a word, and all stand beside each other', () => {
    const parts: Part[] = [
      hello,
      { type: 'face', index: 1 },
      { type: 'image' },
      { type: 'audio' },
      { type: 'video' },
      { type: 'file', name: 'a.pdf' },
      { type: 'location', title: 'Here', latitude: 1, longitude: 2 },
      { type: 'tip', text: 'tip' },
      { type: 'link', url: 'https://example.org', title: 'Example' },
      { type: 'link', url: 'u' },
      { type: 'merged', title: 'Ann and Ben', summary: ['Ann: hi'], messages: [] },
      custom,
      { type: 'notice', what: 'left', by: 'ann' },
      { type: 'notice', what: 'left', by: 'ann', text: 'She left' },
    ]
    expect(wordsFor(parts)).toBe(
      'Hello[Face][Image][Voice][Video][File][Location]tipExampleuAnn and BenAn orderShe left',
    )
    expect(wordsFor(parts.slice(0, 3), { image: '[图片]' })).toBe('Hello[Face][图片]')
    expect(render(told({ parts: parts.slice(2, 3) }, { words: { image: '[图片]' } }))?.text).toBe('[图片]')
  })
})

describe('title and text', () => {
  test('[PU61] without words of its own a message is shown under the name of its sender, or of its group', () => {
    expect(render(told())).toEqual({ title: 'Ann', text: 'Hello', sound: 'default' })
    expect(render(told({}, { group: 'Team' }))).toMatchObject({ title: 'Team', text: 'Ann: Hello' })
    expect(render(told({}, { group: 'Team', sender: undefined }))).toMatchObject({ title: 'Team', text: 'Hello' })
    expect(render(told({}, { sender: undefined }))).not.toHaveProperty('title')
  })

  test('[PU62] words that the sender chose are shown as they are', () => {
    const push = { title: 'Shop', text: 'Your order', payload: '{"o":1}' }
    const shown = { title: 'Shop', text: 'Your order', payload: '{"o":1}' }
    expect(render(told({ push }))).toMatchObject(shown)
    expect(render(told({ push }, { group: 'Team' }))).toMatchObject(shown)
    expect(render(told({ push: { text: 'Your order' } }, { group: 'Team' }))).toMatchObject({
      title: 'Team',
      text: 'Your order',
    })
  })

  test("[PU63] the sender's name is said once where it is wished, and nowhere where it is not", () => {
    const push = { text: 'Your order' }
    expect(render(told({ push }, { wishes: { nick: true } }))).toMatchObject({ title: 'Ann', text: 'Your order' })
    const titled = { nick: true, title: 'Shop' }
    expect(render(told({ push }, { wishes: titled }))).toMatchObject({ title: 'Shop', text: 'Ann: Your order' })
    expect(render(told({ push }, { wishes: { nick: true }, group: 'Team' }))).toMatchObject({
      title: 'Team',
      text: 'Ann: Your order',
    })
    expect(render(told({}, { wishes: { nick: false } }))).toEqual({ text: 'Hello', sound: 'default' })
    expect(render(told({}, { wishes: { nick: false }, group: 'Team' }))).toMatchObject({ text: 'Hello' })
  })

  test('[PU64] who is mentioned reads what was written for them', () => {
    const wishes = { mentioned: 'Ben, look!' }
    const push = { text: 'Somebody was mentioned' }
    const text = (mentions: Told['message']['mentions'], to: string) =>
      render(told({ push, mentions }, { wishes, to }))?.text
    expect(text({ users: ['ben'] }, 'ben')).toBe('Ben, look!')
    expect(text({ users: ['ben'] }, 'cid')).toBe('Somebody was mentioned')
    expect(text({ all: true, users: [] }, 'cid')).toBe('Ben, look!')
    expect(text(undefined, 'ben')).toBe('Somebody was mentioned')
  })

  test('[PU65] long words are cut between what people see as characters', () => {
    const shown = render(told({ parts: [{ type: 'text', text: '👩‍👩‍👧'.repeat(501) }] }, { sender: 'é'.repeat(101) }))
    expect(shown?.text).toBe(`${'👩‍👩‍👧'.repeat(499)}…`)
    expect(shown?.title).toBe(`${'é'.repeat(99)}…`)
    const whole = '👩‍👩‍👧'.repeat(500)
    expect(render(told({ parts: [{ type: 'text', text: whole }] }))?.text).toBe(whole)
  })
})

describe('what goes with it', () => {
  test('[PU66] nothing is shown that may not be, or that says nothing', () => {
    expect(render(told({ push: { off: true, text: 'x' } }))).toBeUndefined()
    expect(render(told({ recalled: { by: 'ann', at: 1 } }))).toBeUndefined()
    const mute: Part = { type: 'custom', data: '{"a":1}' }
    expect(render(told({ parts: [mute] }))).toBeUndefined()
    expect(render(told({ parts: [mute], push: { title: 'T' } }))).toBeUndefined()
    expect(render(told({ parts: [mute], push: { text: 'T' } }))).toMatchObject({ text: 'T' })
    expect(render(told({ parts: [mute] }, { group: 'Team' }))).toBeUndefined()
    expect(render(told({ push: { off: false } }))).toMatchObject({ text: 'Hello' })
  })

  test("[PU67] a part of the app's own speaks for itself unless the message has words for the push", () => {
    const plain = { text: 'An order', payload: 'more', sound: 'coin.caf' }
    expect(render(told({ parts: [custom] }))).toMatchObject(plain)
    const spoken = render(told({ parts: [custom], push: { text: 'x' } }))
    expect(spoken).toEqual({ title: 'Ann', text: 'x', sound: 'default' })
  })

  test('[PU68] the badge counts what counts, and is otherwise left as it was', () => {
    expect(render(told({}, { badge: 7 }))).toMatchObject({ badge: 7 })
    expect(render(told({ counted: false }, { badge: 7 }))).not.toHaveProperty('badge')
    expect(render(told({}, { badge: 7, wishes: { uncounted: true } }))).not.toHaveProperty('badge')
    expect(render(told({}, { badge: 0 }))).toMatchObject({ badge: 0 })
  })

  test('[PU69] wishes of the dialect go before what is usual', () => {
    const options = { apns: { aps: { 'mutable-content': 1 } } }
    const wishes = {
      title: 'W',
      subtitle: 'S',
      sound: 'ding',
      image: 'https://example.org/a.png',
      payload: 'p',
      options,
    }
    expect(render(told({ push: { title: 'T', text: 'B', payload: 'q' } }, { wishes }))).toEqual({
      title: 'W',
      subtitle: 'S',
      text: 'B',
      sound: 'ding',
      image: 'https://example.org/a.png',
      payload: 'p',
      options,
    })
    expect(render(told({}, { wishes: { sound: '' } }))).not.toHaveProperty('sound')
  })
})
