import { entryOf } from '../shapes.ts'

const known: Record<string, string> = {
  web: 'Web',
  android: 'Android',
  ios: 'iOS',
  iphone: 'iOS',
  ipad: 'iPad',
  windows: 'Windows',
  mac: 'macOS',
  macos: 'macOS',
}

/** What a device runs on, as OptPlatform has it. */
export function optPlatform(platform = ''): string {
  return entryOf(known, platform.toLowerCase()) ?? 'Unknown'
}

/** The same as KickedDevice has it: Macs by their older name, and Linux besides. */
export function kickedPlatform(platform: string): string {
  if (platform.toLowerCase() === 'linux') return 'Linux'
  const name = optPlatform(platform)
  return name === 'macOS' ? 'Mac' : name
}
