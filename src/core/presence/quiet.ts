import type { Quiet } from './model.ts'

/** Whether a time (ms) is one at which somebody wants to be left alone. From one minute to the same is all day. */
export function isQuiet(quiet: Quiet | undefined, now: number): boolean {
  if (!quiet || !isZone(quiet.zone)) return false
  const { from, to, zone } = quiet
  const minute = minuteOf(now, zone)
  return from < to ? minute >= from && minute < to : minute >= from || minute < to
}

/** Whether there is such a zone. */
export function isZone(zone: string): boolean {
  try {
    formatOf(zone)
    return true
  } catch {
    return false
  }
}

// Making a format takes a thousand times as long as using it, and there are a few hundred zones.
const formats = new Map<string, Intl.DateTimeFormat>()
const mostFormats = 1000

function formatOf(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone)
  if (known) return known
  const made = new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  })
  if (formats.size < mostFormats) formats.set(zone, made)
  return made
}

function minuteOf(now: number, zone: string): number {
  const [hours = 0, minutes = 0] = formatOf(zone).format(now).split(':').map(Number)
  return hours * 60 + minutes
}
