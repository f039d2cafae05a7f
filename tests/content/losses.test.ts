import { expect, test } from 'vitest'
import type { Part } from '../../src/core/messages/content.ts'
import { losses } from './losses.ts'

const video = (more: object): Part => ({ type: 'video', url: 'u', duration: 8003, ...more })
const image = (...sizes: number[]): Part => ({ type: 'image', variants: sizes.map(size => ({ kind: 'thumb', size })) })

test.each<[string, Part[], Part[], string[]]>([
  ['nothing', [video({})], [video({})], []],
  ['what is more does not count', [video({})], [video({ name: 'n' })], []],
  ['a field', [video({ name: 'n' })], [video({})], ['name']],
  ['a field that is about the same', [video({})], [video({ duration: 8000 })], ['duration (nearest)']],
  ['a field inside', [video({ cover: { url: 'c', size: 1 } })], [video({ cover: { url: 'c' } })], ['cover.size']],
  ['a whole inside', [video({ cover: { url: 'c' } })], [video({})], ['cover']],
  [
    'a field of each item, once',
    [image(1, 2)],
    [{ type: 'image', variants: [{ kind: 'thumb' }, { kind: 'thumb' }] }],
    ['variants[].size'],
  ],
  ['an item', [image(1, 2)], [image(1)], ['variants (nearest)']],
  ['the type', [{ type: 'tip', text: 'a' }], [{ type: 'text', text: 'a' }], ['becomes text']],
  ['a part', [video({}), video({})], [{ type: 'text', text: 'a' }], ['becomes one text']],
])('%s', (_, before, after, lost) => expect(losses(before, after)).toEqual(lost))
