import type { Platform } from './platforms.ts'

/** Which devices of one user may be connected at the same time. */
export interface DeviceRules {
  /**
   * Devices that share a place push each other out: with 'all' nobody does, with 'one' everybody, with 'platform' and
   * 'kind' (mobile, desktop, web) those of the same one, with 'sets' those whose platforms stand in the same set.
   */
  rule: 'all' | 'one' | 'platform' | 'kind' | 'sets'
  /** For 'sets'; a platform that stands in none is a place of its own. */
  sets?: readonly (readonly Platform[])[]
  /** How many have room in one place. */
  each: number
  /** How many a user has in all, whatever the rule; at most 50. */
  most: number
}

/** What holds for apps that say nothing. */
export const usualDevices: DeviceRules = { rule: 'all', each: 1, most: 10 }
