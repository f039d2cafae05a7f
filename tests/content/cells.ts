import type { Part } from '../../src/core/messages/content.ts'
import { cellOf, type Forms, type FullRow, type NoticeRow, type Reader, type Row } from './forms.ts'
import { native } from './native-cells.ts'
import { netease } from './netease-cells.ts'
import { notices } from './notices-cells.ts'
import { tencent } from './tencent-cells.ts'
import { volcengine } from './volcengine-cells.ts'

export { notices }

/** What each dialect writes, and what all four show of it. `docs/content.md` is made of these rows. */
export const rows: readonly Row[] = [...native, ...tencent, ...netease, ...volcengine]

/** Every part in full, and several parts together, in native words. */
export const fullRows: readonly FullRow[] = native

/** Types that nobody can write, by their vendor and the reason. */
export const unwritable: { by: Reader; type: string; reason: string }[] = [
  {
    by: 'netease',
    type: '11',
    reason: 'robots answer through their vendor’s own service; the type only stands in old histories',
  },
]

/** What the forms of a part do not say by themselves. */
export const notes: Partial<Record<ReturnType<typeof kindOf>, string>> = {
  image:
    'Tencent and Volcengine list smaller pictures beside the original, NetEase shows the original alone. Tencent has a UUID for every file: one that came without gets the MD5 of its address. A format nobody named is read off the name or the address.',
  audio:
    'Lengths are ms in NetEase, whole seconds in Tencent (at least 1), and seconds with a fraction in Volcengine. MD5 and size of a file have no key of Volcengine’s and stand under `md5` and `size`.',
  video:
    'Tencent knows the size of the cover only; the size of a video without a cover stands in its place. NetEase has no cover, Volcengine only its address.',
  face: 'NetEase has no type for stickers and shows a custom message with the key `face`.',
  custom:
    'NetEase’s custom messages are JSON objects: data that is one is the body, other data stands under the key `custom` with its line and extras.',
  tip: 'A REST history of Tencent has no element for it, so it is text.',
  link: 'Tencent shows title, text and address in lines of their own, NetEase a custom message with the key `link`.',
  merged:
    'NetEase shows a custom message with the key `merged` and the messages in its own forms, Volcengine title and summary as text.',
  'several parts':
    'NetEase joins texts and shows everything else as a custom message with the key `parts`. Volcengine shows one text: texts and stickers beside each other, the rest in lines of their own.',
  notice:
    'In a group’s history. Tencent shows JSON with `GroupTip` as custom data, NetEase its type 5, which has no place for a text, Volcengine a sentence. Who did it is the message’s sender too.',
}

/** The heading under which a row stands: the type of its only part, or several parts. */
export function kindOf(row: Row | NoticeRow): Part['type'] | 'several parts' {
  const parts = cellOf(row, 'native') as Forms['native']
  return parts.length === 1 && parts[0] ? parts[0].type : 'several parts'
}

/** The vendor's words for the type of a form: element names, a type's number, a MsgType; for native the parts' types. */
export function typesOf(reader: Reader, form: Forms[Reader]): string[] {
  if (reader === 'tencent') return (form as Forms['tencent']).MsgBody.map(element => element.MsgType)
  if (reader === 'netease') return [String((form as Forms['netease']).type)]
  if (reader === 'volcengine') return [String((form as Forms['volcengine']).MsgType)]
  return (form as Forms['native']).map(part => part.type)
}
