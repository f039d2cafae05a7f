import { Fault, type Reason } from '../core/errors.ts'
import { Refusal } from '../dialects/dialect.ts'

/** Why a socket was closed: the WebSocket close code, and a line for people. */
export interface Ending {
  code: number
  text: string
}

/**
 * The gateway's close codes. Their range says whether to come back, so that a client need not know each of them:
 * 4000–4099 at once, 4100–4199 after a while, 4200–4299 not with these credentials.
 */
export const codes = {
  slow: { code: 4000, text: 'too slow to take what is kept for it; come back and resume' },
  restart: { code: 4001, text: 'the server stops; come back' },
  silent: { code: 4002, text: 'nothing was heard from the device for too long' },
  unavailable: { code: 4100, text: 'the server cannot serve this now' },
  flooding: { code: 4101, text: 'too many frames' },
  late: { code: 4102, text: 'no sign-in within the time for it' },
  refused: { code: 4200, text: 'the credentials are not accepted' },
  kicked: { code: 4201, text: 'signed out everywhere' },
  banned: { code: 4202, text: 'the user is banned' },
  removed: { code: 4203, text: 'the user was removed' },
  replaced: { code: 4204, text: 'newer connections of the same user took its place' },
  ended: { code: 4205, text: 'this device was signed out' },
  protocol: { code: 4210, text: 'a frame does not follow the protocol' },
} as const satisfies Record<string, Ending>

/** How a session ends, as the app hears it: by default its connection was lost. */
export function howOf(ending?: Ending): { why: 'lost' | 'late' | 'kicked'; replaced?: boolean } {
  if (ending === codes.silent) return { why: 'late' }
  if (ending === codes.replaced) return { why: 'kicked', replaced: true }
  const kicked = [codes.kicked, codes.banned, codes.removed, codes.ended].includes(ending as typeof codes.kicked)
  return { why: kicked ? 'kicked' : 'lost' }
}

/** Reasons that may pass while the credentials stay the same. */
const passing: Reason[] = [
  'app.disabled',
  'rate.exceeded',
  'store.unavailable',
  'store.conflict',
  'time.out',
  'internal',
]

/** How a socket ends whose sign-in failed: what may pass is worth another try later. */
export function endingOf(error: unknown): Ending {
  if (error instanceof Fault) return passing.includes(error.reason) ? codes.unavailable : codes.refused
  // A dialect's own refusal is about the credentials; anything else is ours.
  return error instanceof Refusal && !error.passing ? codes.refused : codes.unavailable
}
