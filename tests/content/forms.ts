import type { Notice, Part } from '../../src/core/messages/content.ts'

/** Who writes and reads content. */
export type Reader = 'tencent' | 'netease' | 'volcengine' | 'native'

export const readers: readonly Reader[] = ['tencent', 'netease', 'volcengine', 'native']

/** The vendors, whose histories every part has a form in. */
export type Vendor = Exclude<Reader, 'native'>

export const vendors: readonly Vendor[] = ['tencent', 'netease', 'volcengine']

/** The whole content of a message as each dialect writes it in a send and shows it in a history. */
export interface Forms {
  tencent: { MsgBody: { MsgType: string; MsgContent: object }[]; CloudCustomData?: string }
  netease: { type: number; body: object }
  volcengine: { MsgType: number; Content: string; Ext?: Record<string, string> }
  native: Part[]
}

/** One message of one writer. What is not `shown` for the writer is what they `wrote`: it comes back as it was. */
export type Row = {
  [W in Reader]: {
    by: W
    /** What the message is, unique among its writer's rows. */
    name: string
    wrote: Forms[W]
    shown: Omit<Forms, W>
  }
}[Reader]

/** A message in native words with all that its part can say, and what each vendor's form has no place for. */
export type FullRow = Extract<Row, { by: 'native' }> & { lost: Record<Vendor, readonly string[]> }

/**
 * What the server says when somebody calls an operation on a team of 1001 and 1002. In `call` and `shown`, '<tid>' is the
 * team's number, '<alias>' its id for Tencent, '<time>' the time of the notice in ms.
 */
export interface NoticeRow {
  what: Notice['what']
  /** The operation of a dialect; missing for what no dialect's operation says yet: it is sent through the core. */
  call?: { by: Vendor; operation: string; send: Record<string, unknown> }
  shown: Forms
}

/** A Content that is JSON. */
export const json = (value: object): string => JSON.stringify(value)

/** How a reader shows a row. */
export function cellOf(row: Row | NoticeRow, reader: Reader): Forms[Reader] {
  if ('by' in row && row.by === reader) return row.wrote
  return (row.shown as Forms)[reader]
}
