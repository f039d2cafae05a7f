import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { filesUnder, root } from './files.ts'
import { testMarks } from './proofs.ts'

/** A rule is a line that begins with its id: `- [MS4] a recalled message keeps its number`. */
const rule = /^\s*(?:[-*|]\s*)?(?:\*\*)?`?\[([A-Z]{2}\d+)\]/gm

/**
 * What is wrong between rules and tests: rules without a test, rules written twice, tests for rules that do not exist.
 * `pages` are the texts with rules by path, `tests` the ids in test names with their file.
 */
export function checkSpec(pages: ReadonlyMap<string, string>, tests: ReadonlyMap<string, string>): string[] {
  const rules = new Map<string, string>()
  const wrong: string[] = []
  for (const [path, text] of pages)
    for (const [, id = ''] of text.matchAll(rule)) {
      if (rules.has(id)) wrong.push(`${path}: [${id}] is a rule of ${rules.get(id)} already`)
      rules.set(id, path)
    }
  for (const [id, path] of rules) if (!tests.has(id)) wrong.push(`${path}: [${id}] has no test`)
  for (const [id, path] of tests) if (!rules.has(id)) wrong.push(`${path}: [${id}] is no rule of the specification`)
  return wrong
}

/** The same for this repository: docs/SPEC.md, its parts, and all tests. */
export function checkThisSpec(): string[] {
  const paths = ['docs/SPEC.md', ...filesUnder('docs/spec-parts', '.md')].filter(path => existsSync(join(root, path)))
  if (paths.length === 0) return ['docs/SPEC.md is missing']
  const ids = [...testMarks()].filter(([mark]) => /^[A-Z]{2}\d+$/.test(mark))
  return checkSpec(new Map(paths.map(path => [path, readFileSync(join(root, path), 'utf8')])), new Map(ids))
}
