import { json, type Row } from './forms.ts'

/** Each type of `catalog/volcengine-im/model.md`, "Message types and Content", as a Volcengine caller writes it. */
export const volcengine: Row[] = [
  {
    by: 'volcengine',
    name: '10001 text',
    wrote: { MsgType: 10001, Content: json({ text: 'See you at 8, 好的 👋' }) },
    shown: {
      tencent: { MsgBody: [{ MsgType: 'TIMTextElem', MsgContent: { Text: 'See you at 8, 好的 👋' } }] },
      netease: { type: 0, body: { msg: 'See you at 8, 好的 👋' } },
      native: [{ type: 'text', text: 'See you at 8, 好的 👋' }],
    },
  },
  {
    by: 'volcengine',
    name: '10002 sticker',
    wrote: { MsgType: 10002, Content: json({ index: 6, data: '[smile]' }) },
    shown: {
      tencent: { MsgBody: [{ MsgType: 'TIMFaceElem', MsgContent: { Index: 6, Data: '[smile]' } }] },
      netease: { type: 100, body: { face: { index: 6, data: '[smile]' } } },
      native: [{ type: 'face', index: 6, data: '[smile]' }],
    },
  },
  {
    by: 'volcengine',
    name: '10003 image',
    wrote: {
      MsgType: 10003,
      Content: json({
        __files: {
          media: {
            type: 'image',
            remoteURL: 'https://cdn.example.com/beach.jpg',
            fileName: 'beach.jpg',
            ext: {
              's:file_ext_key_original_width': '2448',
              's:file_ext_key_original_height': '3264',
              's:file_ext_key_thumb_url': 'https://cdn.example.com/beach-198.jpg',
            },
          },
        },
      }),
    },
    shown: {
      tencent: {
        MsgBody: [
          {
            MsgType: 'TIMImageElem',
            MsgContent: {
              UUID: 'd57d5652f1cce30b42ce296215fa3230',
              ImageFormat: 1,
              ImageInfoArray: [
                { Type: 1, Size: 0, Width: 2448, Height: 3264, URL: 'https://cdn.example.com/beach.jpg' },
                { Type: 3, Size: 0, Width: 0, Height: 0, URL: 'https://cdn.example.com/beach-198.jpg' },
              ],
            },
          },
        ],
      },
      netease: {
        type: 1,
        body: { name: 'beach.jpg', url: 'https://cdn.example.com/beach.jpg', ext: 'jpg', w: 2448, h: 3264 },
      },
      native: [
        {
          type: 'image',
          url: 'https://cdn.example.com/beach.jpg',
          name: 'beach.jpg',
          format: 'jpg',
          width: 2448,
          height: 3264,
          variants: [{ kind: 'thumb', url: 'https://cdn.example.com/beach-198.jpg' }],
        },
      ],
    },
  },
  {
    by: 'volcengine',
    name: '10004 video',
    wrote: {
      MsgType: 10004,
      Content: json({
        __files: {
          media: {
            type: 'video',
            remoteURL: 'https://cdn.example.com/waves.mp4',
            fileName: 'waves.mp4',
            ext: {
              's:file_ext_key_video_width': '720',
              's:file_ext_key_video_height': '1280',
              's:file_ext_key_video_duration': '5.2',
              's:file_ext_key_video_cover_url': 'https://cdn.example.com/waves.jpg',
            },
          },
        },
      }),
    },
    shown: {
      tencent: {
        MsgBody: [
          {
            MsgType: 'TIMVideoFileElem',
            MsgContent: {
              VideoUrl: 'https://cdn.example.com/waves.mp4',
              VideoUUID: 'c05aa275d57c7d7438020b96cf16bf17',
              VideoSize: 0,
              VideoSecond: 5,
              VideoFormat: 'mp4',
              VideoDownloadFlag: 2,
              ThumbUrl: 'https://cdn.example.com/waves.jpg',
              ThumbUUID: 'efe4dba0c644b394dad14fc39d1d0c1b',
              ThumbSize: 0,
              ThumbWidth: 720,
              ThumbHeight: 1280,
              ThumbFormat: 'jpg',
              ThumbDownloadFlag: 2,
            },
          },
        ],
      },
      netease: {
        type: 3,
        body: { dur: 5200, name: 'waves.mp4', url: 'https://cdn.example.com/waves.mp4', ext: 'mp4', w: 720, h: 1280 },
      },
      native: [
        {
          type: 'video',
          url: 'https://cdn.example.com/waves.mp4',
          name: 'waves.mp4',
          format: 'mp4',
          width: 720,
          height: 1280,
          duration: 5200,
          cover: { url: 'https://cdn.example.com/waves.jpg', format: 'jpg' },
        },
      ],
    },
  },
  {
    by: 'volcengine',
    name: '10005 file',
    wrote: {
      MsgType: 10005,
      Content: json({
        __files: {
          media: { type: 'object', remoteURL: 'https://cdn.example.com/7492d', fileName: 'route.pdf', ext: {} },
        },
      }),
    },
    shown: {
      tencent: {
        MsgBody: [
          {
            MsgType: 'TIMFileElem',
            MsgContent: {
              Url: 'https://cdn.example.com/7492d',
              UUID: '148cbb27b6c989432dac60846432024b',
              FileSize: 0,
              FileName: 'route.pdf',
              Download_Flag: 2,
            },
          },
        ],
      },
      netease: { type: 6, body: { name: 'route.pdf', url: 'https://cdn.example.com/7492d', ext: 'pdf' } },
      native: [{ type: 'file', url: 'https://cdn.example.com/7492d', name: 'route.pdf', format: 'pdf' }],
    },
  },
  {
    by: 'volcengine',
    name: '10006 audio',
    wrote: {
      MsgType: 10006,
      Content: json({
        __files: {
          media: {
            type: 'audio',
            remoteURL: 'https://cdn.example.com/voice.mp3',
            fileName: 'voice.mp3',
            ext: { 's:file_ext_key_audio_duration': '3' },
          },
        },
      }),
    },
    shown: {
      tencent: {
        MsgBody: [
          {
            MsgType: 'TIMSoundElem',
            MsgContent: {
              Url: 'https://cdn.example.com/voice.mp3',
              UUID: '1de5345728bec73bf3f9943584d79efc',
              Size: 0,
              Second: 3,
              Download_Flag: 2,
            },
          },
        ],
      },
      netease: {
        type: 2,
        body: { dur: 3000, name: 'voice.mp3', url: 'https://cdn.example.com/voice.mp3', ext: 'mp3' },
      },
      native: [
        { type: 'audio', url: 'https://cdn.example.com/voice.mp3', name: 'voice.mp3', format: 'mp3', duration: 3000 },
      ],
    },
  },
  {
    by: 'volcengine',
    name: '10007 location',
    wrote: {
      MsgType: 10007,
      Content: json({ title: 'Lighthouse', latitude: 30.18704515647036, longitude: 120.1908686708565 }),
    },
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
      native: [{ type: 'location', title: 'Lighthouse', latitude: 30.18704515647036, longitude: 120.1908686708565 }],
    },
  },
  {
    by: 'volcengine',
    name: '10008 system',
    wrote: { MsgType: 10008, Content: json({ text: 'You are friends now' }) },
    shown: {
      tencent: { MsgBody: [{ MsgType: 'TIMTextElem', MsgContent: { Text: 'You are friends now' } }] },
      netease: { type: 10, body: { msg: 'You are friends now' } },
      native: [{ type: 'tip', text: 'You are friends now' }],
    },
  },
  {
    by: 'volcengine',
    name: '10009 link',
    wrote: {
      MsgType: 10009,
      Content: json({ url: 'https://example.com/route', title: 'The route', text: 'Twelve pitches' }),
    },
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
      native: [{ type: 'link', url: 'https://example.com/route', title: 'The route', text: 'Twelve pitches' }],
    },
  },
  {
    by: 'volcengine',
    name: '10012 custom',
    wrote: { MsgType: 10012, Content: json({ type: 3, order: 7 }) },
    shown: {
      tencent: {
        MsgBody: [
          { MsgType: 'TIMCustomElem', MsgContent: { Data: '{"type":3,"order":7}', Desc: '', Ext: '', Sound: '' } },
        ],
      },
      netease: { type: 100, body: { type: 3, order: 7 } },
      native: [{ type: 'custom', data: '{"type":3,"order":7}' }],
    },
  },
  {
    by: 'volcengine',
    name: '10013 pass-through',
    wrote: { MsgType: 10013, Content: json({ type: 1, typing: true }) },
    shown: {
      tencent: {
        MsgBody: [
          { MsgType: 'TIMCustomElem', MsgContent: { Data: '{"type":1,"typing":true}', Desc: '', Ext: '', Sound: '' } },
        ],
      },
      netease: { type: 100, body: { type: 1, typing: true } },
      native: [{ type: 'custom', data: '{"type":1,"typing":true}' }],
    },
  },
  {
    by: 'volcengine',
    name: 'unusual: a picture by plain address, its size in Ext',
    wrote: {
      MsgType: 10003,
      Content: json({ url: 'https://cdn.example.com/beach.jpg' }),
      Ext: { file_ext_key_original_width: '2448', file_ext_key_original_height: '3264', 'a:album': 'sea' },
    },
    shown: {
      tencent: {
        MsgBody: [
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
      netease: { type: 1, body: { url: 'https://cdn.example.com/beach.jpg', ext: 'jpg', w: 2448, h: 3264 } },
      native: [{ type: 'image', url: 'https://cdn.example.com/beach.jpg', format: 'jpg', width: 2448, height: 3264 }],
    },
  },
  {
    by: 'volcengine',
    name: 'unusual: text that is no JSON',
    wrote: { MsgType: 10001, Content: 'plain' },
    shown: {
      tencent: { MsgBody: [{ MsgType: 'TIMTextElem', MsgContent: { Text: 'plain' } }] },
      netease: { type: 0, body: { msg: 'plain' } },
      native: [{ type: 'text', text: 'plain' }],
    },
  },
]
