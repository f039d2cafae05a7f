/** What browsers may show in place: nothing that can hold a script. */
const shown = new Set([
  ...['image/png', 'image/jpeg', 'image/gif', 'image/webp', 'image/avif', 'image/bmp'],
  ...['audio/mpeg', 'audio/mp4', 'audio/aac', 'audio/ogg', 'audio/wav', 'audio/webm', 'audio/flac', 'audio/amr'],
  ...['video/mp4', 'video/webm', 'video/ogg', 'video/quicktime'],
])

const unknown = 'application/octet-stream'
const typeForm = /^[\w!#$&^.+-]{1,60}\/[\w!#$&^.+-]{1,80}( *; *[\w!#$&^.+-]+=("[\w .+/-]*"|[\w!#$&^.+-]+))*$/

/** The type that a file is kept with: what was said, if it has the form of one. */
export function typeOf(said: string | undefined): string {
  return said !== undefined && said.length <= 200 && typeForm.test(said) ? said.toLowerCase() : unknown
}

/** The `name` of a request's query, without folders and what names may not hold; `file` when nothing is left. */
export function nameOf(url: string): string {
  const mark = url.indexOf('?')
  const given = mark < 0 ? '' : (new URLSearchParams(url.slice(mark + 1)).get('name') ?? '')
  const last = given.split(/[/\\]/).at(-1) ?? ''
  const clean = [
    ...last
      .toWellFormed()
      .replace(/[\p{Cc}\p{Cf}]/gu, '')
      .trim(),
  ]
    .slice(0, 120)
    .join('')
  return /^\.*$/.test(clean) ? 'file' : clean
}

/** How a browser is to take a file: shown in place only for a few types, and by its name in any script (RFC 6266). */
export function disposition({ type, name }: { type: string; name: string }): string {
  const how = shown.has(type.split(/ *;/, 1)[0] as string) ? 'inline' : 'attachment'
  const plain = name.replace(/[^\x20-\x7e]|["\\%]/g, '_')
  const exact = encodeURIComponent(name).replace(/['()*]/g, char => `%${char.charCodeAt(0).toString(16)}`)
  return `${how}; filename="${plain}"; filename*=UTF-8''${exact}`
}

/**
 * The one part that a Range header asks for, `to` exclusive; undefined for the whole, also when several are asked for;
 * 'outside' when there is no such part (RFC 9110).
 */
export function rangeOf(
  header: string | undefined,
  size: number,
): { from: number; to: number } | 'outside' | undefined {
  const found = /^bytes=(\d*)-(\d*)$/.exec(header ?? '')
  const [first, last] = [found?.[1], found?.[2]]
  if (!found || (!first && !last)) return undefined
  if (!first) return Number(last) === 0 || size === 0 ? 'outside' : { from: Math.max(0, size - Number(last)), to: size }
  const from = Number(first)
  const to = last ? Math.min(Number(last) + 1, size) : size
  if (last && Number(last) < from) return undefined
  return from >= size ? 'outside' : { from, to }
}
