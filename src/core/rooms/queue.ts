import { check, put, type Row, type Step } from '../../storage/store.ts'
import type { Call } from '../call.ts'
import { type Context, change, type Plan } from '../context.ts'
import { Fault } from '../errors.ts'
import type { Group } from '../model.ts'
import type { Told } from '../telling.ts'
import { demandInside, livingRoom } from './inside.ts'
import type { Queue, QueueElement, RoomMember } from './model.ts'
import { elementsDeleted, queueOf, queueWritten, together, toldQueue } from './queue-rows.ts'
import { queueElements, queues, roomMembers } from './tables.ts'

/** What is to stand in a queue. */
export interface ElementDraft {
  key: string
  value: string
  /** Whose it is; the operator by default. Another's only by those who run the room. */
  by?: string
  /** It goes when its owner leaves the room; they must be inside. */
  passing?: boolean
}

/** Keys a queue can hold at most, and elements that one call offers. */
export const mostElements = 1000
export const mostOffered = 200

export type Queues = ReturnType<typeof openQueues>

/** The queue of a room: texts by key, in the order in which the keys came. */
export function openQueues(ctx: Context) {
  /** Whoever changes the queue waits for the others on this node. */
  function changing<T>(
    call: Call,
    id: number,
    plan: (room: Group, row: Row<Queue> | undefined, steps: Step[], tells: Told[]) => Promise<Plan<T>['done']>,
  ): Promise<T> {
    return ctx.queue(`queue.${id}`, () =>
      change(ctx, async () => {
        const found = await livingRoom(ctx, call, id)
        const room = found.value
        await demandInside(ctx, call, room, room.policy.queue ?? 'everyone')
        const steps: Step[] = []
        const tells: Told[] = []
        const done = await plan(room, await ctx.store.get(queues, [id]), steps, tells)
        return { steps, tells, done }
      }),
    )
  }

  /** Sets how many elements it holds at most (0 to 1,000); what it holds stays. For those who run the room. */
  async function init(call: Call, id: number, size: number): Promise<void> {
    await changing(call, id, async (room, row, steps, tells) => {
      await demandInside(ctx, call, room, 'managers')
      steps.push(...queueWritten(row, { ...queueOf(id, row), size }))
      tells.push(toldQueue(call, room, 'init'))
      return () => undefined
    })
  }

  /**
   * Adds elements at the end, or writes over those whose keys are there, which keep their places. Gives the keys for
   * which there was no place. Fault('member.missing') for one that is to go with somebody who is not inside.
   */
  async function offer(call: Call, id: number, drafts: readonly ElementDraft[]): Promise<{ failed: string[] }> {
    if (drafts.length > mostOffered) throw new Fault('request.batch')
    const unique = [...new Map(drafts.map(draft => [draft.key, draft])).values()]
    return changing(call, id, async (room, row, steps, tells) => {
      const queue = queueOf(id, row)
      const operator = call.operator ?? room.owner
      const given = unique.map(draft => ({ ...draft, by: draft.by ?? operator }))
      if (given.some(({ by }) => by !== operator)) await demandInside(ctx, call, room, 'managers')
      const old = await elementsOf(
        id,
        given.map(({ key }) => key),
      )
      const free = Math.max(0, Math.min(queue.size, mostElements) - queue.length)
      const fresh = given.filter((_, i) => !old[i])
      const failed = fresh.slice(free).map(({ key }) => key)
      const kept = given.filter(({ key }) => !failed.includes(key))
      if (kept.length === 0) return () => ({ failed })
      const places = new Map(old.flatMap(each => (each ? [[each.value.name, each.value.place] as const] : [])))
      let next = queue.next
      const elements = kept.map(
        ({ key, value, by, passing }): QueueElement => ({
          ...{ conv: id, name: key, place: places.get(key) ?? next++, value, by, owner: passing ? by : '' },
        }),
      )
      const length = queue.length + Math.min(fresh.length, free)
      steps.push(...queueWritten(row, { ...queue, length, next }), ...elements.map(each => put(queueElements, each)))
      steps.push(...(await ownersBound(room, elements)))
      tells.push(...toldOffered(call, room, elements, places))
      return () => ({ failed })
    })
  }

  /** Writes over those elements whose keys are there; gives the keys that are not. For those who run the room. */
  async function update(call: Call, id: number, values: Record<string, string>): Promise<{ missing: string[] }> {
    const keys = Object.keys(values)
    if (keys.length > mostOffered) throw new Fault('request.batch')
    return changing(call, id, async (room, row, steps, tells) => {
      await demandInside(ctx, call, room, 'managers')
      const old = await elementsOf(id, keys)
      const missing = keys.filter((_, i) => !old[i])
      const here = old.flatMap(each => each ?? [])
      if (here.length === 0) return () => ({ missing })
      const next = here.map(({ value }) => ({ ...value, value: values[value.name] as string }))
      steps.push(...queueWritten(row, queueOf(id, row)), ...next.map(each => put(queueElements, each)))
      tells.push(toldQueue(call, room, 'batch', { elements: textsOf(next) }))
      return () => ({ missing })
    })
  }

  /** Takes an element out, the first one without a key; undefined when it is not there. */
  async function poll(call: Call, id: number, key?: string): Promise<QueueElement | undefined> {
    return changing<QueueElement | undefined>(call, id, async (room, row, steps, tells) => {
      const found = key === undefined ? (await page(id, 1))[0] : (await elementsOf(id, [key]))[0]
      if (!found) return () => undefined
      const queue = queueOf(id, row)
      steps.push(...queueWritten(row, { ...queue, length: queue.length - 1 }), ...elementsDeleted([found]))
      const { by, owner } = found.value
      tells.push(toldQueue(call, room, 'poll', { owner: by, elements: textsOf([found.value]), passing: owner !== '' }))
      return () => found.value
    })
  }

  /** Takes everything out. For those who run the room. */
  async function drop(call: Call, id: number): Promise<void> {
    for (let more = true; more; )
      more = await changing(call, id, async (room, row, steps, tells) => {
        await demandInside(ctx, call, room, 'managers')
        const rows = await page(id, together)
        const queue = queueOf(id, row)
        if (rows.length === 0 && queue.length > 0) throw new Fault('internal', 'a queue counts what it does not hold')
        const rest = queue.length - rows.length
        steps.push(...queueWritten(row, { ...queue, length: rest }), ...elementsDeleted(rows))
        if (rest === 0) tells.push(toldQueue(call, room, 'drop'))
        return () => rest > 0
      })
  }

  /** The first element; undefined when there is none. */
  async function peek(call: Call, id: number): Promise<QueueElement | undefined> {
    const { value: room } = await livingRoom(ctx, call, id)
    await demandInside(ctx, call, room, 'everyone')
    return (await page(id, 1))[0]?.value
  }

  /** All elements in order, at most 1,000. */
  async function list(call: Call, id: number): Promise<QueueElement[]> {
    const { value: room } = await livingRoom(ctx, call, id)
    await demandInside(ctx, call, room, 'everyone')
    return (await page(id, mostElements)).map(row => row.value)
  }

  /** The elements of these keys, in order; undefined for those that are not there. */
  async function get(call: Call, id: number, keys: readonly string[]): Promise<(QueueElement | undefined)[]> {
    const { value: room } = await livingRoom(ctx, call, id)
    await demandInside(ctx, call, room, 'everyone')
    return (await elementsOf(id, keys)).map(row => row?.value)
  }

  function page(id: number, limit: number): Promise<Row<QueueElement>[]> {
    return ctx.store.scan(queueElements, { prefix: [id], limit }, 'place')
  }

  function elementsOf(id: number, keys: readonly string[]): Promise<(Row<QueueElement> | undefined)[]> {
    return ctx.store.getMany(
      queueElements,
      keys.map(key => [id, key]),
    )
  }

  /** The steps that let the owners of passing elements know that they have such; they must stay inside until then. */
  async function ownersBound(room: Group, elements: readonly QueueElement[]): Promise<Step[]> {
    const owners = [...new Set(elements.flatMap(({ owner }) => owner || []))]
    const rows = await ctx.store.getMany(
      roomMembers,
      owners.map(owner => [room.id, owner]),
    )
    if (rows.some(row => !row)) throw new Fault('member.missing', 'the owner of a passing element is not in the room')
    return (rows as Row<RoomMember>[]).flatMap(row => [
      check(roomMembers, [room.id, row.value.user], row),
      ...(row.value.queued ? [] : [put(roomMembers, { ...row.value, queued: true })]),
    ])
  }

  return { init, offer, update, poll, drop, peek, list, get }
}

/** One event for what is new and one for what was written over, of each owner and kind. */
function toldOffered(
  call: Call,
  room: Group,
  elements: readonly QueueElement[],
  places: ReadonlyMap<string, number>,
): Told[] {
  const alike = Map.groupBy(elements, each =>
    JSON.stringify([places.has(each.name) ? 'update' : 'add', each.by, each.owner !== '']),
  )
  return [...alike].map(([kind, same]) => {
    const [what, owner, passing] = JSON.parse(kind) as ['add' | 'update', string, boolean]
    return toldQueue(call, room, what, { owner, elements: textsOf(same), passing })
  })
}

function textsOf(elements: readonly QueueElement[]): Record<string, string> {
  return Object.fromEntries(elements.map(({ name, value }) => [name, value]))
}
