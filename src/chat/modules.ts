import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { stripTypeScriptTypes } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** What a path of the chat page answers with. */
export interface Served {
  type: string
  body: string
  etag: string
}

const root = fileURLToPath(new URL('../..', import.meta.url))

/** Folders whose TypeScript is served, under the paths that they have in the repository, so that imports find each other. */
const folders = ['src/chat/page', 'client/src']

const pages: Record<string, { file: string; type: string }> = {
  '/chat': { file: 'src/chat/page/index.html', type: 'text/html; charset=utf-8' },
  '/chat/style.css': { file: 'src/chat/page/style.css', type: 'text/css; charset=utf-8' },
  '/chat/icon.svg': { file: 'src/chat/page/icon.svg', type: 'image/svg+xml' },
}

/** The page's files by path: made ready when they are first asked for, TypeScript without its types, then kept. */
export function openModules(): { get(path: string): Served | undefined; paths(): string[] } {
  const all = new Map(Object.entries(pages))
  for (const folder of folders)
    for (const name of readdirSync(join(root, folder)))
      if (name.endsWith('.ts') && !name.endsWith('.test.ts'))
        all.set(`/chat/${folder}/${name}`, { file: `${folder}/${name}`, type: 'text/javascript; charset=utf-8' })
  const kept = new Map<string, Served>()

  return {
    paths: () => [...all.keys()],
    get(path) {
      const found = kept.get(path)
      const known = all.get(path)
      if (found || !known) return found
      const text = readFileSync(join(root, known.file), 'utf8')
      const body = known.file.endsWith('.ts') ? stripTypeScriptTypes(text) : text
      const etag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`
      const made = { type: known.type, body, etag }
      kept.set(path, made)
      return made
    },
  }
}
