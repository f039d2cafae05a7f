import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { describe, expect, test } from 'vitest'
import { filesUnder, root } from '../../scripts/files.ts'
import { run } from '../../scripts/programs.ts'
import { accountsOf, parseConfig } from '../../src/config.ts'
import { tencent } from '../../src/dialects/tencent/tencent.ts'
import { startServer } from '../support/server.ts'
import { callTencent } from '../support/tencent.ts'

const read = (path: string) => readFileSync(join(root, path), 'utf8')
const pages = ['README.md', 'CONTRIBUTING.md', 'client/README.md', ...filesUnder('docs', '.md')]

/** The blocks of code of a language on a page. */
function blocks(path: string, language: string): string[] {
  return [...read(path).matchAll(/^```(\w*)\n(.*?)^```/gms)]
    .filter(block => block[1] === language)
    .map(block => block[2] ?? '')
}

/** Folder inside the repository, so that what lies in it finds the repository's packages. */
function makeFolder(): string {
  const parent = join(root, 'node_modules', '.magpie')
  mkdirSync(parent, { recursive: true })
  return mkdtempSync(join(parent, 'docs-'))
}

describe('commands', () => {
  const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> }

  test('the README’s two commands are npm start and npm test, and both lead to files that are there', () => {
    const [first = ''] = blocks('README.md', '')
    const commands = first
      .trim()
      .split('\n')
      .map(line => line.replace(/#.*/, '').trim())
    expect(commands).toEqual(['npm start', 'npm test'])
    for (const script of Object.values(scripts))
      for (const path of script.split(' ').filter(word => /\.(ts|mjs)$/.test(word)))
        expect(existsSync(join(root, path)), `${script}: ${path}`).toBe(true)
  })

  test.each(pages)('%s names only commands that there are', page => {
    const named = [...read(page).matchAll(/`npm (?:run |(?=start|test))(?:-s )?([\w:-]+)/g)].map(
      match => match[1] ?? '',
    )
    expect(named.filter(name => !(name in scripts))).toEqual([])
  })
})

describe('links', () => {
  test.each(pages)('%s leads only to pages that there are', page => {
    const targets = [...read(page).matchAll(/\]\((?!https?:|#)([^)#\s]+)[^)]*\)/g)].map(match => match[1] ?? '')
    expect(targets.filter(target => !existsSync(join(root, dirname(page), target)))).toEqual([])
  })
})

describe('examples', () => {
  test('the configuration page’s example is a configuration, whole', () => {
    const [yaml = ''] = blocks('docs/configuration.md', 'yaml')
    const config = parseConfig(yaml, 'magpie.yaml')
    expect(config).toMatchObject({ listen: { port: 8750 }, tls: { selfSigned: true }, store: 'sqlite:./data' })
    const [app] = accountsOf(config.accounts ?? [])[0]?.apps ?? []
    expect(app).toMatchObject({ account: 2100000001, tencent: { admins: ['administrator'] }, disabled: false })
  })

  test('the example operation of add-an-operation compiles, and does what the real one does', {
    timeout: 60_000,
  }, async () => {
    const [example = ''] = blocks('docs/add-an-operation.md', 'ts')
    const folder = makeFolder()
    try {
      const file = join(folder, 'example.ts')
      const from = (path: string) => JSON.stringify(join(root, 'src/dialects/tencent', path))
      writeFileSync(
        file,
        `import { z } from 'zod'
import { operation } from ${from('group.ts')}
import { groupId } from ${from('group-shapes.ts')}
export const example = ${example}`,
      )
      const base = { extends: join(root, 'tsconfig.json'), include: [], files: [file] }
      writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(base))
      const { output } = await run('tsc', ['-p', folder])
      expect(output.split('\n').filter(line => line.includes('example.ts'))).toEqual([])

      const { example: operation } = await import(pathToFileURL(file).href)
      expect(tencent.operations.get(operation.key)).toMatchObject({ key: operation.key })
      const server = await startServer()
      const [app] = server.apps as [(typeof server.apps)[0]]
      const made = await callTencent(server, app, 'group_open_http_svc/create_group', { Type: 'Public', Name: 'x' })
      const origin = { dialect: 'tencent', via: 'rest' } as const
      const input = operation.request.parse({ GroupId: made.body.GroupId })
      await operation.run(server.core, { app, operator: 'administrator', admin: true, origin }, input)
      const gone = await callTencent(server, app, operation.key, input)
      expect(gone.body.ErrorCode).toBe(10010)
      await server.stop()
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  })
})
