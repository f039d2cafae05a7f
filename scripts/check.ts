import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Command } from 'commander'
import { checkImports, report, sources } from './check-imports.ts'
import { generate } from './docs.ts'
import { filesUnder, root } from './files.ts'
import { type Ended, run } from './programs.ts'
import { checkThisSpec } from './spec.ts'

const longest = 300

/** What is wrong; empty when all is well. */
type Check = () => string[] | Promise<string[]>

/** The files among these that are too long. */
export function checkLengths(files: ReadonlyMap<string, string>, most = longest): string[] {
  return [...files].flatMap(([path, text]) => {
    const lines = text.split('\n').length - (text.endsWith('\n') ? 1 : 0)
    return lines > most ? [`${path}: ${lines} lines, ${most} are allowed`] : []
  })
}

function lengths(): string[] {
  const paths = ['src', 'client/src', 'scripts', 'bench', 'tests/support'].flatMap(folder => filesUnder(folder, '.ts'))
  const files = paths.filter(path => !path.endsWith('.test.ts'))
  return checkLengths(new Map(files.map(path => [path, readFileSync(join(root, path), 'utf8')])))
}

const program =
  (name: string, ...args: string[]): Check =>
  async () =>
    linesOf(await run(name, args))

function linesOf({ code, output }: Ended): string[] {
  return code === 0 ? [] : output.trimEnd().split('\n')
}

/** All checks by name. `fix` lets Biome write what it can. */
function checks(fix: boolean): Record<string, Check> {
  return {
    types: program('tsc', '-p', '.'),
    style: program('biome', 'check', '--colors=off', '--max-diagnostics=50', ...(fix ? ['--write'] : [])),
    imports: () => report(checkImports(sources())),
    rules: checkThisSpec,
    lengths,
    pages: () => generate({ check: true }),
  }
}

/** Runs all checks side by side and prints a line for each; whether all is well. */
export async function checkAll(fix = false): Promise<boolean> {
  const results = Object.entries(checks(fix)).map(async ([name, check]) => {
    const start = performance.now()
    const wrong = await Promise.resolve()
      .then(check)
      .catch(error => [String(error)])
    const took = `${((performance.now() - start) / 1000).toFixed(1)} s`
    console.log(`${wrong.length > 0 ? 'FAIL' : 'ok  '} ${name.padEnd(8)} ${took}`)
    return { name, wrong }
  })
  const failed = (await Promise.all(results)).filter(each => each.wrong.length > 0)
  for (const { name, wrong } of failed) console.log(`\n${name}:\n${wrong.map(line => `  ${line}`).join('\n')}`)
  return failed.length === 0
}

if (import.meta.main) {
  const command = new Command('check')
    .description('Checks types, style, imports, rules of docs/SPEC.md, lengths of files, and generated pages.')
    .option('--fix', 'let Biome mend what it can')
    .addHelpText('after', '\nExample:\n  npm run check -- --fix')
    .parse()
  if (!(await checkAll(Boolean(command.opts().fix)))) process.exitCode = 1
}
