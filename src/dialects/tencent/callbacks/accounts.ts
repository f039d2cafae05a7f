import type { Call } from '../../../core/call.ts'
import type { News } from '../../../core/events.ts'

/** Who caused it: the account that called, or the administrator in whose name the back end did. */
export function operatorOf({ operator }: Pick<Call | News, 'operator'>): string {
  return operator ?? ''
}

/** Accounts as lists of members have them. */
export function memberList(users: readonly string[]) {
  return users.map(Member_Account => ({ Member_Account }))
}

/** Accounts of bots begin like this (`robot.json`). */
export function isBot(account: string): boolean {
  return account.startsWith('@RBT#')
}
