import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Command } from 'commander'
import type { Operation } from '../src/dialects/dialect.ts'
import { loadFixtures } from '../tests/support/fixtures.ts'
import { type Field, readCatalogues } from './catalogue.ts'
import { root } from './files.ts'
import { apply, drop, type Genuine, type Mutant, nameOf, optionalFields } from './mutants.ts'
import {
  excuseFor,
  type MutationResult,
  mutationFile,
  readMutations,
  readReasons,
  reasonFile,
  unusedReasons,
} from './mutations.ts'
import { type RunningDialect, runningDialects } from './proofs.ts'
import { openStage, type Play, type Rehearsed, rehearse, type Stage } from './rehearsal.ts'
import { survivesNamedTests } from './second-chance.ts'

/** A dialect, the scenarios that call it, and what it did in them. */
export interface Work {
  dialect: RunningDialect
  stage: Stage
  plays: Play[]
  rehearsed: Rehearsed
  /** Whether the tests that name the operation pass with a mutant. */
  named: (dialect: string, mutant: Mutant) => Promise<boolean>
}

const callsOf = (dialect: string, key: string, { fixture, scenario }: Play) =>
  scenario.steps.filter(step => step.call === key && (step.dialect ?? fixture.dialect) === dialect)

/** The scenarios that call an operation; those that prove it come first, because they notice soonest. */
function playsOf({ dialect, plays }: Work, key: string): Play[] {
  const proves = (play: Play) => Number(play.scenario.proves.includes(key))
  return plays
    .filter(play => callsOf(dialect.name, key, play).length > 0)
    .sort((a, b) => proves(b) - proves(a) || a.scenario.steps.length - b.scenario.steps.length)
}

/** All mutants of an operation; one whose answer no scenario shows answers with nothing. */
function mutantsOf(operation: Operation, documented: readonly Field[], rehearsed: Rehearsed) {
  const { key } = operation
  const optional = optionalFields(operation.request, documented)
  const fields = optional.read.map((path): Mutant => ({ key, kind: 'field', path }))
  const answer = rehearsed.answers.has(key) ? rehearsed.answers.get(key) : {}
  const reply: Mutant = { key, kind: 'reply', answer }
  return { mutants: [reply, ...fields], unread: optional.unread }
}

/** Whether some scenario, or else some test that names the operation, fails with the mutant in place. */
export async function isNoticed(work: Work, mutant: Mutant): Promise<boolean> {
  const { dialect, stage, rehearsed } = work
  for (const play of playsOf(work, mutant.key)) {
    const sees =
      mutant.kind === 'reply' ||
      callsOf(dialect.name, mutant.key, play).some(step => drop(step.send, mutant.path) !== step.send)
    if (!sees) continue
    const answered = rehearsed.calls.get(play.scenario)?.get(mutant.key) ?? []
    // What is refused anyway proves no effect, so refusals stay as they are.
    const genuine: Genuine = call => answered[call] === false
    const undo = apply(dialect, mutant, genuine)
    const passed = await stage.passes(play)
    undo()
    if (!passed) return true
  }
  return !(await work.named(dialect.name, mutant))
}

function progress(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`)
}

async function mutateDialect(work: Work, keys: string[], fields: Map<string, Field[]>): Promise<MutationResult> {
  const reasons = readReasons()
  const result: MutationResult = { mutations: 0, killed: 0, survivors: [], unread: [] }
  for (const [i, key] of keys.entries()) {
    const operation = work.dialect.operations.get(key) as Operation
    const { mutants, unread } = mutantsOf(operation, fields.get(key) ?? [], work.rehearsed)
    if (unread.length > 0) result.unread.push(`${work.dialect.name} ${key}: ${unread.join(', ')}`)
    for (const mutant of mutants) {
      const name = nameOf(work.dialect.name, mutant)
      progress(`${i + 1}/${keys.length} ${name}, ${result.survivors.length} survive`)
      result.mutations++
      if (await isNoticed(work, mutant)) result.killed++
      else result.survivors.push({ mutation: name, reason: excuseFor(name, reasons) })
    }
  }
  progress('')
  return result
}

function tell(name: string, result: MutationResult, broken: Play[]): boolean {
  for (const { fixture, scenario } of broken)
    console.log(`fails, always or sometimes, without any mutation: ${fixture.path}: ${scenario.name}`)
  const alive = result.survivors.filter(each => !each.reason)
  for (const { mutation } of alive) console.log(`survives: ${mutation}`)
  const excused = result.survivors.length - alive.length
  const { mutations, killed, unread } = result
  console.log(
    `${name}: ${mutations} mutations, ${killed} killed, ${excused} survive for a reason, ${alive.length} survive`,
  )
  if (unread.length > 0) console.log(`${name}: ${unread.length} operations do not read all documented fields`)
  return alive.length === 0 && broken.length === 0
}

async function main(name: string, options: { operation?: string }): Promise<boolean> {
  const dialect = (await runningDialects([name])).get(name)
  if (!dialect) throw new Error(`there is no dialect ${name}`)
  const catalogues = readCatalogues().filter(each => each.dialect === name)
  const fields = new Map(catalogues.flatMap(each => each.operations.map(entry => [entry.id, entry.request] as const)))
  const keys = options.operation ? [options.operation] : [...dialect.operations.keys()]
  const odd = keys.find(key => !dialect.operations.has(key))
  if (odd) throw new Error(`${name} has no operation ${odd}`)
  const all = loadFixtures().flatMap(fixture => fixture.scenarios.map(scenario => ({ fixture, scenario })))
  const called = all.filter(play => keys.some(key => callsOf(name, key, play).length > 0))
  const stage = openStage()
  // A broken operation makes the server report what it could not foresee; that is no news here.
  console.error = () => {}
  const rehearsed = await rehearse(stage, dialect, called)
  const plays = called.filter(play => !rehearsed.broken.includes(play))
  const result = await mutateDialect({ dialect, stage, plays, rehearsed, named: survivesNamedTests }, keys, fields)
  await stage.close()
  const well = tell(name, result, rehearsed.broken)
  if (!options.operation) {
    const results = Object.entries({ ...readMutations(), [name]: result }).sort(([a], [b]) => (a < b ? -1 : 1))
    writeFileSync(join(root, mutationFile), `${JSON.stringify(Object.fromEntries(results), null, 2)}\n`)
    for (const pattern of unusedReasons(name, result, readReasons()))
      console.log(`${reasonFile}: nothing survives as "${pattern}"`)
  }
  return well
}

if (import.meta.main) {
  const command = new Command('mutate')
    .description('Breaks every operation of a dialect in every way it knows; some scenario or test must notice.')
    .argument('<dialect>', 'tencent, netease, volcengine or native')
    .option('--operation <id>', 'only this operation; writes no results')
    .addHelpText(
      'after',
      `\nReasons for survivors stand in ${reasonFile}: a name, in which * stands for anything, and the reason.` +
        '\n\nExample:\n  npm run mutate -- tencent --operation openim/sendmsg',
    )
    .parse()
  const well = await main(command.args[0] as string, command.opts()).catch(error => {
    console.log(String(error))
    return false
  })
  process.exit(well ? 0 : 1)
}
