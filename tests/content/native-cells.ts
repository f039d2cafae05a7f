import { type FullRow, json } from './forms.ts'

/** Each part with all that it can say, as a device writes it. */
export const native: FullRow[] = [
  {
    by: 'native',
    name: 'text',
    wrote: [{ type: 'text', text: 'See you at 8, 好的 👋' }],
    shown: {
      tencent: { MsgBody: [{ MsgType: 'TIMTextElem', MsgContent: { Text: 'See you at 8, 好的 👋' } }] },
      netease: { type: 0, body: { msg: 'See you at 8, 好的 👋' } },
      volcengine: { MsgType: 10001, Content: json({ text: 'See you at 8, 好的 👋' }) },
    },
    lost: { tencent: [], netease: [], volcengine: [] },
  },
  {
    by: 'native',
    name: 'image',
    wrote: [
      {
        type: 'image',
        url: 'https://cdn.example.com/1c',
        uuid: '1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c',
        name: 'beach.jpg',
        format: 'jpg',
        size: 1853095,
        width: 2448,
        height: 3264,
        variants: [
          { kind: 'large', url: 'https://cdn.example.com/1c-720', size: 256524, width: 720, height: 960 },
          { kind: 'thumb', url: 'https://cdn.example.com/1c-198', size: 12535, width: 198, height: 264 },
        ],
      },
    ],
    shown: {
      tencent: {
        MsgBody: [
          {
            MsgType: 'TIMImageElem',
            MsgContent: {
              UUID: '1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c',
              ImageFormat: 1,
              ImageInfoArray: [
                { Type: 1, Size: 1853095, Width: 2448, Height: 3264, URL: 'https://cdn.example.com/1c' },
                { Type: 2, Size: 256524, Width: 720, Height: 960, URL: 'https://cdn.example.com/1c-720' },
                { Type: 3, Size: 12535, Width: 198, Height: 264, URL: 'https://cdn.example.com/1c-198' },
              ],
            },
          },
        ],
      },
      netease: {
        type: 1,
        body: {
          name: 'beach.jpg',
          md5: '1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c',
          url: 'https://cdn.example.com/1c',
          ext: 'jpg',
          size: 1853095,
          w: 2448,
          h: 3264,
        },
      },
      volcengine: {
        MsgType: 10003,
        Content: json({
          __files: {
            media: {
              type: 'image',
              remoteURL: 'https://cdn.example.com/1c',
              fileName: 'beach.jpg',
              ext: {
                's:file_ext_key_original_width': '2448',
                's:file_ext_key_original_height': '3264',
                's:file_ext_key_preview_url': 'https://cdn.example.com/1c-720',
                's:file_ext_key_preview_width': '720',
                's:file_ext_key_preview_height': '960',
                's:file_ext_key_thumb_url': 'https://cdn.example.com/1c-198',
                's:file_ext_key_thumb_width': '198',
                's:file_ext_key_thumb_height': '264',
                md5: '1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c',
                size: '1853095',
              },
            },
          },
        }),
      },
    },
    lost: { tencent: ['name'], netease: ['variants'], volcengine: ['variants[].size'] },
  },
  {
    by: 'native',
    name: 'audio',
    wrote: [
      {
        type: 'audio',
        url: 'https://cdn.example.com/5a',
        uuid: '5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a',
        name: 'voice.aac',
        format: 'aac',
        size: 16420,
        duration: 4551,
      },
    ],
    shown: {
      tencent: {
        MsgBody: [
          {
            MsgType: 'TIMSoundElem',
            MsgContent: {
              Url: 'https://cdn.example.com/5a',
              UUID: '5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a',
              Size: 16420,
              Second: 5,
              Download_Flag: 2,
            },
          },
        ],
      },
      netease: {
        type: 2,
        body: {
          dur: 4551,
          name: 'voice.aac',
          md5: '5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a',
          url: 'https://cdn.example.com/5a',
          ext: 'aac',
          size: 16420,
        },
      },
      volcengine: {
        MsgType: 10006,
        Content: json({
          __files: {
            media: {
              type: 'audio',
              remoteURL: 'https://cdn.example.com/5a',
              fileName: 'voice.aac',
              ext: { 's:file_ext_key_audio_duration': '4.551', md5: '5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a', size: '16420' },
            },
          },
        }),
      },
    },
    lost: { tencent: ['name', 'format', 'duration (nearest)'], netease: [], volcengine: [] },
  },
  {
    by: 'native',
    name: 'video',
    wrote: [
      {
        type: 'video',
        url: 'https://cdn.example.com/9e',
        uuid: '9e9e9e9e9e9e9e9e9e9e9e9e9e9e9e9e',
        name: 'waves.mp4',
        format: 'mp4',
        size: 1194603,
        duration: 8003,
        width: 720,
        height: 1280,
        cover: {
          url: 'https://cdn.example.com/waves.jpg',
          uuid: '8d8d8d8d8d8d8d8d8d8d8d8d8d8d8d8d',
          format: 'jpg',
          size: 13907,
          width: 360,
          height: 640,
        },
      },
    ],
    shown: {
      tencent: {
        MsgBody: [
          {
            MsgType: 'TIMVideoFileElem',
            MsgContent: {
              VideoUrl: 'https://cdn.example.com/9e',
              VideoUUID: '9e9e9e9e9e9e9e9e9e9e9e9e9e9e9e9e',
              VideoSize: 1194603,
              VideoSecond: 8,
              VideoFormat: 'mp4',
              VideoDownloadFlag: 2,
              ThumbUrl: 'https://cdn.example.com/waves.jpg',
              ThumbUUID: '8d8d8d8d8d8d8d8d8d8d8d8d8d8d8d8d',
              ThumbSize: 13907,
              ThumbWidth: 360,
              ThumbHeight: 640,
              ThumbFormat: 'jpg',
              ThumbDownloadFlag: 2,
            },
          },
        ],
      },
      netease: {
        type: 3,
        body: {
          dur: 8003,
          name: 'waves.mp4',
          md5: '9e9e9e9e9e9e9e9e9e9e9e9e9e9e9e9e',
          url: 'https://cdn.example.com/9e',
          ext: 'mp4',
          size: 1194603,
          w: 720,
          h: 1280,
        },
      },
      volcengine: {
        MsgType: 10004,
        Content: json({
          __files: {
            media: {
              type: 'video',
              remoteURL: 'https://cdn.example.com/9e',
              fileName: 'waves.mp4',
              ext: {
                's:file_ext_key_video_width': '720',
                's:file_ext_key_video_height': '1280',
                's:file_ext_key_video_duration': '8.003',
                's:file_ext_key_video_cover_url': 'https://cdn.example.com/waves.jpg',
                md5: '9e9e9e9e9e9e9e9e9e9e9e9e9e9e9e9e',
                size: '1194603',
              },
            },
          },
        }),
      },
    },
    lost: {
      tencent: ['name', 'duration (nearest)', 'width', 'height'],
      netease: ['cover'],
      volcengine: ['cover.uuid', 'cover.size', 'cover.width', 'cover.height'],
    },
  },
  {
    by: 'native',
    name: 'file',
    wrote: [
      {
        type: 'file',
        url: 'https://cdn.example.com/7492d',
        uuid: '7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f',
        name: 'route.pdf',
        format: 'pdf',
        size: 91680,
      },
    ],
    shown: {
      tencent: {
        MsgBody: [
          {
            MsgType: 'TIMFileElem',
            MsgContent: {
              Url: 'https://cdn.example.com/7492d',
              UUID: '7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f',
              FileSize: 91680,
              FileName: 'route.pdf',
              Download_Flag: 2,
            },
          },
        ],
      },
      netease: {
        type: 6,
        body: {
          name: 'route.pdf',
          md5: '7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f',
          url: 'https://cdn.example.com/7492d',
          ext: 'pdf',
          size: 91680,
        },
      },
      volcengine: {
        MsgType: 10005,
        Content: json({
          __files: {
            media: {
              type: 'object',
              remoteURL: 'https://cdn.example.com/7492d',
              fileName: 'route.pdf',
              ext: { md5: '7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f', size: '91680' },
            },
          },
        }),
      },
    },
    lost: { tencent: [], netease: [], volcengine: [] },
  },
  {
    by: 'native',
    name: 'location',
    wrote: [{ type: 'location', title: 'Lighthouse', latitude: 30.18704515647036, longitude: 120.1908686708565 }],
    shown: {
      tencent: {
        MsgBody: [
          {
            MsgType: 'TIMLocationElem',
            MsgContent: { Desc: 'Lighthouse', Latitude: 30.18704515647036, Longitude: 120.1908686708565 },
          },
        ],
      },
      netease: { type: 4, body: { title: 'Lighthouse', lng: 120.1908686708565, lat: 30.18704515647036 } },
      volcengine: {
        MsgType: 10007,
        Content: json({ title: 'Lighthouse', latitude: 30.18704515647036, longitude: 120.1908686708565 }),
      },
    },
    lost: { tencent: [], netease: [], volcengine: [] },
  },
  {
    by: 'native',
    name: 'face',
    wrote: [{ type: 'face', index: 6, data: '[smile]' }],
    shown: {
      tencent: { MsgBody: [{ MsgType: 'TIMFaceElem', MsgContent: { Index: 6, Data: '[smile]' } }] },
      netease: { type: 100, body: { face: { index: 6, data: '[smile]' } } },
      volcengine: { MsgType: 10002, Content: json({ index: 6, data: '[smile]' }) },
    },
    lost: { tencent: [], netease: ['becomes custom'], volcengine: [] },
  },
  {
    by: 'native',
    name: 'custom',
    wrote: [
      { type: 'custom', data: '{"order":7}', description: 'Order 7', ext: 'shop://orders/7', sound: 'ding.aiff' },
    ],
    shown: {
      tencent: {
        MsgBody: [
          {
            MsgType: 'TIMCustomElem',
            MsgContent: { Data: '{"order":7}', Desc: 'Order 7', Ext: 'shop://orders/7', Sound: 'ding.aiff' },
          },
        ],
      },
      netease: { type: 100, body: { order: 7 } },
      volcengine: { MsgType: 10012, Content: json({ order: 7 }) },
    },
    lost: { tencent: [], netease: ['description', 'ext', 'sound'], volcengine: ['description', 'ext', 'sound'] },
  },
  {
    by: 'native',
    name: 'tip',
    wrote: [{ type: 'tip', text: 'You are friends now' }],
    shown: {
      tencent: { MsgBody: [{ MsgType: 'TIMTextElem', MsgContent: { Text: 'You are friends now' } }] },
      netease: { type: 10, body: { msg: 'You are friends now' } },
      volcengine: { MsgType: 10008, Content: json({ text: 'You are friends now' }) },
    },
    lost: { tencent: ['becomes text'], netease: [], volcengine: [] },
  },
  {
    by: 'native',
    name: 'link',
    wrote: [{ type: 'link', url: 'https://example.com/route', title: 'The route', text: 'Twelve pitches' }],
    shown: {
      tencent: {
        MsgBody: [
          { MsgType: 'TIMTextElem', MsgContent: { Text: 'The route\nTwelve pitches\nhttps://example.com/route' } },
        ],
      },
      netease: {
        type: 100,
        body: { link: { url: 'https://example.com/route', title: 'The route', text: 'Twelve pitches' } },
      },
      volcengine: {
        MsgType: 10009,
        Content: json({ url: 'https://example.com/route', title: 'The route', text: 'Twelve pitches' }),
      },
    },
    lost: { tencent: ['becomes text'], netease: ['becomes custom'], volcengine: [] },
  },
  {
    by: 'native',
    name: 'merged',
    wrote: [
      {
        type: 'merged',
        title: 'Chat of 1001 and 1002',
        summary: ['1001: hi', '1002: [smile]'],
        fallback: 'Two messages',
        messages: [
          { sender: '1001', time: 1700000000000, parts: [{ type: 'text', text: 'hi' }] },
          { sender: '1002', time: 1700000060000, parts: [{ type: 'face', index: 6, data: '[smile]' }] },
        ],
      },
    ],
    shown: {
      tencent: {
        MsgBody: [
          {
            MsgType: 'TIMRelayElem',
            MsgContent: {
              Title: 'Chat of 1001 and 1002',
              MsgNum: 2,
              CompatibleText: 'Two messages',
              AbstractList: ['1001: hi', '1002: [smile]'],
              MsgList: [
                {
                  From_Account: '1001',
                  MsgTimeStamp: 1700000000,
                  MsgBody: [{ MsgType: 'TIMTextElem', MsgContent: { Text: 'hi' } }],
                },
                {
                  From_Account: '1002',
                  MsgTimeStamp: 1700000060,
                  MsgBody: [{ MsgType: 'TIMFaceElem', MsgContent: { Index: 6, Data: '[smile]' } }],
                },
              ],
            },
          },
        ],
      },
      netease: {
        type: 100,
        body: {
          merged: {
            title: 'Chat of 1001 and 1002',
            summary: ['1001: hi', '1002: [smile]'],
            fallback: 'Two messages',
            messages: [
              { from: '1001', sendtime: 1700000000000, type: 0, body: { msg: 'hi' } },
              { from: '1002', sendtime: 1700000060000, type: 100, body: { face: { index: 6, data: '[smile]' } } },
            ],
          },
        },
      },
      volcengine: { MsgType: 10001, Content: json({ text: 'Chat of 1001 and 1002\n1001: hi\n1002: [smile]' }) },
    },
    lost: { tencent: [], netease: ['becomes custom'], volcengine: ['becomes text'] },
  },
  {
    by: 'native',
    name: 'several parts',
    wrote: [
      { type: 'text', text: 'look' },
      { type: 'image', url: 'https://cdn.example.com/beach.jpg', format: 'jpg', width: 2448, height: 3264 },
    ],
    shown: {
      tencent: {
        MsgBody: [
          { MsgType: 'TIMTextElem', MsgContent: { Text: 'look' } },
          {
            MsgType: 'TIMImageElem',
            MsgContent: {
              UUID: 'd57d5652f1cce30b42ce296215fa3230',
              ImageFormat: 1,
              ImageInfoArray: [
                { Type: 1, Size: 0, Width: 2448, Height: 3264, URL: 'https://cdn.example.com/beach.jpg' },
              ],
            },
          },
        ],
      },
      netease: {
        type: 100,
        body: {
          parts: [
            { type: 0, body: { msg: 'look' } },
            { type: 1, body: { url: 'https://cdn.example.com/beach.jpg', ext: 'jpg', w: 2448, h: 3264 } },
          ],
        },
      },
      volcengine: { MsgType: 10001, Content: json({ text: 'look\n[Image] https://cdn.example.com/beach.jpg' }) },
    },
    lost: { tencent: [], netease: ['becomes one custom'], volcengine: ['becomes one text'] },
  },
]
