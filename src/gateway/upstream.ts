import { z } from 'zod'
import { parseJson } from '../lib/json.ts'

/** A frame from a device. */
export const upstream = z.object({
  id: z.union([z.number(), z.string().max(64)]).describe('the answer carries it'),
  do: z.string().max(64).describe('the operation'),
  with: z.unknown().optional().describe('its input'),
})

/** What every sign-in may say besides the credentials of its dialect. */
export const signInWith = z.looseObject({
  dialect: z.string().describe('whose credentials these are'),
  platform: z
    .string()
    .max(64)
    .default('')
    .describe('`android`, `ios`, `ipad`, `harmony`, `windows`, `mac`, `linux`, `web`, or one of your own'),
  device: z
    .string()
    .max(128)
    // It becomes part of a key: push tokens are kept by device.
    .refine(text => text.isWellFormed() && !text.includes('\0'), { error: 'expected well-formed text without NUL' })
    .default('')
    .describe('the same whenever this device comes; well formed, without NUL'),
  sdk: z.string().max(64).optional().describe('which client it is, in which version'),
  tag: z.string().max(64).optional().describe('anything that the user’s other devices may know of it'),
  automatic: z.boolean().default(false).describe('no person asked for it'),
})

export type Upstream = z.output<typeof upstream>

/** The frame; undefined for what is none. */
export function readFrame(data: Buffer): Upstream | undefined {
  try {
    const parsed = upstream.safeParse(parseJson(data.toString()))
    return parsed.success ? parsed.data : undefined
  } catch {
    return undefined
  }
}
