import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Command } from 'commander'
import { fullRows, kindOf, notes, notices, rows, typesOf, unwritable } from '../tests/content/cells.ts'
import {
  cellOf,
  type Forms,
  type FullRow,
  type NoticeRow,
  type Reader,
  type Row,
  readers,
  type Vendor,
  vendors,
} from '../tests/content/forms.ts'
import { root } from './files.ts'

const page = 'docs/content.md'

type Kind = ReturnType<typeof kindOf>

const titles: Record<Reader, string> = {
  tencent: 'Tencent',
  netease: 'NetEase',
  volcengine: 'Volcengine',
  native: 'native',
}

/** The page of all message contents, part by part and dialect by dialect, from the rows that the tests go through. */
export function renderContent(): string {
  const kinds = fullRows.map(kindOf)
  return `# Content of messages

A message is kept as a list of parts in plain words (\`src/core/messages/content.ts\`), and in the sender's own form where that says more. The dialect that wrote a message reads back just what it wrote, odd fields and all; the others show the nearest they have. Devices get the parts as they are, which is called native here.

This page is made of \`tests/content/\` by \`npm run docs\`. Every form on it was sent with the writer's own operation and read back through each reader's history. In what is shown of Volcengine, \`Content\` is that JSON as a text without spaces.

## At a glance

What each vendor shows of a part that says all it can, and what is lost when the message goes on from there: a field's name where it is gone, "nearest" where another value stands for it, and what the part has become where the vendor has no type for it.

| part | ${vendors.map(vendor => titles[vendor]).join(' | ')} |
|---|${vendors.map(() => '---|').join('')}
${fullRows.map(glance).join('\n')}
${glanceAtNotices()}

## From a vendor's type to a part

| written by | type | becomes |
|---|---|---|
${vendors.flatMap(fromVendor).join('\n')}

${kinds.map(section).join('\n\n')}

${noticeSection()}
`
}

function glance(row: FullRow): string {
  const cells = vendors.map(vendor => {
    const types = typesOf(vendor, cellOf(row, vendor)).map(type => `\`${type}\``)
    return [types.join(' '), lossOf(row.lost[vendor])].filter(Boolean).join('<br>')
  })
  return `| [${row.name}](#${anchorOf(row.name)}) | ${cells.join(' | ')} |`
}

function lossOf(lost: readonly string[]): string {
  const gone = lost.filter(each => /^\S+$/.test(each)).map(field => `\`${field}\``)
  const other = lost
    .filter(each => !/^\S+$/.test(each))
    .map(each => each.replace(/^(\S+) \(nearest\)$/, '`$1` nearest'))
  return [...(gone.length > 0 ? [`without ${gone.join(', ')}`] : []), ...other].join('; ')
}

function glanceAtNotices(): string {
  const cells = vendors.map(vendor => {
    const types = new Set(notices.flatMap(row => typesOf(vendor, cellOf(row, vendor))))
    return [...types].map(type => `\`${type}\``).join(' ')
  })
  return `| [notice](#notice) | ${cells.join(' | ')} |`
}

function fromVendor(vendor: Vendor): string[] {
  const mine = rows.filter(row => row.by === vendor)
  const lines = mine.map(row => {
    const parts = typesOf('native', cellOf(row, 'native')).map(type => `\`${type}\``)
    return `| ${titles[vendor]} | ${row.name} | ${parts.join(', ')} |`
  })
  const never = unwritable.filter(each => each.by === vendor)
  return [
    ...lines,
    ...never.map(({ type, reason }) => `| ${titles[vendor]} | type ${type} | nobody writes it: ${reason} |`),
  ]
}

function section(kind: Kind): string {
  const mine = rows.filter(row => kindOf(row) === kind)
  const [full, ...others] = [...mine].sort((a, b) => Number(b.by === 'native') - Number(a.by === 'native'))
  if (!full) throw new Error(`no row of ${kind}`)
  const blocks = [...readers.map(reader => shownAs(full, reader)), ...others.map(folded)]
  return [`## ${capital(kind)}`, ...noteOn(kind), ...blocks].join('\n\n')
}

function noteOn(kind: Kind): string[] {
  return notes[kind] ? [notes[kind]] : []
}

function noticeSection(): string {
  const intro = `Here \`<tid>\` stands for the team's number, \`<alias>\` for its id, and \`<time>\` for the time in ms.`
  const parts = notices.map(row => {
    const by = row.call ? `${titles[row.call.by]}: \`${row.call.operation}\`` : 'said by the core'
    const call = row.call ? [block('called with', row.call.send)] : []
    return fold(`${row.what} (${by})`, [...call, ...readers.map(reader => shownAs(row, reader))])
  })
  return ['## Notice', ...noteOn('notice'), intro, ...parts].join('\n\n')
}

function folded(row: Row): string {
  const reading = readers.filter(reader => reader !== row.by)
  const wrote = shownAs(row, row.by, `${titles[row.by]} writes and reads back`)
  return fold(`${titles[row.by]} writes ${row.name}`, [wrote, ...reading.map(reader => shownAs(row, reader))])
}

function fold(summary: string, blocks: string[]): string {
  return `<details><summary>${summary.replace(/`(.+?)`/g, '<code>$1</code>')}</summary>\n\n${blocks.join('\n\n')}\n\n</details>`
}

function shownAs(row: Row | NoticeRow, reader: Reader, heading = titles[reader]): string {
  const form = cellOf(row, reader)
  return block(heading, reader === 'volcengine' ? opened(form as Forms['volcengine']) : form)
}

/** The form with its Content as the JSON that it is, if it is. */
function opened(form: Forms['volcengine']): object {
  return { ...form, Content: form.Content.startsWith('{') ? JSON.parse(form.Content) : form.Content }
}

function block(heading: string, value: unknown): string {
  return `${capital(heading)}\n\n\`\`\`json\n${compact(value)}\n\`\`\``
}

/** JSON with what fits into a line on one line. */
export function compact(value: unknown, indent = '', width = 110): string {
  const line = oneLine(value)
  if (indent.length + line.length <= width || typeof value !== 'object' || value === null) return line
  const deeper = `${indent}  `
  const inside = Array.isArray(value)
    ? value.map(each => compact(each, deeper, width))
    : Object.entries(value).map(([name, each]) => `${JSON.stringify(name)}: ${compact(each, deeper, width)}`)
  const [open, close] = Array.isArray(value) ? '[]' : '{}'
  return `${open}\n${inside.map(each => deeper + each).join(',\n')}\n${indent}${close}`
}

function oneLine(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(oneLine).join(', ')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const fields = Object.entries(value).map(([name, each]) => `${JSON.stringify(name)}: ${oneLine(each)}`)
  return fields.length > 0 ? `{ ${fields.join(', ')} }` : '{}'
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}

function anchorOf(name: string): string {
  return name.replaceAll(' ', '-')
}

if (import.meta.main) {
  const command = new Command('content')
    .description(`Writes ${page} from the rows that tests/content goes through.`)
    .option('--check', `fail when ${page} is not up to date`)
    .parse()
  const text = renderContent()
  const path = join(root, page)
  if (!command.opts().check) writeFileSync(path, text)
  else if (!existsSync(path) || readFileSync(path, 'utf8') !== text) {
    console.error(`${page} is not up to date: npm run docs`)
    process.exitCode = 1
  }
}
