import { json, type Row } from './forms.ts'

/** Each element of `catalog/tencent-im/model.md` §6.2 as a Tencent caller writes it. */
export const tencent: Row[] = [
  {
    by: 'tencent',
    name: 'TIMTextElem',
    wrote: { MsgBody: [{ MsgType: 'TIMTextElem', MsgContent: { Text: 'See you at 8, 好的 👋' } }] },
    shown: {
      netease: { type: 0, body: { msg: 'See you at 8, 好的 👋' } },
      volcengine: { MsgType: 10001, Content: json({ text: 'See you at 8, 好的 👋' }) },
      native: [{ type: 'text', text: 'See you at 8, 好的 👋' }],
    },
  },
  {
    by: 'tencent',
    name: 'TIMLocationElem',
    wrote: {
      MsgBody: [
        {
          MsgType: 'TIMLocationElem',
          MsgContent: { Desc: 'Lighthouse', Latitude: 29.340656774469956, Longitude: 116.77497920478824 },
        },
      ],
    },
    shown: {
      netease: { type: 4, body: { title: 'Lighthouse', lng: 116.77497920478824, lat: 29.340656774469956 } },
      volcengine: {
        MsgType: 10007,
        Content: json({ title: 'Lighthouse', latitude: 29.340656774469956, longitude: 116.77497920478824 }),
      },
      native: [{ type: 'location', title: 'Lighthouse', latitude: 29.340656774469956, longitude: 116.77497920478824 }],
    },
  },
  {
    by: 'tencent',
    name: 'TIMFaceElem',
    wrote: { MsgBody: [{ MsgType: 'TIMFaceElem', MsgContent: { Index: 6, Data: '[smile]' } }] },
    shown: {
      netease: { type: 100, body: { face: { index: 6, data: '[smile]' } } },
      volcengine: { MsgType: 10002, Content: json({ index: 6, data: '[smile]' }) },
      native: [{ type: 'face', index: 6, data: '[smile]' }],
    },
  },
  {
    by: 'tencent',
    name: 'TIMCustomElem with an object',
    wrote: {
      MsgBody: [
        {
          MsgType: 'TIMCustomElem',
          MsgContent: { Data: '{"order":7}', Desc: 'Order 7', Ext: 'shop://orders/7', Sound: 'ding.aiff' },
        },
      ],
    },
    shown: {
      netease: { type: 100, body: { order: 7 } },
      volcengine: { MsgType: 10012, Content: json({ order: 7 }) },
      native: [
        { type: 'custom', data: '{"order":7}', description: 'Order 7', ext: 'shop://orders/7', sound: 'ding.aiff' },
      ],
    },
  },
  {
    by: 'tencent',
    name: 'TIMCustomElem with a text',
    wrote: { MsgBody: [{ MsgType: 'TIMCustomElem', MsgContent: { Data: 'order 7', Desc: '', Ext: '', Sound: '' } }] },
    shown: {
      netease: { type: 100, body: { custom: { data: 'order 7' } } },
      volcengine: { MsgType: 10012, Content: 'order 7' },
      native: [{ type: 'custom', data: 'order 7' }],
    },
  },
  {
    by: 'tencent',
    name: 'TIMSoundElem',
    wrote: {
      MsgBody: [
        {
          MsgType: 'TIMSoundElem',
          MsgContent: {
            Url: 'https://cdn.example.com/voice.amr',
            UUID: '5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a',
            Size: 62351,
            Second: 3,
            Download_Flag: 2,
          },
        },
      ],
    },
    shown: {
      netease: {
        type: 2,
        body: {
          dur: 3000,
          md5: '5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a',
          url: 'https://cdn.example.com/voice.amr',
          ext: 'amr',
          size: 62351,
        },
      },
      volcengine: {
        MsgType: 10006,
        Content: json({
          __files: {
            media: {
              type: 'audio',
              remoteURL: 'https://cdn.example.com/voice.amr',
              ext: { 's:file_ext_key_audio_duration': '3', md5: '5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a', size: '62351' },
            },
          },
        }),
      },
      native: [
        {
          type: 'audio',
          url: 'https://cdn.example.com/voice.amr',
          uuid: '5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a',
          format: 'amr',
          size: 62351,
          duration: 3000,
        },
      ],
    },
  },
  {
    by: 'tencent',
    name: 'TIMImageElem',
    wrote: {
      MsgBody: [
        {
          MsgType: 'TIMImageElem',
          MsgContent: {
            UUID: '1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c',
            ImageFormat: 1,
            ImageInfoArray: [
              { Type: 1, Size: 1853095, Width: 2448, Height: 3264, URL: 'https://cdn.example.com/beach.jpg' },
              { Type: 2, Size: 2565240, Width: 720, Height: 960, URL: 'https://cdn.example.com/beach-720.jpg' },
              { Type: 3, Size: 12535, Width: 198, Height: 264, URL: 'https://cdn.example.com/beach-198.jpg' },
            ],
          },
        },
      ],
    },
    shown: {
      netease: {
        type: 1,
        body: {
          md5: '1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c',
          url: 'https://cdn.example.com/beach.jpg',
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
              remoteURL: 'https://cdn.example.com/beach.jpg',
              ext: {
                's:file_ext_key_original_width': '2448',
                's:file_ext_key_original_height': '3264',
                's:file_ext_key_preview_url': 'https://cdn.example.com/beach-720.jpg',
                's:file_ext_key_preview_width': '720',
                's:file_ext_key_preview_height': '960',
                's:file_ext_key_thumb_url': 'https://cdn.example.com/beach-198.jpg',
                's:file_ext_key_thumb_width': '198',
                's:file_ext_key_thumb_height': '264',
                md5: '1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c',
                size: '1853095',
              },
            },
          },
        }),
      },
      native: [
        {
          type: 'image',
          uuid: '1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c',
          format: 'jpg',
          url: 'https://cdn.example.com/beach.jpg',
          size: 1853095,
          width: 2448,
          height: 3264,
          variants: [
            { kind: 'large', url: 'https://cdn.example.com/beach-720.jpg', size: 2565240, width: 720, height: 960 },
            { kind: 'thumb', url: 'https://cdn.example.com/beach-198.jpg', size: 12535, width: 198, height: 264 },
          ],
        },
      ],
    },
  },
  {
    by: 'tencent',
    name: 'TIMFileElem',
    wrote: {
      MsgBody: [
        {
          MsgType: 'TIMFileElem',
          MsgContent: {
            Url: 'https://cdn.example.com/7492d.pdf',
            UUID: '7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f',
            FileSize: 1773552,
            FileName: 'route.pdf',
            Download_Flag: 2,
          },
        },
      ],
    },
    shown: {
      netease: {
        type: 6,
        body: {
          name: 'route.pdf',
          md5: '7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f',
          url: 'https://cdn.example.com/7492d.pdf',
          ext: 'pdf',
          size: 1773552,
        },
      },
      volcengine: {
        MsgType: 10005,
        Content: json({
          __files: {
            media: {
              type: 'object',
              remoteURL: 'https://cdn.example.com/7492d.pdf',
              fileName: 'route.pdf',
              ext: { md5: '7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f', size: '1773552' },
            },
          },
        }),
      },
      native: [
        {
          type: 'file',
          url: 'https://cdn.example.com/7492d.pdf',
          uuid: '7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f',
          name: 'route.pdf',
          format: 'pdf',
          size: 1773552,
        },
      ],
    },
  },
  {
    by: 'tencent',
    name: 'TIMVideoFileElem',
    wrote: {
      MsgBody: [
        {
          MsgType: 'TIMVideoFileElem',
          MsgContent: {
            VideoUrl: 'https://cdn.example.com/waves.mp4',
            VideoUUID: '9e9e9e9e9e9e9e9e9e9e9e9e9e9e9e9e',
            VideoSize: 1194603,
            VideoSecond: 5,
            VideoFormat: 'mp4',
            VideoDownloadFlag: 2,
            ThumbUrl: 'https://cdn.example.com/waves.jpg',
            ThumbUUID: '8d8d8d8d8d8d8d8d8d8d8d8d8d8d8d8d',
            ThumbSize: 13907,
            ThumbWidth: 720,
            ThumbHeight: 1280,
            ThumbFormat: 'jpg',
            ThumbDownloadFlag: 2,
          },
        },
      ],
    },
    shown: {
      netease: {
        type: 3,
        body: {
          dur: 5000,
          md5: '9e9e9e9e9e9e9e9e9e9e9e9e9e9e9e9e',
          url: 'https://cdn.example.com/waves.mp4',
          ext: 'mp4',
          size: 1194603,
        },
      },
      volcengine: {
        MsgType: 10004,
        Content: json({
          __files: {
            media: {
              type: 'video',
              remoteURL: 'https://cdn.example.com/waves.mp4',
              ext: {
                's:file_ext_key_video_duration': '5',
                's:file_ext_key_video_cover_url': 'https://cdn.example.com/waves.jpg',
                md5: '9e9e9e9e9e9e9e9e9e9e9e9e9e9e9e9e',
                size: '1194603',
              },
            },
          },
        }),
      },
      native: [
        {
          type: 'video',
          url: 'https://cdn.example.com/waves.mp4',
          uuid: '9e9e9e9e9e9e9e9e9e9e9e9e9e9e9e9e',
          size: 1194603,
          duration: 5000,
          format: 'mp4',
          cover: {
            url: 'https://cdn.example.com/waves.jpg',
            uuid: '8d8d8d8d8d8d8d8d8d8d8d8d8d8d8d8d',
            size: 13907,
            format: 'jpg',
            width: 720,
            height: 1280,
          },
        },
      ],
    },
  },
  {
    by: 'tencent',
    name: 'TIMRelayElem',
    wrote: {
      MsgBody: [
        {
          MsgType: 'TIMRelayElem',
          MsgContent: {
            Title: 'Chat of 1001 and 1002',
            MsgNum: 2,
            CompatibleText: 'Please update to see forwarded messages',
            AbstractList: ['1001: hi', '1002: [Face]'],
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
    shown: {
      netease: {
        type: 100,
        body: {
          merged: {
            title: 'Chat of 1001 and 1002',
            summary: ['1001: hi', '1002: [Face]'],
            fallback: 'Please update to see forwarded messages',
            messages: [
              { from: '1001', sendtime: 1700000000000, type: 0, body: { msg: 'hi' } },
              { from: '1002', sendtime: 1700000060000, type: 100, body: { face: { index: 6, data: '[smile]' } } },
            ],
          },
        },
      },
      volcengine: { MsgType: 10001, Content: json({ text: 'Chat of 1001 and 1002\n1001: hi\n1002: [Face]' }) },
      native: [
        {
          type: 'merged',
          title: 'Chat of 1001 and 1002',
          summary: ['1001: hi', '1002: [Face]'],
          fallback: 'Please update to see forwarded messages',
          messages: [
            { sender: '1001', time: 1700000000000, parts: [{ type: 'text', text: 'hi' }] },
            { sender: '1002', time: 1700000060000, parts: [{ type: 'face', index: 6, data: '[smile]' }] },
          ],
        },
      ],
    },
  },
  {
    by: 'tencent',
    name: 'several elements',
    wrote: {
      MsgBody: [
        { MsgType: 'TIMTextElem', MsgContent: { Text: 'look ' } },
        { MsgType: 'TIMFaceElem', MsgContent: { Index: 6, Data: '[smile]' } },
      ],
    },
    shown: {
      netease: {
        type: 100,
        body: {
          parts: [
            { type: 0, body: { msg: 'look ' } },
            { type: 100, body: { face: { index: 6, data: '[smile]' } } },
          ],
        },
      },
      volcengine: { MsgType: 10001, Content: json({ text: 'look [smile]' }) },
      native: [
        { type: 'text', text: 'look ' },
        { type: 'face', index: 6, data: '[smile]' },
      ],
    },
  },
  {
    by: 'tencent',
    name: 'several TIMTextElem',
    wrote: {
      MsgBody: [
        { MsgType: 'TIMTextElem', MsgContent: { Text: 'one, ' } },
        { MsgType: 'TIMTextElem', MsgContent: { Text: 'two' } },
      ],
    },
    shown: {
      netease: { type: 0, body: { msg: 'one, two' } },
      volcengine: { MsgType: 10001, Content: json({ text: 'one, two' }) },
      native: [
        { type: 'text', text: 'one, ' },
        { type: 'text', text: 'two' },
      ],
    },
  },
  {
    by: 'tencent',
    name: 'unusual: fields of its own, CloudCustomData',
    wrote: {
      MsgBody: [{ MsgType: 'TIMTextElem', MsgContent: { Text: 'hi', Lang: 'en' } }],
      CloudCustomData: '{"thread":9}',
    },
    shown: {
      netease: { type: 0, body: { msg: 'hi' } },
      volcengine: { MsgType: 10001, Content: json({ text: 'hi' }) },
      native: [{ type: 'text', text: 'hi' }],
    },
  },
  {
    by: 'tencent',
    name: 'unusual: a sound without size and length',
    wrote: {
      MsgBody: [
        {
          MsgType: 'TIMSoundElem',
          MsgContent: {
            Url: 'https://cdn.example.com/voice.amr',
            UUID: '5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a',
            Download_Flag: 2,
          },
        },
      ],
    },
    shown: {
      netease: {
        type: 2,
        body: { md5: '5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a', url: 'https://cdn.example.com/voice.amr', ext: 'amr' },
      },
      volcengine: {
        MsgType: 10006,
        Content: json({
          __files: {
            media: {
              type: 'audio',
              remoteURL: 'https://cdn.example.com/voice.amr',
              ext: { md5: '5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a' },
            },
          },
        }),
      },
      native: [
        {
          type: 'audio',
          url: 'https://cdn.example.com/voice.amr',
          uuid: '5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a',
          format: 'amr',
        },
      ],
    },
  },
]
