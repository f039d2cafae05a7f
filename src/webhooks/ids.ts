import type { Webhook, WebhookKind } from '../core/apps/model.ts'
import type { Callbacks } from '../dialects/callbacks.ts'

/** The commands and events that each kind of back end can be asked and told of. */
export type Ids = ReadonlyMap<WebhookKind, ReadonlySet<string>>

/** The ids of all that dialects call back. */
export function idsOf(dialects: readonly { callbacks?: readonly Callbacks[] }[]): Ids {
  const callbacks = dialects.flatMap(dialect => dialect.callbacks ?? [])
  return new Map(callbacks.map(({ kind, asked, told }) => [kind, new Set([...asked, ...told].map(({ id }) => id))]))
}

/**
 * The first id in `on` or `templates` that nobody would ever be asked or told of, with its place; a kind that `ids` does
 * not have is not judged.
 */
export function unheardOf(
  { kind, on, templates }: Pick<Webhook, 'kind' | 'on' | 'templates'>,
  ids: Ids,
): { path: PropertyKey[]; text: string } | undefined {
  const known = ids.get(kind)
  if (!known) return undefined
  const named: [PropertyKey[], string][] = [
    ...on.map((id, i): [PropertyKey[], string] => [['on', i], id]),
    ...Object.keys(templates).map((id): [PropertyKey[], string] => [['templates', id], id]),
  ]
  const wrong = named.find(([path, id]) => !known.has(id) && !(id === '*' && path[0] === 'on'))
  if (!wrong) return undefined
  const [path, id] = wrong
  const other = [...ids].find(([, theirs]) => theirs.has(id))?.[0]
  return { path, text: `webhooks of kind ${kind} have no "${id}"${other ? `; those of kind ${other} have` : ''}` }
}
