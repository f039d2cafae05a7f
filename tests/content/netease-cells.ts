import { json, type Row } from './forms.ts'

/** Each type of `catalog/netease-im/model.md` §3 that a caller may send, as a NetEase caller writes it. */
export const netease: Row[] = [
  {
    by: 'netease',
    name: 'type 0 text',
    wrote: { type: 0, body: { msg: 'See you at 8, 好的 👋' } },
    shown: {
      tencent: { MsgBody: [{ MsgType: 'TIMTextElem', MsgContent: { Text: 'See you at 8, 好的 👋' } }] },
      volcengine: { MsgType: 10001, Content: json({ text: 'See you at 8, 好的 👋' }) },
      native: [{ type: 'text', text: 'See you at 8, 好的 👋' }],
    },
  },
  {
    by: 'netease',
    name: 'type 1 picture',
    wrote: {
      type: 1,
      body: {
        name: 'beach',
        md5: '1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c',
        url: 'https://cdn.example.com/1c.jpg',
        ext: 'jpg',
        w: 2448,
        h: 3264,
        size: 1853095,
      },
    },
    shown: {
      tencent: {
        MsgBody: [
          {
            MsgType: 'TIMImageElem',
            MsgContent: {
              UUID: '1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c',
              ImageFormat: 1,
              ImageInfoArray: [
                { Type: 1, Size: 1853095, Width: 2448, Height: 3264, URL: 'https://cdn.example.com/1c.jpg' },
              ],
            },
          },
        ],
      },
      volcengine: {
        MsgType: 10003,
        Content: json({
          __files: {
            media: {
              type: 'image',
              remoteURL: 'https://cdn.example.com/1c.jpg',
              fileName: 'beach',
              ext: {
                's:file_ext_key_original_width': '2448',
                's:file_ext_key_original_height': '3264',
                md5: '1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c',
                size: '1853095',
                format: 'jpg',
              },
            },
          },
        }),
      },
      native: [
        {
          type: 'image',
          url: 'https://cdn.example.com/1c.jpg',
          uuid: '1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c',
          name: 'beach',
          format: 'jpg',
          size: 1853095,
          width: 2448,
          height: 3264,
        },
      ],
    },
  },
  {
    by: 'netease',
    name: 'type 2 audio',
    wrote: {
      type: 2,
      body: {
        dur: 4551,
        md5: '5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a',
        url: 'https://cdn.example.com/voice.aac',
        ext: 'aac',
        size: 16420,
      },
    },
    shown: {
      tencent: {
        MsgBody: [
          {
            MsgType: 'TIMSoundElem',
            MsgContent: {
              Url: 'https://cdn.example.com/voice.aac',
              UUID: '5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a',
              Size: 16420,
              Second: 5,
              Download_Flag: 2,
            },
          },
        ],
      },
      volcengine: {
        MsgType: 10006,
        Content: json({
          __files: {
            media: {
              type: 'audio',
              remoteURL: 'https://cdn.example.com/voice.aac',
              ext: { 's:file_ext_key_audio_duration': '4.551', md5: '5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a', size: '16420' },
            },
          },
        }),
      },
      native: [
        {
          type: 'audio',
          url: 'https://cdn.example.com/voice.aac',
          uuid: '5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a',
          format: 'aac',
          size: 16420,
          duration: 4551,
        },
      ],
    },
  },
  {
    by: 'netease',
    name: 'type 3 video',
    wrote: {
      type: 3,
      body: {
        dur: 8003,
        md5: '9e9e9e9e9e9e9e9e9e9e9e9e9e9e9e9e',
        url: 'https://cdn.example.com/waves.mp4',
        w: 360,
        h: 480,
        ext: 'mp4',
        size: 16420,
      },
    },
    shown: {
      tencent: {
        MsgBody: [
          {
            MsgType: 'TIMVideoFileElem',
            MsgContent: {
              VideoUrl: 'https://cdn.example.com/waves.mp4',
              VideoUUID: '9e9e9e9e9e9e9e9e9e9e9e9e9e9e9e9e',
              VideoSize: 16420,
              VideoSecond: 8,
              VideoFormat: 'mp4',
              VideoDownloadFlag: 2,
              ThumbUrl: '',
              ThumbUUID: '',
              ThumbSize: 0,
              ThumbWidth: 360,
              ThumbHeight: 480,
              ThumbFormat: '',
              ThumbDownloadFlag: 2,
            },
          },
        ],
      },
      volcengine: {
        MsgType: 10004,
        Content: json({
          __files: {
            media: {
              type: 'video',
              remoteURL: 'https://cdn.example.com/waves.mp4',
              ext: {
                's:file_ext_key_video_width': '360',
                's:file_ext_key_video_height': '480',
                's:file_ext_key_video_duration': '8.003',
                md5: '9e9e9e9e9e9e9e9e9e9e9e9e9e9e9e9e',
                size: '16420',
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
          format: 'mp4',
          size: 16420,
          duration: 8003,
          width: 360,
          height: 480,
        },
      ],
    },
  },
  {
    by: 'netease',
    name: 'type 4 location',
    wrote: { type: 4, body: { title: 'Lighthouse', lng: 120.1908686708565, lat: 30.18704515647036 } },
    shown: {
      tencent: {
        MsgBody: [
          {
            MsgType: 'TIMLocationElem',
            MsgContent: { Desc: 'Lighthouse', Latitude: 30.18704515647036, Longitude: 120.1908686708565 },
          },
        ],
      },
      volcengine: {
        MsgType: 10007,
        Content: json({ title: 'Lighthouse', latitude: 30.18704515647036, longitude: 120.1908686708565 }),
      },
      native: [{ type: 'location', title: 'Lighthouse', latitude: 30.18704515647036, longitude: 120.1908686708565 }],
    },
  },
  {
    by: 'netease',
    name: 'type 6 file',
    wrote: {
      type: 6,
      body: {
        name: 'route.pdf',
        md5: '7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f',
        url: 'https://cdn.example.com/7492d',
        ext: 'pdf',
        size: 91680,
      },
    },
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
      native: [
        {
          type: 'file',
          url: 'https://cdn.example.com/7492d',
          uuid: '7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f',
          name: 'route.pdf',
          format: 'pdf',
          size: 91680,
        },
      ],
    },
  },
  {
    by: 'netease',
    name: 'type 10 tip',
    wrote: { type: 10, body: { msg: 'You are friends now' } },
    shown: {
      tencent: { MsgBody: [{ MsgType: 'TIMTextElem', MsgContent: { Text: 'You are friends now' } }] },
      volcengine: { MsgType: 10008, Content: json({ text: 'You are friends now' }) },
      native: [{ type: 'tip', text: 'You are friends now' }],
    },
  },
  {
    by: 'netease',
    name: 'type 100 custom',
    wrote: { type: 100, body: { order: 7, items: ['rope'] } },
    shown: {
      tencent: {
        MsgBody: [
          {
            MsgType: 'TIMCustomElem',
            MsgContent: { Data: '{"order":7,"items":["rope"]}', Desc: '', Ext: '', Sound: '' },
          },
        ],
      },
      volcengine: { MsgType: 10012, Content: json({ order: 7, items: ['rope'] }) },
      native: [{ type: 'custom', data: '{"order":7,"items":["rope"]}' }],
    },
  },
  {
    by: 'netease',
    name: 'unusual: fields of its own',
    wrote: { type: 0, body: { msg: 'hi', lang: 'en' } },
    shown: {
      tencent: { MsgBody: [{ MsgType: 'TIMTextElem', MsgContent: { Text: 'hi' } }] },
      volcengine: { MsgType: 10001, Content: json({ text: 'hi' }) },
      native: [{ type: 'text', text: 'hi' }],
    },
  },
  {
    by: 'netease',
    name: 'unusual: a picture of which only the address is known',
    wrote: { type: 1, body: { url: 'https://cdn.example.com/1c.PNG' } },
    shown: {
      tencent: {
        MsgBody: [
          {
            MsgType: 'TIMImageElem',
            MsgContent: {
              UUID: '9b2f46ac3d5895817aeda3359c27d875',
              ImageFormat: 3,
              ImageInfoArray: [{ Type: 1, Size: 0, Width: 0, Height: 0, URL: 'https://cdn.example.com/1c.PNG' }],
            },
          },
        ],
      },
      volcengine: {
        MsgType: 10003,
        Content: json({ __files: { media: { type: 'image', remoteURL: 'https://cdn.example.com/1c.PNG', ext: {} } } }),
      },
      native: [{ type: 'image', url: 'https://cdn.example.com/1c.PNG', format: 'png' }],
    },
  },
]
