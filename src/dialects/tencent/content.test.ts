import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import type { Part } from '../../core/messages/content.ts'
import { wordsFor } from '../../push/render.ts'
import { ownForm, parse, render } from './content.ts'
import { pushOf } from './push.ts'

/** Part, element in the form that Magpie writes, text of a push. */
const both: [Part, string, Record<string, unknown>, string][] = [
  [{ type: 'text', text: 'hi' }, 'TIMTextElem', { Text: 'hi' }, 'hi'],
  [
    { type: 'location', title: 'office', latitude: 29.34, longitude: 116.7 },
    'TIMLocationElem',
    { Desc: 'office', Latitude: 29.34, Longitude: 116.7 },
    '[Location]',
  ],
  [{ type: 'face', index: 1, data: 'smile' }, 'TIMFaceElem', { Index: 1, Data: 'smile' }, '[Face]'],
  [
    { type: 'custom', data: 'd', description: 'line', ext: 'e', sound: 's' },
    'TIMCustomElem',
    { Data: 'd', Desc: 'line', Ext: 'e', Sound: 's' },
    'line',
  ],
  [
    { type: 'audio', url: 'u', uuid: 'i', size: 5, duration: 3000 },
    'TIMSoundElem',
    { Url: 'u', UUID: 'i', Size: 5, Second: 3, Download_Flag: 2 },
    '[Voice]',
  ],
  [
    {
      type: 'image',
      uuid: 'i',
      format: 'png',
      url: 'o',
      size: 9,
      width: 2,
      height: 1,
      variants: [
        { kind: 'large', url: 'l', size: 4 },
        { kind: 'thumb', url: 't', size: 3 },
      ],
    },
    'TIMImageElem',
    {
      UUID: 'i',
      ImageFormat: 3,
      ImageInfoArray: [
        { Type: 1, Size: 9, Width: 2, Height: 1, URL: 'o' },
        { Type: 2, Size: 4, Width: 0, Height: 0, URL: 'l' },
        { Type: 3, Size: 3, Width: 0, Height: 0, URL: 't' },
      ],
    },
    '[Image]',
  ],
  [
    { type: 'file', url: 'u', uuid: 'i', size: 5, name: 'n' },
    'TIMFileElem',
    { Url: 'u', UUID: 'i', FileSize: 5, FileName: 'n', Download_Flag: 2 },
    '[File]',
  ],
  [
    {
      type: 'video',
      url: 'u',
      uuid: 'i',
      size: 5,
      duration: 7000,
      format: 'mp4',
      cover: { url: 't', uuid: 'j', size: 1, width: 2, height: 3, format: 'jpg' },
    },
    'TIMVideoFileElem',
    {
      VideoUrl: 'u',
      VideoUUID: 'i',
      VideoSize: 5,
      VideoSecond: 7,
      VideoFormat: 'mp4',
      VideoDownloadFlag: 2,
      ThumbUrl: 't',
      ThumbUUID: 'j',
      ThumbSize: 1,
      ThumbWidth: 2,
      ThumbHeight: 3,
      ThumbFormat: 'jpg',
      ThumbDownloadFlag: 2,
    },
    '[Video]',
  ],
  [
    {
      type: 'merged',
      title: 'two',
      summary: ['a: hi'],
      fallback: 'old',
      messages: [{ sender: 'a', time: 1_700_000_000_000, parts: [{ type: 'text', text: 'hi' }] }],
    },
    'TIMRelayElem',
    {
      Title: 'two',
      MsgNum: 1,
      CompatibleText: 'old',
      AbstractList: ['a: hi'],
      MsgList: [
        {
          From_Account: 'a',
          MsgTimeStamp: 1_700_000_000,
          MsgBody: [{ MsgType: 'TIMTextElem', MsgContent: { Text: 'hi' } }],
        },
      ],
    },
    'two',
  ],
]

describe('[TE60] parts and elements, both ways', () => {
  test.each(both)('%o', (part, MsgType, MsgContent, push) => {
    const body = [{ MsgType, MsgContent }]
    expect(render([part])).toEqual(body)
    expect(parse(body)).toEqual([part])
    expect(ownForm(body, [part])).toBeUndefined()
    expect(wordsFor([part])).toBe(push)
  })
})

const md5 = (text: string) => createHash('md5').update(text).digest('hex')

/** Parts that other APIs write, and what Tencent shows of them. */
const foreign: [Part, string, Record<string, unknown>][] = [
  [
    { type: 'audio', url: 'https://a/s', uuid: 'i', duration: 300 },
    'TIMSoundElem',
    { Url: 'https://a/s', UUID: 'i', Size: 0, Second: 1, Download_Flag: 2 },
  ],
  [{ type: 'tip', text: 'x joined' }, 'TIMTextElem', { Text: 'x joined' }],
  [{ type: 'link', url: 'https://a', title: 'A', text: 'about' }, 'TIMTextElem', { Text: 'A\nabout\nhttps://a' }],
  [{ type: 'link', url: 'https://a' }, 'TIMTextElem', { Text: 'https://a' }],
  [{ type: 'face', data: 'smile' }, 'TIMFaceElem', { Index: 0, Data: 'smile' }],
  [
    { type: 'audio', url: 'https://a/s', duration: 1499 },
    'TIMSoundElem',
    { Url: 'https://a/s', UUID: md5('https://a/s'), Size: 0, Second: 1, Download_Flag: 2 },
  ],
  [
    { type: 'image', url: 'https://a/i', format: 'webp' },
    'TIMImageElem',
    {
      UUID: md5('https://a/i'),
      ImageFormat: 255,
      ImageInfoArray: [{ Type: 1, Size: 0, Width: 0, Height: 0, URL: 'https://a/i' }],
    },
  ],
  [
    { type: 'image' },
    'TIMImageElem',
    { UUID: '', ImageFormat: 255, ImageInfoArray: [{ Type: 1, Size: 0, Width: 0, Height: 0, URL: '' }] },
  ],
  [
    { type: 'notice', what: 'kicked', by: 'a', users: ['b'], text: 'spam', ext: 'own' },
    'TIMCustomElem',
    {
      Data: '{"GroupTip":"Kicked","Operator_Account":"a","MemberList":[{"Member_Account":"b"}],"Text":"spam"}',
      Desc: '',
      Ext: 'own',
      Sound: '',
    },
  ],
  [
    { type: 'notice', what: 'changed', by: 'a', changes: { name: 'n', notice: 'm', custom: { x: 'y' } } },
    'TIMCustomElem',
    {
      Data: '{"GroupTip":"InfoChanged","Operator_Account":"a","GroupInfo":{"Name":"n","Notification":"m"}}',
      Desc: '',
      Ext: '',
      Sound: '',
    },
  ],
]

describe('[TE61] what other APIs wrote has a form here, which Tencent itself would take', () => {
  test.each(foreign)('%o', (part, MsgType, MsgContent) => {
    const body = render([part])
    expect(body).toEqual([{ MsgType, MsgContent }])
    expect(() => parse(body)).not.toThrow()
  })
})

test('[TE61] a file without a UUID has one that stays the same for its URL', () => {
  const uuid = (url: string) => render([{ type: 'file', url }])[0]?.MsgContent.UUID
  expect(uuid('https://a')).toMatch(/^[0-9a-f]{32}$/)
  expect(uuid('https://a')).toBe(uuid('https://a'))
  expect(uuid('https://a')).not.toBe(uuid('https://b'))
})

test('[TE60] a form that says more than its parts is kept, whatever the order of its keys', () => {
  const plain = [{ MsgContent: { Text: 'a' }, MsgType: 'TIMTextElem' }]
  expect(ownForm(plain, parse(plain))).toBeUndefined()
  const more = [{ MsgType: 'TIMTextElem', MsgContent: { Text: 'a', Extra: 1 } }]
  expect(ownForm(more, parse(more))).toBe(more)
})

test('[TE60] what an element leaves empty or 0 is not known to others; a format is read off a name or an address', () => {
  const unknown = { MsgType: 'TIMCustomElem', MsgContent: { Data: 'd', Desc: '', Ext: '', Sound: '' } }
  const sound = { Url: 'https://a/s.AMR?x=1', UUID: 'i', Size: 0, Second: 0, Download_Flag: 2 }
  const file = { Url: 'https://a/f', UUID: 'j', FileSize: 0, FileName: 'f.pdf', Download_Flag: 2 }
  const picture = {
    UUID: 'k',
    ImageFormat: 255,
    ImageInfoArray: [{ Type: 1, Size: 0, Width: 0, Height: 0, URL: 'p.webp' }],
  }
  const body = [
    unknown,
    { MsgType: 'TIMFaceElem', MsgContent: { Index: 0, Data: '' } },
    { MsgType: 'TIMSoundElem', MsgContent: sound },
    { MsgType: 'TIMFileElem', MsgContent: file },
    { MsgType: 'TIMImageElem', MsgContent: picture },
  ]
  expect(parse(body)).toEqual([
    { type: 'custom', data: 'd' },
    { type: 'face', index: 0 },
    { type: 'audio', url: 'https://a/s.AMR?x=1', uuid: 'i', format: 'amr' },
    { type: 'file', url: 'https://a/f', uuid: 'j', name: 'f.pdf', format: 'pdf' },
    { type: 'image', url: 'p.webp', uuid: 'k', format: 'webp' },
  ])
  expect(render(parse(body))).toEqual(body)
})

test('[TE60] a video without a cover has its own size where the cover’s would stand, and gives it back', () => {
  const video: Part = { type: 'video', url: 'u', uuid: 'i', format: 'mp4', width: 720, height: 1280 }
  expect(render([video])[0]?.MsgContent).toMatchObject({ ThumbUrl: '', ThumbWidth: 720, ThumbHeight: 1280 })
  expect(parse(render([video]))).toEqual([video])
})

test('[TE62] the push of a combined message joins its texts; a custom element without Desc is not pushed', () => {
  const parts: Part[] = [
    { type: 'text', text: 'hi ' },
    { type: 'face', index: 1 },
    { type: 'custom', data: 'x', description: '!' },
    { type: 'location', title: '', latitude: 0, longitude: 0 },
  ]
  expect(wordsFor(parts)).toBe('hi [Face]![Location]')
  expect(wordsFor([{ type: 'custom', data: 'x' }])).toBe('')
})

test('[TE62] OfflinePushInfo becomes the core’s push, with what only Tencent says beside it', () => {
  expect(pushOf(undefined)).toBeUndefined()
  expect(pushOf({ PushFlag: 0, Title: 't', Desc: 'd', Ext: 'e' })).toEqual({ title: 't', text: 'd', payload: 'e' })
  expect(pushOf({ PushFlag: 1, ApnsInfo: { BadgeMode: 1 } })).toEqual({
    off: true,
    native: { tencent: { ApnsInfo: { BadgeMode: 1 } } },
  })
})
