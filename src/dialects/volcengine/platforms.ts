import { platformOf } from '../../core/presence/platforms.ts'

/** Android, iOS or Web; what else a device runs on is named as it says itself. */
export function platformName(said: string): string {
  switch (platformOf(said)) {
    case 'android':
      return 'Android'
    case 'ios':
    case 'ipad':
      return 'iOS'
    case 'web':
      return 'Web'
    default:
      return said
  }
}
