import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Dialect } from '../src/dialects/dialect.ts'
import { loadFixtures } from '../tests/support/fixtures.ts'
import { filesUnder, root } from './files.ts'

/** A dialect as it runs; its callbacks by the catalogue's ids, once it has some. */
export type RunningDialect = Dialect & { callbacks?: ReadonlyMap<string, unknown> }

/** The dialects that exist, by name: what src/dialects/<name>/<name>.ts exports as <name>. Rejects when one cannot be loaded. */
export async function runningDialects(names: Iterable<string>): Promise<Map<string, RunningDialect>> {
  const found = new Map<string, RunningDialect>()
  for (const name of new Set(names)) {
    if (!existsSync(join(root, 'src/dialects', name, `${name}.ts`))) continue
    const module = (await import(`../src/dialects/${name}/${name}.ts`)) as Record<string, RunningDialect>
    const dialect = module[name]
    if (!dialect?.operations) throw new Error(`src/dialects/${name}/${name}.ts exports no dialect "${name}"`)
    found.set(name, dialect)
  }
  return found
}

/** What tests prove, as `<dialect> <key>`: named in `proves` of a scenario that can run, or as [<dialect> <key>] in a test's name. */
export function proofs(): Set<string> {
  const proved = new Set<string>()
  for (const fixture of loadFixtures()) {
    if (fixture.broken) continue
    for (const scenario of fixture.scenarios) for (const key of scenario.proves) proved.add(`${fixture.dialect} ${key}`)
  }
  for (const mark of testMarks().keys()) if (mark.includes(' ')) proved.add(mark)
  return proved
}

/** The marks of all tests and scenarios, with the file where each stands first. */
export function testMarks(): Map<string, string> {
  const found = new Map<string, string>()
  const code = ['src', 'tests', 'client'].flatMap(folder => filesUnder(folder, '.ts'))
  for (const path of [...code, ...filesUnder('tests/conformance', '.json')]) {
    const text = readFileSync(join(root, path), 'utf8')
    // Contracts keep their tests beside those who call them.
    const hasTests = path.endsWith('.json') || text.includes("from 'vitest'")
    if (hasTests) for (const each of marks(text)) if (!found.has(each)) found.set(each, path)
  }
  return found
}

/** Rules such as MS4 and operations such as `tencent x/y` that stand in square brackets in the strings of a test file: its names. */
export function marks(source: string): string[] {
  const code = source.replace(/^\s*(\/\/|\/?\*).*$/gm, '')
  const strings = code.match(/'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`/g) ?? []
  return strings.flatMap(text => [...text.matchAll(mark)].map(found => found[1] ?? ''))
}

const mark = /\[([A-Z]{2}\d+|(?:tencent|netease|volcengine|native) [^[\]\s]+)\]/g
