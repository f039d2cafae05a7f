import { Command } from 'commander'
import { node, run } from './programs.ts'

/** The scripts that write pages, each by itself; with `--check` they only tell whether their page is up to date. */
export const generators = ['configuration', 'content', 'coverage', 'protocol']

/** Runs all generators side by side. What they say: when checking, what is out of date; otherwise what went wrong. */
export async function generate(options: { check?: boolean } = {}): Promise<string[]> {
  const [program, flags] = node
  const ended = await Promise.all(
    generators.map(name => run(program, [...flags, `scripts/${name}.ts`, ...(options.check ? ['--check'] : [])])),
  )
  return ended.flatMap(({ code, output }) => (code === 0 ? [] : output.trimEnd().split('\n')))
}

if (import.meta.main) {
  const command = new Command('docs')
    .description('Writes the pages that are made from code and data.')
    .option('--check', 'write nothing, fail when a page is not up to date')
    .addHelpText('after', '\nExample:\n  npm run docs -- --check')
    .parse()
  const wrong = await generate(command.opts())
  for (const line of wrong) console.error(line)
  if (wrong.length > 0) process.exitCode = 1
}
