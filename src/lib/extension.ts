/** The extension at the end of a file's name or URL, in lower case; undefined when it has none. */
export function extensionOf(name: string): string | undefined {
  const last = name.replace(/[?#].*$/s, '').replace(/^[a-z]+:\/\/[^/]*/i, '')
  return /[^/]\.([a-z0-9]{1,5})$/i.exec(last)?.[1]?.toLowerCase()
}
