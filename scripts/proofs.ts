import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Dialect } from '../src/dialects/dialect.ts'
import { loadFixtures } from '../tests/support/fixtures.ts'
import { filesUnder, root } from './files.ts'

/** A dialect as it runs. */
export type RunningDialect = Dialect

/** What tests prove, each as `<dialect> <id in the catalogue>`. */
export interface Proofs {
  /** Operations named in `proves` of a scenario that can run, or as [<dialect> <id>] in a test's name. */
  tested: ReadonlySet<string>
  /** Callbacks named so in a test of tests/webhooks, where a receiver got them over the wire. */
  fired: ReadonlySet<string>
}

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

/** What the tests of the repository prove. */
export function proofs(): Proofs {
  const tested = new Set<string>()
  for (const fixture of loadFixtures()) {
    if (fixture.broken) continue
    for (const scenario of fixture.scenarios) for (const key of scenario.proves) tested.add(`${fixture.dialect} ${key}`)
  }
  for (const mark of testMarks().keys()) if (mark.includes(' ')) tested.add(mark)
  const received = [...marksIn(filesUnder('tests/webhooks', '.ts')).keys()]
  return { tested, fired: new Set(received.filter(mark => mark.includes(' '))) }
}

/** The marks of all tests and scenarios, with the file where each stands first. */
export function testMarks(): Map<string, string> {
  const code = ['src', 'tests', 'client'].flatMap(folder => filesUnder(folder, '.ts'))
  return marksIn([...code, ...filesUnder('tests/conformance', '.json')])
}

function marksIn(paths: string[]): Map<string, string> {
  const found = new Map<string, string>()
  for (const path of paths) {
    const text = readFileSync(join(root, path), 'utf8')
    // Contracts keep their tests beside those who call them.
    const hasTests = path.endsWith('.json') || text.includes("from 'vitest'")
    if (hasTests) for (const each of marks(text)) if (!found.has(each)) found.set(each, path)
  }
  return found
}

/** Rules such as MS4, operations and callbacks such as `tencent x/y` that stand in square brackets in the strings of a test file: its names. */
export function marks(source: string): string[] {
  const code = source.replace(/^\s*(\/\/|\/?\*).*$/gm, '')
  const strings = code.match(/'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`/g) ?? []
  return strings.flatMap(text => [...text.matchAll(mark)].map(found => found[1] ?? ''))
}

const mark = /\[([A-Z]{2}\d+|(?:tencent|netease|volcengine|native) [^[\]\s]+)\]/g
