import { z } from 'zod'
import type { Part } from '../../core/messages/content.ts'

const size = z.number().int().min(0)
const line = z.string().max(1000)

const file = {
  url: z.string().max(2000).optional(),
  uuid: z.string().max(200).optional().describe('a name of the bytes, usually their MD5'),
  name: line.optional(),
  format: z.string().max(32).optional().describe('extension or format, such as jpg'),
  size: size.optional().describe('bytes'),
}

const area = { width: size.optional().describe('pixels'), height: size.optional().describe('pixels') }
const duration = size.optional().describe('ms')

const variant = z.object({ ...file, ...area, kind: z.enum(['large', 'thumb']) })

const plain = [
  z.object({ type: z.literal('text'), text: z.string().min(1) }),
  z.object({
    type: z.literal('image'),
    ...file,
    ...area,
    variants: z.array(variant).max(4).optional().describe('the same picture in other sizes'),
  }),
  z.object({ type: z.literal('audio'), ...file, duration }),
  z.object({
    type: z.literal('video'),
    ...file,
    ...area,
    duration,
    cover: z
      .object({ ...file, ...area })
      .optional()
      .describe('a picture of it'),
  }),
  z.object({ type: z.literal('file'), ...file }),
  z.object({
    type: z.literal('location'),
    title: line,
    latitude: z.number().min(-90).max(90).describe('degrees'),
    longitude: z.number().min(-180).max(180).describe('degrees'),
  }),
  z.object({
    type: z.literal('face'),
    index: z.number().int().optional().describe('of a sticker in its set'),
    data: z.string().optional().describe('its name'),
  }),
  z.object({
    type: z.literal('custom'),
    data: z.string().describe('the app’s own'),
    description: line.optional().describe('a line for people'),
    ext: z.string().optional(),
    sound: line.optional().describe('the file name of a sound'),
  }),
  z.object({ type: z.literal('tip'), text: z.string().min(1).describe('a line between the messages') }),
  z.object({
    type: z.literal('link'),
    url: z.string().min(1).max(2000),
    title: line.optional(),
    text: line.optional(),
  }),
] as const

/** Forwarded messages hold plain parts only: a bundle inside a bundle is refused. */
const merged = z.object({
  type: z.literal('merged'),
  title: line,
  summary: z.array(line).max(10).describe('lines that tell what is inside'),
  fallback: line.optional().describe('for devices that do not know bundles'),
  messages: z
    .array(
      z.object({
        sender: z.string().max(255),
        time: size,
        parts: z.array(z.discriminatedUnion('type', plain)).min(1).max(20),
      }),
    )
    .min(1)
    .max(100)
    .describe('messages forwarded together, of any parts but `merged`'),
})

/** What an end user may say: the core's parts, except notices, which are the server's own. */
export const parts: z.ZodType<Part[]> = z
  .array(
    z
      .discriminatedUnion('type', [...plain, merged])
      .meta({ id: 'Part', description: 'A part of a message as a device says it.' }),
  )
  .min(1)
  .max(20)
