import { expect, test } from 'vitest'
import type { Part } from '../../core/messages/content.ts'
import type { Message } from '../../core/model.ts'
import { parse, render, renderParts, type Sendable } from './content.ts'

const file = { url: 'https://f.example/1', uuid: 'md5', name: 'n', format: 'jpg', size: 3 }

const forms: [Sendable, object, Part][] = [
  [0, { msg: 'hi' }, { type: 'text', text: 'hi' }],
  [
    1,
    { name: 'n', md5: 'md5', url: 'https://f.example/1', ext: 'jpg', w: 1, h: 2, size: 3 },
    { type: 'image', ...file, width: 1, height: 2 },
  ],
  [
    2,
    { name: 'n', md5: 'md5', url: 'https://f.example/1', ext: 'jpg', dur: 4, size: 3 },
    { type: 'audio', ...file, duration: 4 },
  ],
  [
    3,
    { name: 'n', md5: 'md5', url: 'https://f.example/1', ext: 'jpg', dur: 4, w: 1, h: 2, size: 3 },
    { type: 'video', ...file, duration: 4, width: 1, height: 2 },
  ],
  [4, { title: 'o', lng: 120.19, lat: 30.18 }, { type: 'location', title: 'o', latitude: 30.18, longitude: 120.19 }],
  [6, { name: 'n', md5: 'md5', url: 'https://f.example/1', ext: 'jpg', size: 3 }, { type: 'file', ...file }],
  [10, { msg: 'tip' }, { type: 'tip', text: 'tip' }],
  [100, { a: [1] }, { type: 'custom', data: '{"a":[1]}' }],
]

test.each(forms)('[NE90] type %i says a part and comes back from it', (type, body, part) => {
  expect(parse(type, JSON.stringify(body))).toEqual({ part, own: false })
  expect(renderParts([part])).toEqual({ type, body })
})

test('[NE91] a body that its parts cannot give back is kept as the sender wrote it', () => {
  const odd: [Sendable, string][] = [
    [0, '{"msg":"a","more":1}'],
    [1, '{"url":"u","ext":"JPG"}'],
    [6, '{"url":"https://f.example/a.pdf"}'],
    [4, '{"lng":1,"lat":2}'],
  ]
  for (const [type, text] of odd) {
    const { part, own } = parse(type, text)
    expect(own).toBe(true)
    expect(render(message([part], { body: text }))).toEqual({ type, body: JSON.parse(text) })
  }
  expect(render(message([{ type: 'text', text: 'changed' }]))).toEqual({ type: 0, body: { msg: 'changed' } })
})

test('[NE91] a file without ext has the format of its name or address', () => {
  const formatOf = (body: object) => (parse(6, JSON.stringify(body)).part as { format?: string }).format
  expect(formatOf({ url: 'https://f.example/x', name: 'a.TTF' })).toBe('ttf')
  expect(formatOf({ url: 'https://f.example/a.zip?x' })).toBe('zip')
  expect(formatOf({ url: 'https://f.example/a', ext: 'bin' })).toBe('bin')
})

const foreign: [string, Part[], object][] = [
  [
    'texts are joined',
    [
      { type: 'text', text: 'a' },
      { type: 'text', text: 'b' },
    ],
    { type: 0, body: { msg: 'ab' } },
  ],
  [
    'several parts stand in a list',
    [
      { type: 'text', text: 'a' },
      { type: 'face', index: 1, data: 'x' },
    ],
    {
      type: 100,
      body: {
        parts: [
          { type: 0, body: { msg: 'a' } },
          { type: 100, body: { face: { index: 1, data: 'x' } } },
        ],
      },
    },
  ],
  [
    'a picture without its own address shows its first variant',
    [
      {
        type: 'image',
        uuid: 'u',
        format: 'png',
        variants: [{ kind: 'large', url: 'l', size: 9, width: 5, height: 6 }],
      },
    ],
    { type: 1, body: { md5: 'u', url: 'l', ext: 'png', size: 9, w: 5, h: 6 } },
  ],
  [
    'custom data that is no object is wrapped',
    [{ type: 'custom', data: 'raw', description: 'd' }],
    { type: 100, body: { custom: { data: 'raw', description: 'd' } } },
  ],
  [
    'custom data that is an object is the body',
    [{ type: 'custom', data: '{"a":1}', description: 'd' }],
    { type: 100, body: { a: 1 } },
  ],
  ['a link', [{ type: 'link', url: 'u', title: 't' }], { type: 100, body: { link: { url: 'u', title: 't' } } }],
  [
    'merged messages',
    [
      {
        type: 'merged',
        title: 't',
        summary: ['s'],
        messages: [{ sender: 'a', time: 5, parts: [{ type: 'text', text: 'x' }] }],
      },
    ],
    {
      type: 100,
      body: {
        merged: { title: 't', summary: ['s'], messages: [{ from: 'a', sendtime: 5, type: 0, body: { msg: 'x' } }] },
      },
    },
  ],
  ['nothing', [], { type: 0, body: { msg: '' } }],
]

test.each(foreign)('[NE92] other dialects: %s', (_, parts, shown) => {
  expect(render(message(parts))).toEqual(shown)
})

test('[NE93] every notice has its ope', () => {
  const opes = (
    [
      'created',
      'invited',
      'kicked',
      'left',
      'changed',
      'dismissed',
      'joined',
      'owner',
      'manager.set',
      'manager.unset',
    ] as const
  ).map(what => render(message([{ type: 'notice', what, by: 'a', users: ['b'] }])).body.ope)
  expect(opes).toEqual([0, 0, 1, 2, 3, 4, 5, 6, 7, 8])
  const changes = { name: 'n', description: 'd', notice: 'a', join: 'approval', avatar: 'p' }
  expect(render(message([{ type: 'notice', what: 'changed', by: 'a', changes, ext: 'x' }]))).toEqual({
    type: 5,
    body: { tid: 7, ope: 3, tname: 'n', intro: 'd', announcement: 'a', joinmode: 1, attach: 'x', updatetime: 8 },
  })
  const mute = (what: 'muted' | 'unmuted') => render(message([{ type: 'notice', what, by: 'a', users: ['b'] }])).body
  expect([mute('muted'), mute('unmuted')].map(body => [body.ope, body.mute])).toEqual([
    [10, 1],
    [10, 0],
  ])
})

function message(
  parts: Part[],
  netease?: Record<string, unknown>,
): Pick<Message, 'conv' | 'shown' | 'parts' | 'native'> {
  return { conv: 7, shown: 8, parts, native: netease && { netease } }
}
