import type { Core } from '../core/core.ts'
import type { Aside, ParkedRow } from '../core/outbox/parking.ts'
import type { Kept } from '../core/tables.ts'
import type { Listening, Sending } from './sending.ts'

/** Events of a range that are told again side by side. */
const page = 100

/**
 * Tells a listener again the first of what was set aside in one lane from a place on and asked for; gives the place to go
 * on at, undefined when there is no more. What fails again stays aside. Stops when nobody wants it any more.
 */
export async function redrive(
  core: Core,
  { app, name }: Listening,
  lane: number,
  from: number,
  sending: Sending,
  wanted: () => boolean,
): Promise<number | undefined> {
  const { parking, deliveries } = core
  const rows = sideBySide(await parking.wanted(app, lane, name, from))
  const [first] = rows
  if (!first) return undefined
  const events = await eventsOf(core, rows)
  const failed = await tellAgain(sending, events, wanted)
  if (!failed) return undefined
  const whole = rows.length > 1 || events.length < page
  const to = whole ? (rows.at(-1) as ParkedRow).value.to : (events.at(-1) as Kept).place
  // Where somebody else changed it meanwhile, it is read anew.
  if (!(await parking.settle(rows, to, failed))) return from
  deliveries.free({ app, lane, from: first.value.from, to })
  return to + 1
}

/** Single events together; a range alone. */
function sideBySide(rows: ParkedRow[]): ParkedRow[] {
  const long = rows.findIndex(row => row.value.count > 1)
  if (long === 0) return rows.slice(0, 1)
  return long < 0 ? rows : rows.slice(0, long)
}

function eventsOf({ parking }: Core, rows: ParkedRow[]): Promise<Kept[]> {
  const [first] = rows as [ParkedRow]
  if (rows.length > 1) return parking.firsts(rows.map(row => row.value))
  return parking.events(first.value, first.value.from, page)
}

/** What failed again; undefined when it was not wanted to its end. Those with one key are told one after another. */
async function tellAgain(sending: Sending, events: Kept[], wanted: () => boolean): Promise<Aside[] | undefined> {
  const keys = Map.groupBy(events, each => each.key)
  const failed: Aside[] = []
  let gone = false
  await Promise.all(
    [...keys.values()].map(async ofKey => {
      for (const kept of ofKey) {
        const end = await sending.send(kept, { 'x-magpie-redriven': '1' }, wanted)
        if (end === 'gone') {
          gone = true
          return
        }
        if (end !== 'told') failed.push({ from: kept.place, to: kept.place, ...end })
      }
    }),
  )
  return gone ? undefined : failed
}
