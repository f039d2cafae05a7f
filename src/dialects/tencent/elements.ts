import { z } from 'zod'

/** Bytes, seconds or pixels; no file has more than a number counts exactly. */
const size = z.number().min(0).max(Number.MAX_SAFE_INTEGER)
const downloadFlag = z.literal(2)

const text = z.object({ MsgType: z.literal('TIMTextElem'), MsgContent: z.object({ Text: z.string() }) })

const location = z.object({
  MsgType: z.literal('TIMLocationElem'),
  MsgContent: z.object({ Desc: z.string(), Latitude: z.number(), Longitude: z.number() }),
})

const face = z.object({
  MsgType: z.literal('TIMFaceElem'),
  MsgContent: z.object({ Index: z.int().optional(), Data: z.string().optional() }),
})

const custom = z.object({
  MsgType: z.literal('TIMCustomElem'),
  MsgContent: z.object({
    Data: z.string().optional(),
    Desc: z.string().optional(),
    Ext: z.string().optional(),
    Sound: z.string().optional(),
  }),
})

const sound = z.object({
  MsgType: z.literal('TIMSoundElem'),
  MsgContent: z.object({
    Url: z.string(),
    UUID: z.string(),
    Size: size.optional(),
    Second: size.optional(),
    Download_Flag: downloadFlag,
  }),
})

const image = z.object({
  MsgType: z.literal('TIMImageElem'),
  MsgContent: z.object({
    UUID: z.string(),
    ImageFormat: z.int().optional(),
    ImageInfoArray: z
      .array(
        z.object({
          Type: z.literal([1, 2, 3]),
          Size: size.optional(),
          Width: size.optional(),
          Height: size.optional(),
          URL: z.string(),
        }),
      )
      .min(1),
  }),
})

const file = z.object({
  MsgType: z.literal('TIMFileElem'),
  MsgContent: z.object({
    Url: z.string(),
    UUID: z.string(),
    FileSize: size.optional(),
    FileName: z.string().optional(),
    Download_Flag: downloadFlag,
  }),
})

const video = z.object({
  MsgType: z.literal('TIMVideoFileElem'),
  MsgContent: z.object({
    VideoUrl: z.string(),
    VideoUUID: z.string(),
    VideoSize: size.optional(),
    VideoSecond: size.optional(),
    VideoFormat: z.string().optional(),
    VideoDownloadFlag: downloadFlag,
    ThumbUrl: z.string().optional(),
    ThumbUUID: z.string().optional(),
    ThumbSize: size.optional(),
    ThumbWidth: size.optional(),
    ThumbHeight: size.optional(),
    ThumbFormat: z.string().optional(),
    ThumbDownloadFlag: downloadFlag.optional(),
  }),
})

const relay = z.object({
  MsgType: z.literal('TIMRelayElem'),
  MsgContent: z.object({
    Title: z.string().optional(),
    MsgNum: z.int().optional(),
    CompatibleText: z.string().optional(),
    AbstractList: z.array(z.string()).optional(),
    MsgList: z
      .array(z.object({ From_Account: z.string(), MsgTimeStamp: z.int().optional(), MsgBody: z.array(z.unknown()) }))
      .optional(),
    JsonMsgKey: z.string().optional(),
  }),
})

/** One element of a MsgBody as `model.md` §6.2 has it, with the fields that a REST caller must give. */
export const element = z.discriminatedUnion('MsgType', [text, location, face, custom, sound, image, file, video, relay])

/** An element that was checked. */
export type Checked = z.output<typeof element>

/** The content of one checked kind of element. */
export type ContentOf<T extends Checked['MsgType']> = Extract<Checked, { MsgType: T }>['MsgContent']
