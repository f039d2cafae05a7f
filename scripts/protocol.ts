import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Command } from 'commander'
import type { z } from 'zod'
import { reasons } from '../src/core/errors.ts'
import { nativeOperations, shownForms } from '../src/dialects/native/native.ts'
import { codes, type Ending } from '../src/gateway/codes.ts'
import { frameForms } from '../src/gateway/forms.ts'
import { gatewayLimits } from '../src/gateway/limits.ts'
import { signInWith, upstream } from '../src/gateway/upstream.ts'
import { filesUnder, root } from './files.ts'
import { answerTable, type Node, nameOf, nodeOf, requestTable, row, rowsBeside, table, typeOf } from './form-tables.ts'

const page = 'docs/protocol.md'

const frames: Record<string, z.ZodType> = frameForms(shownForms)

/** What stands between the marks of the page, by what they ask for. */
const makers: Record<string, (...names: string[]) => string[]> = {
  upstream: () => requestTable(nodeOf(upstream, 'input')),
  signIn: () => requestTable(nodeOf(signInWith, 'input')),
  frames: () =>
    table(
      ['type', 'field', 'holds', 'always', 'meaning'],
      Object.entries(frames).flatMap(([type, form]) => frameRows(type, nodeOf(form, 'output'))),
    ),
  codes: () => table(['code', 'what happened', 'come back'], Object.values<Ending>(codes).map(codeRow)),
  limits: () =>
    table(
      ['limit', 'usual', 'what it is'],
      Object.entries(nodeOf(gatewayLimits, 'input').properties ?? {}).map(([name, node]) =>
        row(`\`${name}\``, Number(node.default).toLocaleString('en'), node.description ?? ''),
      ),
    ),
  errors: () =>
    table(
      ['code', 'meaning'],
      Object.entries(reasons).map(([code, text]) => row(`\`${code}\``, text)),
    ),
  operations: (...keys) => between(keys.map(operationSection)),
  forms: (...names) => between(names.map(formSection)),
}

/** Every operation and every form is asked for once; says which are not, or more often. */
export function renderProtocol(text: string): string {
  const asked: string[] = []
  const made = text.replace(
    /(<!-- made: (.*?) -->\n).*?(<!-- end -->)/gs,
    (_, start: string, said: string, end: string) => {
      const [what = '', ...names] = said.split(/\s+/)
      const maker = makers[what]
      if (!maker) throw new Error(`nothing of the name ${what} can be made`)
      asked.push(...(names.length > 0 ? names : [what]))
      return `${start}\n${maker(...names).join('\n')}\n\n${end}`
    },
  )
  const fixed = Object.keys(makers).filter(each => each !== 'operations' && each !== 'forms')
  for (const each of [...fixed, ...nativeOperations.keys(), ...forms.keys()])
    if (asked.filter(name => name === each).length !== 1)
      throw new Error(`${each} does not stand on the page just once`)
  return made
}

/** The forms that have a name, from everything in which they stand. */
const forms = new Map<string, Node>()
for (const { request, reply } of nativeOperations.values())
  for (const node of [nodeOf(request, 'input'), nodeOf(reply, 'output')]) gather(node)
for (const form of Object.values(frames)) gather(nodeOf(form, 'output'))

function gather(node: Node) {
  for (const [name, form] of Object.entries(node.$defs ?? {})) forms.set(name, form)
}

/** A frame that is a form shows all fields of it; one of the gateway's own has its fields here. */
function frameRows(type: string, node: Node): string[] {
  const shown = (node.anyOf ?? [node]).filter(nameOf)
  if (shown.length > 0) {
    const meanings = shown.map(each => forms.get(nameOf(each) as string)?.description)
    return [row(`\`${type}\``, '', shown.map(typeOf).join(' or '), '', meanings.join(' '))]
  }
  const lines = answerTable(node).slice(2)
  return [row(`\`${type}\``, '', '', '', node.description ?? ''), ...lines.map(line => `| ${line}`)]
}

function codeRow({ code, text }: Ending): string {
  return row(`${code}`, text, code < 4100 ? 'at once' : code < 4200 ? 'later' : 'not by itself')
}

function operationSection(key: string): string[] {
  const operation = nativeOperations.get(key)
  if (!operation) throw new Error(`there is no operation ${key}`)
  const request = nodeOf(operation.request, 'input')
  const fields = requestTable(request)
  const whole = request.description ? ['', `${capital(request.description)}.`] : []
  return [
    `#### ${key}`,
    '',
    aboutOf(key),
    ...whole,
    ...spaced(fields),
    '',
    ...answerOf(nodeOf(operation.reply, 'output')),
  ]
}

function answerOf(node: Node): string[] {
  const name = nameOf(node)
  if (name) return [`Answers ${typeOf(node)}.`]
  const choices = node.anyOf
  if (choices)
    return choices.flatMap((each, i) => [
      ...(i > 0 ? [''] : []),
      `Answers ${each.description}:`,
      '',
      ...answerTable(each),
    ])
  const fields = answerTable(node)
  return fields.length > 0 ? ['Answers:', '', ...fields] : ['Answers an empty object.']
}

function formSection(name: string): string[] {
  const form = forms.get(name)
  if (!form) throw new Error(`there is no form ${name}`)
  const kinds = form.oneOf
  const fields = kinds
    ? table(['type', 'field', 'holds', 'always', 'limits', 'meaning'], kinds.flatMap(kindRows))
    : answerTable(form)
  return [`#### ${name}`, '', form.description ?? '', '', ...fields]
}

/** A kind of part: its type, and its fields without that. */
function kindRows(kind: Node): string[] {
  const { type, ...properties } = kind.properties ?? {}
  return rowsBeside(`\`${type?.const}\``, { ...kind, properties })
}

function spaced(lines: string[]): string[] {
  return lines.length > 0 ? ['', ...lines] : []
}

function between(sections: string[][]): string[] {
  return sections.flatMap((section, i) => (i > 0 ? ['', ...section] : section))
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}

/** What an operation promises: the comment above its declaration. */
function aboutOf(key: string): string {
  const found = abouts.find(about => about.key === key) ?? abouts.find(about => about.fits.test(key))
  if (!found) throw new Error(`nothing is said above the operation ${key}`)
  return found.text
}

const declaration =
  /\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\n(?:const \w+ = |function \w+\(.*\{\n\s+return )operation\(\{\n\s+key: ['`](.+)['`],\n/g

const abouts = filesUnder('src/dialects/native', '.ts').flatMap(path =>
  [...readFileSync(join(root, path), 'utf8').matchAll(declaration)].map(([, comment = '', key = '']) => ({
    key,
    // Operations that are made for several lists name them by a variable.
    fits: new RegExp(`^${key.replaceAll('.', '\\.').replace(/\$\{\w+\}/, '\\w+')}$`),
    text: comment.replace(/\s*\n \* ?/g, ' ').trim(),
  })),
)

if (import.meta.main) {
  const command = new Command('protocol')
    .description(`Writes the tables of ${page} from the schemas of what devices send and get.`)
    .option('--check', `fail when ${page} is not up to date`)
    .parse()
  const path = join(root, page)
  const before = readFileSync(path, 'utf8')
  const text = renderProtocol(before)
  if (!command.opts().check) writeFileSync(path, text)
  else if (before !== text) {
    console.error(`${page} is not up to date: npm run docs`)
    process.exitCode = 1
  }
}
