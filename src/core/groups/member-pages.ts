import type { Row } from '../../storage/store.ts'
import type { Context } from '../context.ts'
import type { Member } from '../model.ts'
import { members } from '../tables.ts'

/** How many rows one scan passes over at most. */
const leap = 10_000

/** `held` gives the members of rows, without those who are being deleted. */
export function openMemberPages(ctx: Context, held: (rows: readonly Row<Member>[]) => Promise<(Member | undefined)[]>) {
  /**
   * Members by the time they joined, after the first `skip` of them, the newest first with `reverse`. `next` is the
   * `skip` of the next page, absent at the end; those who are being deleted at this moment leave a page shorter.
   */
  async function page(
    id: number,
    { skip, reverse = false, limit }: { skip: number; reverse?: boolean; limit: number },
  ): Promise<{ members: Member[]; next?: number }> {
    let [left, passed] = [skip, undefined as Member | undefined]
    for (; left > leap; left -= leap) {
      const [row] = await scan(id, passed, { skip: leap - 1, reverse, limit: 1 })
      if (!row) return { members: [] }
      passed = row.value
    }
    const rows = await scan(id, passed, { skip: left, reverse, limit: limit + 1 })
    const here = await held(rows.slice(0, limit))
    return {
      members: here.filter(member => member !== undefined),
      next: rows.length > limit ? skip + limit : undefined,
    }
  }

  function scan(id: number, passed: Member | undefined, by: { skip: number; reverse: boolean; limit: number }) {
    const after = passed && !by.reverse ? [passed.joined, `${passed.user}\u0001`] : undefined
    const before = passed && by.reverse ? [passed.joined, passed.user] : undefined
    return ctx.store.scan(members, { prefix: [id], from: after, to: before, ...by }, 'joined')
  }

  return page
}
