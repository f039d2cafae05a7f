import type { Context } from '../context.ts'
import { Fault } from '../errors.ts'
import type { Group } from '../model.ts'
import { conversations, groupCount, groupList, names } from '../tables.ts'
import { living } from './rows.ts'

export type Find = ReturnType<typeof openFind>

/** Reading groups. */
export function openFind(ctx: Context) {
  /** A group of the app; Fault('group.missing') or Fault('group.dismissed'). */
  async function get(app: number, id: number): Promise<Group> {
    return living(app, await ctx.store.get(conversations, [id])).value
  }

  /** A group of the app, dismissed or not; undefined when there never was one. */
  async function find(app: number, id: number): Promise<Group | undefined> {
    const group = (await ctx.store.get(conversations, [id]))?.value
    return group?.type === 'group' && group.app === app ? group : undefined
  }

  /** By the id its maker gave. */
  async function byAlias(app: number, alias: string): Promise<Group> {
    const name = await ctx.store.get(names, [app, 'group', alias])
    if (!name) throw new Fault('group.missing', `there is no group ${alias}`)
    return get(app, name.value.id)
  }

  /** Groups of the app by id, in order; undefined for those that are not there (any more). */
  async function getMany(app: number, ids: readonly number[]): Promise<(Group | undefined)[]> {
    const rows = await ctx.store.getMany(
      conversations,
      ids.map(id => [id]),
    )
    return rows.map(row => {
      const group = row?.value
      return group?.type === 'group' && group.app === app && !group.dismissed ? group : undefined
    })
  }

  /** `getMany` by alias, in two round trips. */
  async function manyByAlias(app: number, aliases: readonly string[]): Promise<(Group | undefined)[]> {
    const rows = await ctx.store.getMany(
      names,
      aliases.map(alias => [app, 'group', alias]),
    )
    return getMany(
      app,
      rows.map(row => row?.value.id ?? 0),
    )
  }

  /** The groups of an app, oldest first, after a group id; all kinds or one of those named. */
  async function list(
    app: number,
    options: { kinds?: readonly string[]; after: number; limit: number },
  ): Promise<{ ids: number[]; next: number; total: number }> {
    const wanted = options.kinds ?? ['']
    const counts = await ctx.store.getMany(
      groupCount,
      wanted.map(kind => [app, kind]),
    )
    const total = counts.reduce((sum, row) => sum + (row?.value.n ?? 0), 0)
    const ids: number[] = []
    let after = options.after
    while (ids.length < options.limit) {
      const want = Math.min(1000, options.limit - ids.length)
      const pages = await Promise.all(
        wanted.map(kind =>
          kind === ''
            ? ctx.store.scan(groupList, { prefix: [app], from: [after + 1], limit: want })
            : ctx.store.scan(groupList, { prefix: [app, kind], from: [after + 1], limit: want }, 'kind'),
        ),
      )
      const page = pages
        .flat()
        .map(row => row.value.id)
        .sort((x, y) => x - y)
        .slice(0, want)
      ids.push(...page)
      if (page.length < want) return { ids, next: 0, total }
      after = page.at(-1) as number
    }
    return { ids, next: after, total }
  }

  return { get, find, byAlias, getMany, manyByAlias, list }
}
