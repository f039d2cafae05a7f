import { describe, expect, test } from 'vitest'
import { givingWay, type Ruled } from './devices.ts'
import { platformOf } from './platforms.ts'
import { type DeviceRules, usualDevices } from './rules.ts'

let made = 0
const device = (platform: string, named = ''): Ruled => ({ id: `s${++made}`, platform, device: named, since: made })

/** Lets devices in one after another and says which platforms are there in the end. */
function stay(rules: Partial<DeviceRules>, ...platforms: string[]): string[] {
  let here: Ruled[] = []
  for (const platform of platforms) {
    const coming = device(platform)
    const gone = givingWay({ ...usualDevices, ...rules }, here, coming)
    here = [...here.filter(each => !gone.includes(each)), coming]
  }
  return here.map(each => each.platform)
}

describe('which devices give way', () => {
  const each = ['android', 'iOS', 'iPad', 'Windows', 'macOS', 'linux', 'web']

  test('[PR1] all stay, until there are too many: then the oldest goes', () => {
    expect(stay({}, ...each, ...each.slice(0, 3))).toHaveLength(10)
    expect(stay({ most: 3 }, ...each)).toEqual(['macOS', 'linux', 'web'])
  })

  test('[PR1] one at a time', () => {
    expect(stay({ rule: 'one' }, ...each)).toEqual(['web'])
    expect(stay({ rule: 'one', each: 2 }, ...each)).toEqual(['linux', 'web'])
  })

  test('[PR1] one of each platform, by whatever name it goes; what has no name here is one platform', () => {
    expect(stay({ rule: 'platform' }, ...each)).toEqual(each)
    expect(stay({ rule: 'platform' }, 'iphone', 'web', 'iOS', 'toaster', '')).toEqual(['web', 'iOS', ''])
    expect(stay({ rule: 'platform', each: 2 }, 'web', 'web', 'android', 'web')).toEqual(['web', 'android', 'web'])
  })

  test('[PR1] one of each kind: mobile, desktop, web', () => {
    expect(stay({ rule: 'kind' }, ...each)).toEqual(['iPad', 'linux', 'web'])
    expect(stay({ rule: 'kind' }, 'HarmonyOS', 'Mac', 'android')).toEqual(['Mac', 'android'])
  })

  test('[PR1] sets of platforms; one that stands in none is alone', () => {
    const yunxin: Partial<DeviceRules> = {
      rule: 'sets',
      sets: [
        ['android', 'ios'],
        ['windows', 'mac', 'web'],
      ],
    }
    expect(stay(yunxin, 'android', 'web', 'ios', 'mac', 'linux')).toEqual(['ios', 'mac', 'linux'])
    expect(stay(yunxin, 'linux', 'web', 'linux')).toEqual(['web', 'linux'])
  })

  test('[PR1] the limit holds beside the rule', () => {
    expect(stay({ rule: 'platform', most: 2 }, 'web', 'ios', 'ios', 'mac')).toEqual(['ios', 'mac'])
  })

  test('[PR2] a device that comes back takes its own place, not that of another', () => {
    const [first, second, other] = [device('web', 'a'), device('web', 'b'), device('web', 'a')]
    const rules: DeviceRules = { ...usualDevices, rule: 'platform', each: 2 }
    expect(givingWay(rules, [second, first], other)).toEqual([first])
    expect(givingWay(usualDevices, [first, second], other)).toEqual([])
    expect(givingWay(rules, [device('web'), second], device('web'))).toHaveLength(1)
  })

  test('[PR1] hostile names are platforms like any other', () => {
    for (const name of ['__proto__', 'constructor', 'toString', '\u0000']) expect(platformOf(name)).toBe('other')
  })
})
