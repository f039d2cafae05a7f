import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Command } from 'commander'
import { type Catalogue, type Entry, readCatalogues } from './catalogue.ts'
import { root } from './files.ts'
import { type MutationResults, readMutations } from './mutations.ts'
import { proofs, type RunningDialect, runningDialects } from './proofs.ts'

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
  callbacks: { total: number; built: number; fired: number }
}

type State = 'tested' | 'implemented' | 'missing'

/** Counts one catalogue. Implemented: registered in the dialect. Tested: that, and `<dialect> <id>` is among the proven. */
export function cover(
  catalogue: Catalogue,
  dialect: Pick<RunningDialect, 'operations' | 'callbacks'> | undefined,
  proven: ReadonlySet<string>,
): Coverage {
  const state = stateOf(catalogue, dialect, proven)
  const areas = Map.groupBy(catalogue.operations, each => each.area)
  const built = catalogue.callbacks.filter(id => dialect?.callbacks?.has(id))
  return {
    ...count(catalogue.operations, state),
    byArea: Object.fromEntries([...areas].map(([area, list]) => [area, count(list, state)])),
    callbacks: {
      total: catalogue.callbacks.length,
      built: built.length,
      fired: built.filter(id => proven.has(`${catalogue.dialect} ${id}`)).length,
    },
  }
}

function stateOf(
  catalogue: Catalogue,
  dialect: Pick<RunningDialect, 'operations'> | undefined,
  proven: ReadonlySet<string>,
) {
  return (entry: Entry): State => {
    if (!dialect?.operations.has(entry.id)) return 'missing'
    return proven.has(`${catalogue.dialect} ${entry.id}`) ? 'tested' : 'implemented'
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
  dialects: ReadonlyMap<string, RunningDialect>,
  proven: ReadonlySet<string>,
  mutations: MutationResults,
): string {
  const all = catalogues.map(each => ({ each, result: cover(each, dialects.get(each.dialect), proven) }))
  const rows = all.map(({ each, result }) => {
    const { total, built, fired } = result.callbacks
    return `| ${each.name} | ${cells(result)} | ${total} | ${built} | ${fired} |`
  })
  const details = catalogues.map(each => renderCatalogue(each, dialects.get(each.dialect), proven))
  return `# Coverage

Written by \`npm run coverage\` from the catalogue, the running dialects and the tests; do not edit.

An operation is one entry of the catalogue: for Volcengine RTC each version of an action counts, for NetEase V1, V2 and QChat count alike. *Implemented*: it is registered in its dialect. *Tested*: it is implemented, and a conformance scenario proves its effect or a test names it. A callback is *built* when its dialect can write it, and *fired* when a test receives it; message copies of NetEase count as callbacks, and the two kinds of Volcengine IM stand for its events, whose names nobody published. What is not implemented answers with the vendor's own "not supported".

| API | operations | implemented | tested | callbacks | built | fired |
|---|--:|--:|--:|--:|--:|--:|
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

function renderCatalogue(
  catalogue: Catalogue,
  dialect: RunningDialect | undefined,
  proven: ReadonlySet<string>,
): string {
  const state = stateOf(catalogue, dialect, proven)
  const areas = Map.groupBy(catalogue.operations, each => each.area)
  const byArea = [...areas].map(([area, list]) => `| ${area} | ${cells(count(list, state))} |`)
  const byConfidence = Object.entries(confidences).flatMap(([confidence, meaning]) => {
    const list = catalogue.operations.filter(each => each.confidence === confidence)
    return list.length > 0 ? [`| ${confidence}: ${meaning} | ${cells(count(list, state))} |`] : []
  })
  const lists = [...areas].map(([area, list]) => renderArea(area, list, state))
  return `## ${catalogue.name}

| area | operations | implemented | tested |
|---|--:|--:|--:|
${byArea.join('\n')}

| confidence | operations | implemented | tested |
|---|--:|--:|--:|
${byConfidence.join('\n')}

${lists.join('\n')}
`
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
      const { total, implemented, tested } = cover(each, dialects.get(each.dialect), proven)
      console.log(`${each.name}: ${total} operations, ${implemented} implemented, ${tested} tested`)
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
