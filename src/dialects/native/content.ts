import { z } from 'zod'
import type { Part } from '../../core/messages/content.ts'

const size = z.number().int().min(0)
const line = z.string().max(1000)

const file = {
  url: z.string().max(2000).optional(),
  uuid: z.string().max(200).optional(),
  name: line.optional(),
  format: z.string().max(32).optional(),
  size: size.optional(),
}

const area = { width: size.optional(), height: size.optional() }

const variant = z.object({ ...file, ...area, kind: z.enum(['large', 'thumb']) })

const plain = [
  z.object({ type: z.literal('text'), text: z.string().min(1) }),
  z.object({ type: z.literal('image'), ...file, ...area, variants: z.array(variant).max(4).optional() }),
  z.object({ type: z.literal('audio'), ...file, duration: size.optional() }),
  z.object({
    type: z.literal('video'),
    ...file,
    ...area,
    duration: size.optional(),
    cover: z.object({ ...file, ...area }).optional(),
  }),
  z.object({ type: z.literal('file'), ...file }),
  z.object({
    type: z.literal('location'),
    title: line,
    latitude: z.number().min(-90).max(90),
    longitude: z.number().min(-180).max(180),
  }),
  z.object({ type: z.literal('face'), index: z.number().int().optional(), data: z.string().optional() }),
  z.object({
    type: z.literal('custom'),
    data: z.string(),
    description: line.optional(),
    ext: z.string().optional(),
    sound: line.optional(),
  }),
  z.object({ type: z.literal('tip'), text: z.string().min(1) }),
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
  summary: z.array(line).max(10),
  fallback: line.optional(),
  messages: z
    .array(
      z.object({
        sender: z.string().max(255),
        time: size,
        parts: z.array(z.discriminatedUnion('type', plain)).min(1).max(20),
      }),
    )
    .min(1)
    .max(100),
})

/** What an end user may say: the core's parts, except notices, which are the server's own. */
export const parts: z.ZodType<Part[]> = z
  .array(z.discriminatedUnion('type', [...plain, merged]))
  .min(1)
  .max(20)
