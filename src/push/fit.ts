import type { Outgoing } from './push.ts'

const mark = '…'
const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' })

/**
 * Writes a push so that it has at most so many bytes, shortening its text where that is enough; undefined where it is
 * not. `write` gives what goes out for a push.
 */
export function fitted(push: Outgoing, most: number, write: (push: Outgoing) => string): string | undefined {
  const whole = write(push)
  const over = Buffer.byteLength(whole) - most
  if (over <= 0) return whole
  // Escapes make a text longer on the wire than it is by itself, so what fits is found by trying.
  const marks = [...graphemes.segment(push.text ?? '')].map(({ index }) => index)
  let [fits, tooMany] = [0, marks.length]
  let best: string | undefined
  while (fits < tooMany) {
    const middle = (fits + tooMany) >> 1
    const tried = write({ ...push, text: (push.text ?? '').slice(0, marks[middle]) + mark })
    if (Buffer.byteLength(tried) <= most) {
      best = tried
      fits = middle + 1
    } else tooMany = middle
  }
  return best
}

/** Cuts a text to at most so many characters as people see them, with a mark where something is missing. */
export function shorten(text: string, most: number): string {
  // No text has more graphemes than code units.
  if (text.length <= most) return text
  let [count, last] = [0, 0]
  for (const { index } of graphemes.segment(text)) {
    if (count === most - 1) last = index
    if (++count > most) return text.slice(0, last) + mark
  }
  return text
}
