import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Command } from 'commander'
import { checkAll } from './check.ts'
import { filesUnder, root } from './files.ts'
import { type Outcome, outcomesVariable } from './outcomes.ts'
import { has, run, show } from './programs.ts'

/** Programs that tests may need, and the Debian packages that have them. */
const packages = new Map([
  ['strace', 'strace'],
  ['wrk', 'wrk'],
  ['chromium', 'chromium'],
  ['go', 'golang-go'],
])

/** Minutes that a run may take on two cores. */
const budget = { quick: 5, all: 25 }

interface Options {
  all?: boolean
  onlyExtra?: boolean
}

const folders = ['src', 'tests', 'client', 'scripts']
const slowTests = () => folders.flatMap(folder => filesUnder(folder, '.all.test.ts'))

/** The programs that tests speak of and this machine lacks. */
export function missingPrograms(texts: string[], there: (program: string) => boolean = has): string[] {
  return [...packages.keys()].filter(name => texts.some(text => text.includes(`'${name}'`)) && !there(name))
}

/** The skipped tests that should have run. A reason such as "memory keeps nothing" excuses; "needs …" only in the quick run. */
export function wronglySkipped(outcomes: Outcome[], all: boolean): string[] {
  return outcomes.flatMap(({ name, status, reason }) => {
    if (status !== 'skipped') return []
    if (!reason) return [`"${name}" was skipped without a reason`]
    return all && reason.startsWith('needs ') ? [`"${name}" ${reason}`] : []
  })
}

/** Runs Vitest on this terminal; what failed in it. */
async function runTests(args: string[], all: boolean): Promise<string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'magpie-test-'))
  const file = join(folder, 'outcomes.json')
  try {
    const reporters = ['--reporter=default', '--reporter=./scripts/outcomes.ts']
    const code = await show('vitest', ['run', ...reporters, ...args], { [outcomesVariable]: file })
    const outcomes: Outcome[] = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : []
    summarize(outcomes)
    return [...(code === 0 ? [] : ['tests']), ...wronglySkipped(outcomes, all)]
  } finally {
    rmSync(folder, { recursive: true })
  }
}

function summarize(outcomes: Outcome[]): void {
  const count = (status: Outcome['status']) => outcomes.filter(each => each.status === status).length
  console.log(`tests: ${count('passed')} passed, ${count('failed')} failed, ${count('skipped')} skipped`)
  for (const { name, reason } of outcomes) if (reason) console.log(`left out: "${name}": ${reason}`)
}

/** Installs what the slow tests need; what is still missing then. */
async function provide(): Promise<string[]> {
  const paths = ['tests', 'client', 'src'].flatMap(folder => filesUnder(folder, '.ts'))
  const texts = paths.map(path => readFileSync(join(root, path), 'utf8'))
  const missing = missingPrograms(texts)
  const debian = existsSync('/etc/debian_version') && process.getuid?.() === 0
  if (missing.length === 0 || !debian) return missing
  const names = missing.map(program => packages.get(program) ?? program)
  console.log(`installing ${names.join(', ')} …`)
  await run('apt-get', ['update', '-qq'])
  const { code, output } = await run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...names])
  if (code !== 0) console.log(output.trimEnd())
  return missingPrograms(texts)
}

async function quick(): Promise<string[]> {
  const failures = (await checkAll()) ? [] : ['check']
  console.log()
  failures.push(...(await runTests(['--exclude', '**/*.all.test.ts'], false)))
  const slow = slowTests().length
  if (slow > 0) console.log(`left out: ${slow} files of slow tests (*.all.test.ts); to run them: npm run test:all`)
  return failures
}

async function all(onlyExtra: boolean): Promise<string[]> {
  const missing = await provide()
  const failures = missing.map(name => `${name} is missing (Debian: apt-get install ${packages.get(name)})`)
  if (!onlyExtra && !(await checkAll())) failures.push('check')
  const slow = slowTests()
  if (slow.length === 0) failures.push('there are no slow tests (*.all.test.ts)')
  else if (onlyExtra) return [...failures, ...(await runTests(slow, true))]
  return onlyExtra ? failures : [...failures, ...(await runTests([], true))]
}

async function main(options: Options): Promise<void> {
  const start = performance.now()
  const failures = options.all ? await all(Boolean(options.onlyExtra)) : await quick()
  const minutes = (performance.now() - start) / 60_000
  const allowed = options.all ? budget.all : budget.quick
  console.log(`took ${minutes.toFixed(1)} min of ${allowed}${minutes > allowed ? ': too long for two cores' : ''}`)
  for (const failure of failures) console.log(`FAIL ${failure}`)
  if (failures.length > 0) process.exitCode = 1
  else console.log('all is well')
}

if (import.meta.main) {
  const command = new Command('test')
    .description('Runs the checks and the quick tests, or all; a test may only be skipped for a reason.')
    .option('--all', 'all tests; a missing program fails, and on Debian root gets it installed')
    .option('--only-extra', 'with --all: only what the quick run leaves out')
    .addHelpText(
      'after',
      '\nExamples:\n  npm test\n  npm run test:all\n  npm run conformance -- tencent   (a part of it)',
    )
    .parse()
  await main(command.opts())
}
