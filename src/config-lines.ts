import { isMap, isNode, isPair, type LineCounter, type Node } from 'yaml'

/** The line of the value at a path, or of the nearest thing around it that stands in the file. */
export function lineOf(
  contents: Node | null,
  path: readonly PropertyKey[],
  key: string | undefined,
  lines: LineCounter,
): number {
  let node: unknown = contents
  let offset = 0
  for (const part of path) {
    if (!isNode(node) || !('get' in node)) break
    const pair = isMap(node) ? node.items.find(item => isPair(item) && String(item.key) === String(part)) : undefined
    const next = pair ? pair.value : (node as { get(key: unknown, keep: true): unknown }).get(part, true)
    const start = pair && isNode(pair.key) && (key === part || !isNode(next)) ? pair.key : next
    if (isNode(start) && start.range) offset = start.range[0]
    if (!isNode(next)) break
    node = next
  }
  return lines.linePos(offset).line
}
