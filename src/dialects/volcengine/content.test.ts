import { describe, expect, test } from 'vitest'
import type { Notice, Part } from '../../core/messages/content.ts'
import { ownForm, parse, readContent, render, writeContent } from './content.ts'
import { lineOf } from './lines.ts'

const file = (type: string, remoteURL: string, fileName: string | undefined, ext: object) =>
  JSON.stringify({ __files: { media: { type, remoteURL, fileName, ext } } })

const picture = {
  's:file_ext_key_original_width': '640',
  's:file_ext_key_original_height': '480',
}

const clip = {
  's:file_ext_key_video_width': '640',
  's:file_ext_key_video_height': '480',
  's:file_ext_key_video_duration': '7.25',
  's:file_ext_key_video_cover_url': 'https://example.com/v.jpg',
}

/** Parts and contents that are each other's translation. */
const both: [name: string, part: Part, msgType: number, content: string][] = [
  ['text', { type: 'text', text: 'hi' }, 10001, '{"text":"hi"}'],
  ['sticker', { type: 'face', index: 3, data: 'smile' }, 10002, '{"index":3,"data":"smile"}'],
  [
    'image',
    { type: 'image', url: 'https://example.com/a.PNG?x=1', name: 'a.png', format: 'png', width: 640, height: 480 },
    10003,
    file('image', 'https://example.com/a.PNG?x=1', 'a.png', picture),
  ],
  [
    'video',
    {
      type: 'video',
      url: 'https://example.com/v.mp4',
      format: 'mp4',
      width: 640,
      height: 480,
      duration: 7250,
      cover: { url: 'https://example.com/v.jpg', format: 'jpg' },
    },
    10004,
    file('video', 'https://example.com/v.mp4', undefined, clip),
  ],
  [
    'image in three sizes',
    {
      type: 'image',
      url: 'https://example.com/a.png',
      format: 'png',
      variants: [
        { kind: 'large', url: 'https://example.com/l.png', width: 720, height: 540 },
        { kind: 'thumb', url: 'https://example.com/t.png' },
      ],
    },
    10003,
    file('image', 'https://example.com/a.png', undefined, {
      's:file_ext_key_preview_url': 'https://example.com/l.png',
      's:file_ext_key_preview_width': '720',
      's:file_ext_key_preview_height': '540',
      's:file_ext_key_thumb_url': 'https://example.com/t.png',
    }),
  ],
  [
    'file',
    { type: 'file', url: 'https://example.com/x', uuid: '0cc1', name: 'x.pdf', format: 'pdf', size: 91_680 },
    10005,
    file('object', 'https://example.com/x', 'x.pdf', { md5: '0cc1', size: '91680' }),
  ],
  [
    'audio',
    { type: 'audio', url: 'https://example.com/a.aac', format: 'aac', duration: 1500 },
    10006,
    file('audio', 'https://example.com/a.aac', undefined, { 's:file_ext_key_audio_duration': '1.5' }),
  ],
  [
    'location',
    { type: 'location', title: 'here', latitude: 1.5, longitude: -2 },
    10007,
    '{"title":"here","latitude":1.5,"longitude":-2}',
  ],
  ['system', { type: 'tip', text: 'welcome' }, 10008, '{"text":"welcome"}'],
  [
    'link',
    { type: 'link', url: 'https://example.com', title: 't', text: 'x' },
    10009,
    '{"url":"https://example.com","title":"t","text":"x"}',
  ],
  ['custom', { type: 'custom', data: 'anything' }, 10012, 'anything'],
]

describe('[VO31] canonical contents', () => {
  test.each(both)('%s is read, written, and keeps no form of its own', (_name, part, msgType, content) => {
    expect(parse(msgType, content)).toEqual([part])
    expect(render([part])).toEqual({ MsgType: msgType, Content: content })
    expect(readContent(msgType, content)).toEqual({ parts: [part], native: undefined })
  })
})

describe('[VO32] other contents come back as they were sent', () => {
  test.each<[string, number, string, Part]>([
    ['text with more fields', 10001, '{"text":"hi","a":1}', { type: 'text', text: 'hi' }],
    ['text that is no JSON', 10001, 'hi', { type: 'text', text: 'hi' }],
    ['text of another form', 10001, '{"body":"hi"}', { type: 'text', text: '{"body":"hi"}' }],
    ['text as a number', 10001, '{"text":5}', { type: 'text', text: '{"text":5}' }],
    ['broken JSON', 10003, '{"__files":', { type: 'custom', data: '{"__files":' }],
    ['a list', 10003, '[1]', { type: 'custom', data: '[1]' }],
    ['a sticker of another form', 10002, '{"id":1}', { type: 'custom', data: '{"id":1}' }],
    ['a place without coordinates', 10007, '{"title":"x"}', { type: 'custom', data: '{"title":"x"}' }],
    ['a link without an address', 10009, '{"title":"x"}', { type: 'custom', data: '{"title":"x"}' }],
    ['an image by plain address', 10003, '{"url":"https://e.com/a"}', { type: 'image', url: 'https://e.com/a' }],
    ['a file without an entry', 10005, '{"__files":{}}', { type: 'custom', data: '{"__files":{}}' }],
    ['an entry that is null', 10005, '{"__files":{"a":null}}', { type: 'custom', data: '{"__files":{"a":null}}' }],
    ['pass-through', 10013, '{"type":1}', { type: 'custom', data: '{"type":1}' }],
    ['a command', 50002, '{"text":"x"}', { type: 'custom', data: '{"text":"x"}' }],
    ['nothing', 10006, '', { type: 'custom', data: '' }],
  ])('%s', (_name, msgType, content, part) => {
    const { parts, native } = readContent(msgType, content, { k: 'v' })
    expect(parts).toEqual([part])
    expect(writeContent({ parts, native })).toEqual({ MsgType: msgType, Content: content, Ext: { k: 'v' } })
  })

  test('the first file counts, and sizes that are no numbers do not', () => {
    const files = { a: { remoteURL: 'u.jpg', ext: { 's:file_ext_key_original_width': 'wide' } }, b: { remoteURL: 'v' } }
    expect(parse(10003, JSON.stringify({ __files: files }))).toEqual([{ type: 'image', url: 'u.jpg', format: 'jpg' }])
  })

  test('[VO35] what the web demo writes beside a video counts too', () => {
    const content =
      '{"__files":{"media":{"type":"video","remoteURL":"u.mp4","ext":{"s:file_ext_key_file_name":"v.mov"}}}}'
    const beside = { duration: '3.6', original_width: '10', original_height: '20' }
    const { parts, native } = readContent(10004, content, beside)
    const known = { url: 'u.mp4', name: 'v.mov', format: 'mov', width: 10, height: 20, duration: 3600 }
    expect(parts).toEqual([{ type: 'video', ...known }])
    expect(writeContent({ parts, native })).toEqual({ MsgType: 10004, Content: content, Ext: beside })
  })

  test('the size of an image by plain address stands in Ext', () => {
    const ext = { file_ext_key_original_width: '10', file_ext_key_original_height: '20' }
    const { parts, native } = readContent(10003, '{"url":"u"}', ext)
    expect(parts).toEqual([{ type: 'image', url: 'u', width: 10, height: 20 }])
    expect(writeContent({ parts, native }).Ext).toEqual(ext)
  })
})

describe('[VO33] contents of other vendors', () => {
  test.each<[string, Part[], number, string]>([
    ['nothing', [], 10001, '{"text":""}'],
    [
      'texts',
      [
        { type: 'text', text: 'a' },
        { type: 'text', text: 'b' },
      ],
      10001,
      '{"text":"ab"}',
    ],
    [
      'a text and an image',
      [
        { type: 'text', text: 'look' },
        { type: 'image', url: 'https://e.com/a' },
      ],
      10001,
      '{"text":"look\\n[Image] https://e.com/a"}',
    ],
    [
      'texts and stickers between other parts',
      [
        { type: 'image', url: 'u' },
        { type: 'text', text: 'hi ' },
        { type: 'face', index: 6 },
        { type: 'face', data: '[smile]' },
        { type: 'file', name: 'n' },
      ],
      10001,
      '{"text":"[Image] u\\nhi [Sticker] 6[smile]\\n[File] n"}',
    ],
    ['a picture without an address', [{ type: 'image', uuid: 'x' }], 10003, file('image', '', undefined, { md5: 'x' })],
    [
      'a picture that only has a smaller one',
      [{ type: 'image', format: 'png', variants: [{ kind: 'thumb', url: 'https://e.com/t' }] }],
      10003,
      file('image', 'https://e.com/t', undefined, { 's:file_ext_key_thumb_url': 'https://e.com/t', format: 'png' }),
    ],
    ['an emoji', [{ type: 'face', index: 7 }], 10002, '{"index":7}'],
    ['own data', [{ type: 'custom', data: '{}', description: 'x', ext: 'y' }], 10012, '{}'],
    [
      'forwarded messages',
      [{ type: 'merged', title: 'Chat', summary: ['a: 1', 'b: 2'], messages: [] }],
      10001,
      '{"text":"Chat\\na: 1\\nb: 2"}',
    ],
    [
      'forwarded messages with a line',
      [{ type: 'merged', title: '', summary: [], fallback: 'update', messages: [] }],
      10001,
      '{"text":"update"}',
    ],
    [
      'a notice',
      [{ type: 'notice', what: 'kicked', by: 'ann', users: ['bob', 'eve'] }],
      10008,
      '{"text":"ann removed bob, eve"}',
    ],
    [
      'a notice in words',
      [{ type: 'notice', what: 'changed', by: 'ann', changes: { name: 'Two', join: 'open' }, text: 'at last' }],
      10008,
      '{"text":"ann changed the group: at last\\nname: Two"}',
    ],
    [
      'one of each that has no type together',
      [
        { type: 'audio', url: 'u' },
        { type: 'video' },
        { type: 'file', name: 'n', url: 'u' },
        { type: 'location', title: 't', latitude: 1, longitude: 2 },
        { type: 'face', data: 's' },
        { type: 'link', url: 'u', title: 't' },
        { type: 'custom', data: 'd', description: 'x' },
        { type: 'tip', text: 'tip' },
      ],
      10001,
      JSON.stringify({ text: '[Audio] u\n[Video]\n[File] n u\n[Location] t 1,2\ns\nt u\nx\ntip' }),
    ],
  ])('%s', (_name, parts, MsgType, Content) => {
    expect(render(parts)).toEqual({ MsgType, Content })
  })
})

test.each<[Notice['what'], string[], string]>([
  ['created', [], 'ann made the group'],
  ['joined', ['ann'], 'ann joined'],
  ['joined', ['bob'], 'ann let bob in'],
  ['invited', ['bob'], 'ann added bob'],
  ['left', ['ann'], 'ann left'],
  ['kicked', ['bob'], 'ann removed bob'],
  ['owner', ['bob'], 'ann made bob the owner'],
  ['manager.set', ['bob'], 'ann made bob a manager'],
  ['manager.unset', ['bob'], 'ann made bob a plain member'],
  ['muted', ['bob'], 'ann muted bob'],
  ['unmuted', ['bob'], 'ann unmuted bob'],
  ['dismissed', [], 'ann dismissed the group'],
])('[VO33] the notice %s of %j reads %s', (what, users, text) => {
  expect(lineOf({ type: 'notice', what, by: 'ann', users })).toBe(text)
  expect(lineOf({ type: 'notice', what, by: 'ann', users, text: 'so' })).toBe(`${text}: so`)
})

test('[VO33] what nobody in particular did was the app', () => {
  expect(lineOf({ type: 'notice', what: 'kicked', by: '', users: ['bob'] })).toBe('The app removed bob')
  expect(lineOf({ type: 'notice', what: 'joined', by: '', users: ['bob'] })).toBe('bob joined')
})

test('[VO34] a recalled message shows nothing of what it was', () => {
  const recalled = { by: '1', at: 1 }
  expect(writeContent({ parts: [], native: undefined, recalled })).toEqual({ MsgType: 10001, Content: '', Ext: {} })
})

test('without its own form a message is what its parts say, with the Ext it had', () => {
  const { parts, native } = readContent(10001, '{"text":"hi","mine":1}', { a: '1' })
  const kept = Object.entries(native?.volcengine ?? {}).filter(([field]) => !ownForm.includes(field))
  expect(Object.fromEntries(kept)).toEqual({ Ext: { a: '1' } })
  const other = { parts: [{ type: 'text' as const, text: 'better' }], native: { volcengine: Object.fromEntries(kept) } }
  expect(writeContent({ parts, native })).toEqual({
    MsgType: 10001,
    Content: '{"text":"hi","mine":1}',
    Ext: { a: '1' },
  })
  expect(writeContent(other)).toEqual({ MsgType: 10001, Content: '{"text":"better"}', Ext: { a: '1' } })
})
