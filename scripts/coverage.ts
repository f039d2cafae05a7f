import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Command } from 'commander'
import { type Catalogue, type Entry, readCatalogues } from './catalogue.ts'
import { root } from './files.ts'
import { type MutationResults, readMutations } from './mutations.ts'
import { type Proofs, proofs, type RunningDialect, runningDialects } from './proofs.ts'

const page = 'docs/COVERAGE.md'

/** How many operations there are, answer, and are proven by a test. */
export interface Count {
  total: number
  implemented: number
  tested: number
}

/** What one catalogue's API has come to. */
export interface Coverage extends Count {
  byArea: Record<string, Count>
  callbacks: CallbackCount
}

/** How many callbacks there are, can be written, are received by a test; and how many of the written have no known fields. */
export interface CallbackCount {
  total: number
  built: number
  fired: number
  assumed: number
}

/** A dialect as far as it is counted. */
export type Counted = Pick<RunningDialect, 'operations' | 'callbacks'>

type State = 'tested' | 'implemented' | 'missing'

/** Counts one catalogue. Implemented, built: the dialect has it. Tested, fired: that, and it is among the proven. */
export function cover(catalogue: Catalogue, dialect: Counted | undefined, proven: Proofs): Coverage {
  const state = stateOf(catalogue, dialect, proven)
  const areas = Map.groupBy(catalogue.operations, each => each.area)
  const { fired, waiting, missing, assumed } = callbacksOf(catalogue, dialect, proven)
  const built = [...fired, ...waiting]
  return {
    ...count(catalogue.operations, state),
    byArea: Object.fromEntries([...areas].map(([area, list]) => [area, count(list, state)])),
    callbacks: {
      total: built.length + missing.length,
      built: built.length,
      fired: fired.length,
      assumed: built.filter(id => assumed.has(id)).length,
    },
  }
}

/** Ids of callbacks that a dialect builds and none of its catalogues has, as `<dialect> <id>`. */
export function strayCallbacks(catalogues: Catalogue[], dialects: ReadonlyMap<string, Counted>): string[] {
  return [...dialects].flatMap(([name, dialect]) => {
    const known = new Set(catalogues.filter(each => each.dialect === name).flatMap(each => each.callbacks))
    const built = new Set(builtBy(dialect).map(each => each.id))
    return [...built].filter(id => !known.has(id)).map(id => `${name} ${id}`)
  })
}

/** Questions and events of all kinds of back ends. */
function builtBy(dialect: Counted | undefined) {
  return (dialect?.callbacks ?? []).flatMap(({ asked, told }) => [...asked, ...told])
}

function callbacksOf({ callbacks, dialect: name }: Catalogue, dialect: Counted | undefined, { fired }: Proofs) {
  const all = builtBy(dialect)
  const built = new Set(all.map(each => each.id))
  const isFired = (id: string) => fired.has(`${name} ${id}`)
  return {
    fired: callbacks.filter(id => built.has(id) && isFired(id)),
    waiting: callbacks.filter(id => built.has(id) && !isFired(id)),
    missing: callbacks.filter(id => !built.has(id)),
    assumed: new Set(all.filter(each => each.assumed).map(each => each.id)),
  }
}

function stateOf(catalogue: Catalogue, dialect: Counted | undefined, { tested }: Proofs) {
  return (entry: Entry): State => {
    if (!dialect?.operations.has(entry.id)) return 'missing'
    return tested.has(`${catalogue.dialect} ${entry.id}`) ? 'tested' : 'implemented'
  }
}

function count(list: Entry[], state: (entry: Entry) => State): Count {
  const states = list.map(state)
  return {
    total: list.length,
    implemented: states.filter(each => each !== 'missing').length,
    tested: states.filter(each => each === 'tested').length,
  }
}

/** The page of what works. `dialects` by name. */
export function renderCoverage(
  catalogues: Catalogue[],
  dialects: ReadonlyMap<string, Counted>,
  proven: Proofs,
  mutations: MutationResults,
): string {
  const all = catalogues.map(each => ({ each, result: cover(each, dialects.get(each.dialect), proven) }))
  const rows = all.map(({ each, result }) => {
    const { total, built, fired, assumed } = result.callbacks
    return `| ${each.name} | ${cells(result)} | ${total} | ${built} | ${fired} | ${assumed} |`
  })
  const details = catalogues.map(each => renderCatalogue(each, dialects.get(each.dialect), proven))
  return `# Coverage

Written by \`npm run coverage\` from the catalogue, the running dialects and the tests; do not edit.

An operation is one entry of the catalogue: for Volcengine RTC each version of an action counts, for NetEase V1, V2 and QChat count alike. *Implemented*: it is registered in its dialect. *Tested*: it is implemented, and a conformance scenario proves its effect or a test names it. A callback is *built* when its dialect can write it, and *fired* when a test receives it over the wire; message copies of NetEase count as callbacks. *Assumed* (†) are those built ones for which the catalogue has no list of fields: they are written after their neighbours. What is not implemented answers with the vendor's own "not supported".

| API | operations | implemented | tested | callbacks | built | fired | assumed |
|---|--:|--:|--:|--:|--:|--:|--:|
${rows.join('\n')}

${renderMutations(mutations)}
${details.join('\n')}`
}

const cells = (of: Count) => `${of.total} | ${of.implemented} | ${of.tested}`

function renderMutations(results: MutationResults): string {
  const rows = Object.entries(results).map(([dialect, each]) => {
    const explained = each.survivors.filter(survivor => survivor.reason).length
    return `| ${dialect} | ${each.mutations} | ${each.killed} | ${explained} | ${each.survivors.length - explained} | ${each.unread.length} |`
  })
  if (rows.length === 0) return '## Mutations\n\nNot run yet: `npm run mutate -- <dialect>`.\n'
  return `## Mutations

\`npm run mutate\` replaces each operation by its fixture's reply, and drops each optional field; some test must fail every time.

| dialect | mutations | killed | survive for a reason | survive | operations that leave documented fields unread |
|---|--:|--:|--:|--:|--:|
${rows.join('\n')}
`
}

const confidences = {
  doc: 'from the vendor’s documents',
  sdk: 'from an SDK',
  inferred: 'names are a guess; accepts liberally',
}

function renderCatalogue(catalogue: Catalogue, dialect: Counted | undefined, proven: Proofs): string {
  const state = stateOf(catalogue, dialect, proven)
  const areas = Map.groupBy(catalogue.operations, each => each.area)
  const byArea = [...areas].map(([area, list]) => `| ${area} | ${cells(count(list, state))} |`)
  const byConfidence = Object.entries(confidences).flatMap(([confidence, meaning]) => {
    const list = catalogue.operations.filter(each => each.confidence === confidence)
    return list.length > 0 ? [`| ${confidence}: ${meaning} | ${cells(count(list, state))} |`] : []
  })
  const lists = [...areas].map(([area, list]) => renderArea(area, list, state))
  const callbacks = renderCallbacks(catalogue, dialect, proven)
  return `## ${catalogue.name}

| area | operations | implemented | tested |
|---|--:|--:|--:|
${byArea.join('\n')}

| confidence | operations | implemented | tested |
|---|--:|--:|--:|
${byConfidence.join('\n')}

${lists.join('\n')}
${callbacks}`
}

/** One line for each state; what is assumed carries a dagger. */
function renderCallbacks(catalogue: Catalogue, dialect: Counted | undefined, proven: Proofs): string {
  if (catalogue.callbacks.length === 0) return ''
  const { fired, waiting, missing, assumed } = callbacksOf(catalogue, dialect, proven)
  const lines = Object.entries({ fired, 'built, no test receives it': waiting, 'not built': missing }).flatMap(
    ([heading, ids]) => {
      const shown = ids.map(id => `\`${id}\`${assumed.has(id) ? '†' : ''}`)
      return ids.length > 0 ? [`- ${heading}: ${shown.join(', ')}`] : []
    },
  )
  return `\n### Callbacks\n\n${lines.join('\n')}\n`
}

const headings: [State, string][] = [
  ['tested', 'done'],
  ['implemented', 'done, no proof yet'],
  ['missing', 'not yet'],
]

/** One line for each state; what is inferred carries a question mark. */
function renderArea(area: string, list: Entry[], state: (entry: Entry) => State): string {
  const lines = headings.flatMap(([wanted, heading]) => {
    const ids = list.filter(each => state(each) === wanted)
    const shown = ids.map(each => `\`${each.id}\`${each.confidence === 'inferred' ? '?' : ''}`)
    return ids.length > 0 ? [`  - ${heading}: ${shown.join(', ')}`] : []
  })
  return [`- **${area}**`, ...lines].join('\n')
}

async function main(options: { json?: boolean; check?: boolean }): Promise<void> {
  const catalogues = readCatalogues()
  const dialects = await runningDialects(catalogues.map(each => each.dialect))
  const proven = proofs()
  if (options.json) {
    const counted = catalogues.map(each => [each.name, cover(each, dialects.get(each.dialect), proven)])
    console.log(JSON.stringify(Object.fromEntries(counted)))
    return
  }
  const text = renderCoverage(catalogues, dialects, proven, readMutations())
  const path = join(root, page)
  if (!options.check) {
    writeFileSync(path, text)
    for (const each of catalogues) {
      const { total, implemented, tested, callbacks } = cover(each, dialects.get(each.dialect), proven)
      console.log(`${each.name}: ${total} operations, ${implemented} implemented, ${tested} tested`)
      console.log(`  ${callbacks.total} callbacks, ${callbacks.built} built, ${callbacks.fired} fired`)
    }
  } else if (!existsSync(path) || readFileSync(path, 'utf8') !== text) {
    console.error(`${page} is not up to date: npm run coverage`)
    process.exitCode = 1
  }
}

if (import.meta.main) {
  const command = new Command('coverage')
    .description(`Counts what the dialects answer of their catalogues, and writes ${page}.`)
    .option('--json', 'print the counts as JSON and write nothing')
    .option('--check', `fail when ${page} is not up to date`)
    .addHelpText('after', '\nExample:\n  npm run -s coverage -- --json')
    .parse()
  await main(command.opts())
}
