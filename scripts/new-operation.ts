import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { Command } from 'commander'
import { writable } from '../tests/support/exact-json.ts'
import { parseFixture } from '../tests/support/fixtures.ts'
import { type Catalogue, type Entry, readCatalogues } from './catalogue.ts'
import { declarationOf, nameOfDeclaration, resourceFile, scenarioOf } from './declaration.ts'
import { root } from './files.ts'

/** Finds an operation by its id, or by the last part of it. Throws when there is none, or more than one. */
export function findEntry(
  catalogues: Catalogue[],
  dialect: string,
  id: string,
): { catalogue: Catalogue; entry: Entry } {
  const mine = catalogues.filter(each => each.dialect === dialect || each.name === dialect)
  if (mine.length === 0) throw new Error(`there is no catalogue of "${dialect}"`)
  const all = mine.flatMap(catalogue => catalogue.operations.map(entry => ({ catalogue, entry })))
  const exact = all.filter(({ entry }) => entry.id === id)
  const found = exact.length > 0 ? exact : all.filter(({ entry }) => entry.id.split(/[/@]/).includes(id))
  if (found.length === 0) throw new Error(`the catalogue of ${dialect} has no "${id}"`)
  if (found.length > 1) throw new Error(`"${id}" may be ${found.map(({ entry }) => entry.id).join(', ')}`)
  return found[0] as { catalogue: Catalogue; entry: Entry }
}

/** Writes the declaration and the scenario below `base`; the paths written. Throws, before writing, when one is there already. */
export function newOperation(catalogue: Catalogue, entry: Entry, base = root): { source: string; fixture: string } {
  const source = `src/dialects/${catalogue.dialect}/${entry.area}.ts`
  const fixture = `tests/conformance/${catalogue.dialect}/${entry.area}.json`
  const code = read(join(base, source))
  if (code?.includes(`key: '${entry.id}'`)) throw new Error(`${source} has ${entry.id} already`)
  const scenarios = addScenario(read(join(base, fixture)), entry)
  write(
    join(base, source),
    code === undefined ? resourceFile(entry, catalogue.name) : `${code}\n${declarationOf(entry)}`,
  )
  write(join(base, fixture), scenarios)
  return { source, fixture }
}

// The file is not written anew, so that what people laid out by hand stays so.
function addScenario(text: string | undefined, entry: Entry): string {
  const scenario = JSON.stringify(writable(scenarioOf(entry)), null, 2).replace(/^/gm, '    ')
  if (text === undefined) return `{\n  "scenarios": [\n${scenario}\n  ]\n}\n`
  const there = parseFixture(text)
  const end = text.search(/\s*\]\s*\}\s*$/)
  if (end < 0) throw new Error('the scenarios do not stand at the end of their file')
  return `${text.slice(0, end)}${there.length > 0 ? ',' : ''}\n${scenario}\n  ]\n}\n`
}

const read = (path: string) => (existsSync(path) ? readFileSync(path, 'utf8') : undefined)

function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, text)
}

if (import.meta.main) {
  const command = new Command('new:operation')
    .description('Writes a declaration with the fields and codes of the catalogue, and a scenario with its example.')
    .argument('<dialect>', 'tencent, netease or volcengine')
    .argument('<id>', "the operation's id in catalog/, or the last part of it")
    .option('--print', 'print both instead of writing files')
    .addHelpText('after', '\nExample:\n  npm run new:operation -- tencent group_open_http_svc/get_role_in_group')
    .parse()
  const [dialect = '', id = ''] = command.args
  try {
    const { catalogue, entry } = findEntry(readCatalogues(), dialect, id)
    if (command.opts().print) {
      console.log(declarationOf(entry))
      console.log(JSON.stringify(writable(scenarioOf(entry)), null, 2))
    } else {
      const { source, fixture } = newOperation(catalogue, entry)
      console.log(
        `${source}: write run() of ${nameOfDeclaration(entry.id)} and put it into the list that the file exports`,
      )
      console.log(`${fixture}: let the scenario prove an effect`)
    }
  } catch (error) {
    console.error((error as Error).message)
    process.exitCode = 1
  }
}
