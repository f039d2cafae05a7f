import type { Session } from '../model.ts'
import { kindOf, platformOf } from './platforms.ts'
import type { DeviceRules } from './rules.ts'

/** What the rules look at. */
export type Ruled = Pick<Session, 'id' | 'platform' | 'device' | 'since'>

/**
 * Which of a user's devices give way to one that signs in, the oldest first: its own earlier connections, then those
 * beyond what its place holds, then those beyond what the user may have in all.
 */
export function givingWay<D extends Ruled>(rules: DeviceRules, here: readonly D[], coming: Ruled): D[] {
  const oldest = [...here].sort((a, b) => a.since - b.since || (a.id < b.id ? -1 : 1))
  const place = placeOf(rules, coming)
  const gone = new Set<D>()
  if (place !== undefined) {
    const rivals = oldest.filter(each => placeOf(rules, each) === place)
    for (const each of rivals) if (isSame(each, coming)) gone.add(each)
    takeFirst(
      rivals.filter(each => !gone.has(each)),
      rules.each,
      gone,
    )
  }
  takeFirst(
    oldest.filter(each => !gone.has(each)),
    rules.most,
    gone,
  )
  return oldest.filter(each => gone.has(each))
}

/** Whether two connections are of the same device, as far as it names itself. */
export function isSame(one: Ruled, other: Ruled): boolean {
  return one.device !== '' && one.device === other.device && one.platform === other.platform
}

/** The first ones go until the one that comes has room among the others. */
function takeFirst<D>(others: readonly D[], room: number, gone: Set<D>): void {
  for (const each of others.slice(0, Math.max(0, others.length + 1 - room))) gone.add(each)
}

/** The place that a device shares with others; undefined where devices never push each other out. */
function placeOf({ rule, sets = [] }: DeviceRules, { platform: said }: Ruled): string | undefined {
  const platform = platformOf(said)
  switch (rule) {
    case 'all':
      return undefined
    case 'one':
      return ''
    case 'platform':
      return platform
    case 'kind':
      return kindOf(platform)
    case 'sets': {
      const at = sets.findIndex(set => set.includes(platform))
      return at < 0 ? platform : String(at)
    }
  }
}
