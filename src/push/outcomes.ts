import type { Outcome } from './push.ts'

/** How long to wait when a provider is down, or does not say (ms). */
export const usualWait = 10_000
/** A provider that asks for more than this is asked again nevertheless (ms). */
const longestWait = 3_600_000
const longestWhy = 300

/** The provider has it. */
export function sent(id?: string): Outcome {
  return id ? { result: 'sent', id } : { result: 'sent' }
}

/** The token must be forgotten. */
export function gone(why: string, since?: number): Outcome {
  return since === undefined ? { result: 'gone', why: cut(why) } : { result: 'gone', why: cut(why), since }
}

/** Worth another try after so long (ms). */
export function later(why: string, after = usualWait): Outcome {
  return { result: 'later', after: Math.min(after, longestWait), why: cut(why) }
}

/** Will never be wanted. */
export function refused(why: string): Outcome {
  return { result: 'refused', why: cut(why) }
}

/** What a Retry-After header asks for (ms), which is a number of seconds or a date; undefined when it says nothing. */
export function waitOf(header: string | undefined, now = Date.now()): number | undefined {
  const said = header?.trim()
  if (!said) return undefined
  if (/^\d+$/.test(said)) return Number(said) * 1000
  const date = Date.parse(said)
  return Number.isNaN(date) ? undefined : Math.max(0, date - now)
}

/** One line of what a provider answered, for people. */
export function saying(status: number, text: string): string {
  const line = text.replace(/\s+/g, ' ').trim()
  return line ? `${status}: ${line}` : `${status}`
}

function cut(why: string): string {
  return why.length > longestWhy ? `${why.slice(0, longestWhy - 1)}…` : why
}
