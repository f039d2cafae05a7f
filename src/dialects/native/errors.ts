import { type Reason, reasons } from '../../core/errors.ts'

/** The native dialect answers with the core's own reasons. */
export const errors = Object.fromEntries(Object.keys(reasons).map(reason => [reason, reason])) as Record<Reason, Reason>
