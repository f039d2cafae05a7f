/** Named texts after some of them were written: '' removes one, those left out stay. Undefined when none is left. */
export function mergeTexts(
  old: Record<string, string> | undefined,
  written: Record<string, string>,
): Record<string, string> | undefined {
  const kept = Object.entries({ ...old, ...written }).filter(([, text]) => text !== '')
  return kept.length > 0 ? Object.fromEntries(kept) : undefined
}
