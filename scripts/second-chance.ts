import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { deserialize, serialize } from 'node:v8'
import { filesUnder, root } from './files.ts'
import { apply, type Mutant } from './mutants.ts'
import { run } from './programs.ts'
import { marks, runningDialects } from './proofs.ts'

/** The environment variable that names the file with the mutant for a run of Vitest. */
export const mutantVariable = 'MAGPIE_MUTANT'

/** Whether all tests that carry [<dialect> <operation>] in their names pass with the mutant; true when there are none. */
export async function survivesNamedTests(dialect: string, mutant: Mutant): Promise<boolean> {
  const mark = `${dialect} ${mutant.key}`
  const files = ['src', 'tests'].flatMap(folder => filesUnder(folder, '.test.ts'))
  const named = files.filter(path => marks(readFileSync(join(root, path), 'utf8')).includes(mark))
  if (named.length === 0) return true
  // Tests that fail anyway notice nothing.
  const sound = soundness.get(mark) ?? pass(named, mark)
  soundness.set(mark, sound)
  if (!(await sound)) return true
  const folder = mkdtempSync(join(tmpdir(), 'magpie-mutant-'))
  try {
    const file = join(folder, 'mutant')
    writeFileSync(file, serialize({ dialect, mutant }))
    return await pass(named, mark, { [mutantVariable]: file })
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** Whether an operation's tests pass without a mutant; asked once. */
const soundness = new Map<string, Promise<boolean>>()

async function pass(files: string[], mark: string, variables: Record<string, string> = {}): Promise<boolean> {
  const pattern = `\\[${mark.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}\\]`
  return (await run('vitest', ['run', ...files, '-t', pattern], variables)).code === 0
}

/** Puts the mutant of a file into its dialect, for the whole life of this process. */
export async function applyFile(file: string): Promise<void> {
  const { dialect, mutant } = deserialize(readFileSync(file)) as { dialect: string; mutant: Mutant }
  const found = (await runningDialects([dialect])).get(dialect)
  if (found) apply(found, mutant)
}
