import { Command } from 'commander'
import { loadFixtures } from '../tests/support/fixtures.ts'
import { show } from './programs.ts'

/** A pattern for the names of one dialect's scenarios, or of one area's. */
export function patternOf(dialect: string, area?: string): string {
  const name = area === undefined ? `${dialect} [\\w.-]+` : `${dialect} ${area}`
  return `(^| )${name}: `
}

async function main(dialect: string | undefined, area: string | undefined): Promise<number> {
  const fixtures = loadFixtures()
  const chosen = fixtures.filter(each => (!dialect || each.dialect === dialect) && (!area || each.area === area))
  if (chosen.length === 0) {
    const there = fixtures.map(each => `${each.dialect} ${each.area}`)
    console.error(`no scenarios for ${[dialect, area].filter(Boolean).join(' ')}; there are: ${there.join(', ')}`)
    return 1
  }
  const filter = dialect ? ['-t', patternOf(dialect, area)] : []
  return show('vitest', ['run', 'tests/conformance', '--reporter=verbose', '--hideSkippedTests', ...filter])
}

if (import.meta.main) {
  const command = new Command('conformance')
    .description('Runs the scenarios of tests/conformance against a server, all or some.')
    .argument('[dialect]', 'tencent, netease, volcengine or native')
    .argument('[area]', 'the name of a file without .json')
    .addHelpText('after', '\nExample:\n  npm run conformance -- volcengine message')
    .parse()
  process.exitCode = await main(command.args[0], command.args[1])
}
