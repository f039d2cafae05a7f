import { z } from 'zod'

/** The id of a conversation: a pair's or a group's. */
export const conv = z.int().describe('the conversation')

/** An id that the server made. */
export const id = z.int()

/** A user's id. */
export const user = z.string()

/** Milliseconds since 1970. */
export const ms = z.int().describe('ms')

/** A number in a log, or how many there are of something. */
export const number = z.int().min(0)

/** Texts by name. */
export const texts = z.record(z.string(), z.string())

/** What an operation answers that has nothing to say. */
export const nothing = z.strictObject({})

/** Where the next page of a list begins. */
export function next<T extends z.ZodType>(place: T) {
  return place.optional().describe('where the next page begins; absent = this is the last')
}
