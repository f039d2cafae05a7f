/** What a device runs on, as far as rules and records tell devices apart. */
export const platforms = ['android', 'ios', 'ipad', 'harmony', 'windows', 'mac', 'linux', 'web', 'other'] as const

export type Platform = (typeof platforms)[number]

const others = new Map<string, Platform>([
  ['iphone', 'ios'],
  ['ipados', 'ipad'],
  ['harmonyos', 'harmony'],
  ['pc', 'windows'],
  ['macos', 'mac'],
])

const known = new Map<string, Platform>([...platforms.map(name => [name, name] as const), ...others])

/** The platform of what a device says it runs on; 'other' for whatever has no name here. */
export function platformOf(said: string): Platform {
  return known.get(said.toLowerCase()) ?? 'other'
}

const mobile: readonly Platform[] = ['android', 'ios', 'ipad', 'harmony']
const desktop: readonly Platform[] = ['windows', 'mac', 'linux']

/** The kind of device that runs a platform. */
export function kindOf(platform: Platform): 'mobile' | 'desktop' | 'web' | 'other' {
  if (mobile.includes(platform)) return 'mobile'
  if (desktop.includes(platform)) return 'desktop'
  return platform === 'web' ? 'web' : 'other'
}
