import { readFileSync } from 'node:fs'
import { posix } from 'node:path'
import { Command } from 'commander'
import { filesUnder, root } from './files.ts'

/** An import that the design does not allow, or one that closes a circle. */
export interface Wrong {
  file: string
  line: number
  rule: string
}

interface Import {
  from: string
  to: string
  line: number
}

/** A part of the source, by the beginning of its paths, and the beginnings of what it may import besides itself. */
interface Part {
  name: string
  path: string
  may: string[]
}

const seams = ['src/dialects/dialect.ts', 'src/dialects/callbacks.ts']
const below = ['src/core/', 'src/lib/']

// The first part that fits a path is its part; the last stands for main.ts and what else lies beside it.
const parts: Part[] = [
  {
    name: 'config',
    path: 'src/config',
    may: [...below, 'src/push/settings.ts', ...['ids', 'policy', 'settings'].map(name => `src/webhooks/${name}.ts`)],
  },
  { name: 'http', path: 'src/http/', may: [...seams, 'src/storage/blobs/blobs.ts', ...below] },
  { name: 'gateway', path: 'src/gateway/', may: [...seams, ...below] },
  { name: 'webhooks', path: 'src/webhooks/', may: [...seams, ...below] },
  { name: 'the chat page', path: 'src/chat/page/', may: ['client/src/client.ts'] },
  { name: 'chat', path: 'src/chat/', may: ['src/http/listen.ts', ...below] },
  { name: 'push', path: 'src/push/', may: ['src/webhooks/', ...below] },
  { name: 'operator', path: 'src/operator/', may: ['src/webhooks/', ...below] },
  { name: 'dialect.ts', path: 'src/dialects/dialect.ts', may: ['src/dialects/callbacks.ts', ...below] },
  { name: 'callbacks.ts', path: 'src/dialects/callbacks.ts', may: below },
  { name: 'a dialect', path: 'src/dialects/', may: [...seams, ...below] },
  { name: 'core', path: 'src/core/', may: ['src/storage/store.ts', 'src/bus/bus.ts', 'src/lib/'] },
  { name: 'storage', path: 'src/storage/', may: ['src/lib/'] },
  { name: 'bus', path: 'src/bus/', may: ['src/lib/'] },
  { name: 'lib', path: 'src/lib/', may: [] },
  { name: 'client', path: 'client/', may: [] },
  { name: 'main', path: 'src/', may: ['src/'] },
]

/** Checks the imports of files given by path (from the root, with /) and text; tests are free in what they import. */
export function checkImports(files: Map<string, string>): Wrong[] {
  const imports = [...files].filter(([path]) => !path.endsWith('.test.ts')).flatMap(([path, text]) => find(path, text))
  return [...imports.flatMap(checkOne), ...circles(imports)]
}

function find(path: string, text: string): Import[] {
  const forms =
    /^\s*(?:import|export)\s+(?:type\s+)?(?:[\w$*\s{},]+?\s+from\s+)?['"](\.[^'"]+)['"]|\bimport\(\s*['"](\.[^'"]+)['"]/gm
  return [...text.matchAll(forms)].map(match => {
    const target = match[1] ?? match[2] ?? ''
    const end = match.index + match[0].length
    return { from: path, to: posix.join(posix.dirname(path), target), line: text.slice(0, end).split('\n').length }
  })
}

function checkOne({ from, to, line }: Import): Wrong[] {
  const wrong = (rule: string) => [{ file: from, line, rule: `${rule}: ${to}` }]
  const part = parts.find(each => from.startsWith(each.path))
  if (!part || (part.name === 'main' && from.split('/').length > 2))
    return wrong('this folder has no rule in scripts/check-imports.ts')
  if (part.may.some(start => to.startsWith(start))) return []
  if (!to.startsWith(part.path)) return wrong(`${part.name} may import only ${said(part)}`)
  // Dialects and engines live in folders beside each other, and stay strangers.
  const [mine, theirs] = [from, to].map(path => path.slice(part.path.length).split('/'))
  const apart = ['src/dialects/', 'src/storage/', 'src/bus/'].includes(part.path)
  const strangers = apart && mine && theirs && theirs.length > 1 && mine.length > 1 && mine[0] !== theirs[0]
  return strangers ? wrong(`${mine[0]} may not know ${theirs[0]}`) : []
}

const said = (part: Part) => [part.path, ...part.may].map(path => path.replace(/^src\//, '')).join(', ')

/** One finding for every circle that a walk along the imports closes. */
function circles(imports: Import[]): Wrong[] {
  const next = Map.groupBy(imports, each => each.from)
  const done = new Set<string>()
  const way: string[] = []
  const found: Wrong[] = []
  function walk(file: string) {
    if (done.has(file)) return
    way.push(file)
    for (const { to, line } of next.get(file) ?? []) {
      const at = way.indexOf(to)
      if (at < 0) walk(to)
      else found.push({ file, line, rule: `imports go in a circle: ${[...way.slice(at), to].join(' → ')}` })
    }
    way.pop()
    done.add(file)
  }
  for (const file of next.keys()) walk(file)
  return found
}

/** The findings as lines `file:line: rule`. */
export const report = (found: Wrong[]): string[] => found.map(each => `${each.file}:${each.line}: ${each.rule}`)

/** All TypeScript of the server and the client, by path from the root. */
export function sources(): Map<string, string> {
  const paths = ['src', 'client/src'].flatMap(folder => filesUnder(folder, '.ts'))
  return new Map(paths.map(path => [path, readFileSync(`${root}/${path}`, 'utf8')]))
}

if (import.meta.main) {
  new Command('check-imports')
    .description('Checks that imports follow the allowed directions and never go in circles.')
    .addHelpText('after', '\nExample:\n  node scripts/run.mjs scripts/check-imports.ts')
    .parse()
  const lines = report(checkImports(sources()))
  for (const line of lines) console.log(line)
  if (lines.length > 0) process.exitCode = 1
}
