import { check, put, type Step } from '../../storage/store.ts'
import type { Call } from '../call.ts'
import { type Context, change } from '../context.ts'
import { Fault } from '../errors.ts'
import { demand } from '../groups/rights.ts'
import { living, memberOf } from '../groups/rows.ts'
import type { Group } from '../model.ts'
import { conversations } from '../tables.ts'
import { toldConversation } from '../telling.ts'
import { demandInside } from './inside.ts'
import type { GroupAttributes } from './model.ts'
import { groupAttributes } from './tables.ts'

/** How many a group has at most, and how many bytes all their values have together. */
export const mostAttributes = 16
export const mostBytes = 16_000

export type Attributes = ReturnType<typeof openAttributes>

/** Named texts beside a group, for whatever its members share: who sits where, what is on. */
export function openAttributes(ctx: Context) {
  /** All of them, or the named ones, with the number of their last change (0 = never). For those inside. */
  async function get(
    call: Call,
    id: number,
    keys?: readonly string[],
  ): Promise<{ texts: Record<string, string>; number: number }> {
    const { value: group } = living(call.app.id, await ctx.store.get(conversations, [id]))
    await demandReader(call, group)
    const { texts = {}, number = 0 } = (await ctx.store.get(groupAttributes, [id]))?.value ?? {}
    return { texts: keys ? pick(texts, keys) : texts, number }
  }

  /**
   * Puts these in the place of all that were there ('set'), or beside them ('modify'). Gives the number of the change.
   * Fault: 'attributes.many' above 16, 'attributes.large' above 16,000 bytes of values, and who may not.
   */
  async function write(call: Call, id: number, what: 'set' | 'modify', texts: Record<string, string>): Promise<number> {
    return changing(call, id, what, texts, old => (what === 'set' ? texts : { ...old, ...texts }))
  }

  /** Takes out those of the keys that are there. */
  async function remove(call: Call, id: number, keys: readonly string[]): Promise<number> {
    const gone = Object.fromEntries(keys.map(key => [key, '']))
    return changing(call, id, 'delete', gone, old =>
      Object.fromEntries(Object.entries(old).filter(([key]) => !keys.includes(key))),
    )
  }

  /** Takes out all. */
  async function clear(call: Call, id: number): Promise<number> {
    return changing(call, id, 'clear', {}, () => ({}))
  }

  async function changing(
    call: Call,
    id: number,
    what: 'set' | 'modify' | 'delete' | 'clear',
    told: Record<string, string>,
    next: (old: Record<string, string>) => Record<string, string>,
  ): Promise<number> {
    return ctx.queue(`attributes.${id}`, () =>
      change(ctx, async () => {
        const found = living(call.app.id, await ctx.store.get(conversations, [id]))
        const group = found.value
        await demandWriter(call, group)
        const row = await ctx.store.get(groupAttributes, [id])
        const texts = next(row?.value.texts ?? {})
        demandRoomFor(texts)
        const number = (row?.value.number ?? 0) + 1
        const written: GroupAttributes = { conv: id, texts, number, updated: ctx.clock() }
        const steps: Step[] = [
          check(conversations, [id], found),
          check(groupAttributes, [id], row),
          put(groupAttributes, written),
        ]
        const event = { type: 'group.attributes' as const, group, what, attributes: told, number }
        return { steps, tells: [toldConversation(call, group, event)], done: () => number }
      }),
    )
  }

  async function demandReader(call: Call, group: Group): Promise<void> {
    if (group.policy.members === 'passing') await demandInside(ctx, call, group, 'everyone')
    else demand(call, 'everyone', await memberOf(ctx, group, call.operator))
  }

  async function demandWriter(call: Call, group: Group): Promise<void> {
    const who = group.policy.attributes ?? 'everyone'
    if (group.policy.members === 'passing') await demandInside(ctx, call, group, who)
    else demand(call, who, await memberOf(ctx, group, call.operator))
  }

  return { get, write, remove, clear }
}

function demandRoomFor(texts: Record<string, string>): void {
  const values = Object.values(texts)
  if (values.length > mostAttributes) throw new Fault('attributes.many')
  if (values.reduce((sum, text) => sum + Buffer.byteLength(text), 0) > mostBytes) throw new Fault('attributes.large')
}

function pick(texts: Record<string, string>, keys: readonly string[]): Record<string, string> {
  return Object.fromEntries(keys.filter(key => Object.hasOwn(texts, key)).map(key => [key, texts[key] as string]))
}
