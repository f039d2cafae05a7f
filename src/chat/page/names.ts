/** The user id of somebody who gives this name: its letters and digits, at most 32 bytes; '' when it has none. */
export function idOf(name: string): string {
  const clean = name
    .normalize('NFKC')
    .toLowerCase()
    .trim()
    .replace(/[^\p{L}\p{M}\p{N}]+/gu, '-')
    .replace(/^-+|-+$/g, '')
  let id = ''
  for (const char of clean) {
    if (new TextEncoder().encode(id + char).length > 32) break
    id += char
  }
  return id.replace(/-+$/, '')
}
