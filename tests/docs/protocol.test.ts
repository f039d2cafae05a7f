import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { root } from '../../scripts/files.ts'
import { answerTable, nodeOf, requestTable } from '../../scripts/form-tables.ts'
import { renderProtocol } from '../../scripts/protocol.ts'
import { nativeOperations } from '../../src/dialects/native/native.ts'

const page = readFileSync(join(root, 'docs/protocol.md'), 'utf8')

/** The lines between a heading of an operation or a form and the next heading. */
function section(name: string): string {
  const [, text = ''] = page.split(`\n#### ${name}\n`)
  return text.split(/\n#|\n<!-- end/)[0] as string
}

test('[GW107] the tables are made anew from nothing, and each thing stands there once', () => {
  const emptied = page.replace(/(<!-- made: .*? -->\n).*?(<!-- end -->)/gs, '$1$2')
  expect(emptied.length).toBeLessThan(page.length / 3)
  expect(renderProtocol(emptied)).toBe(page)
  expect(() => renderProtocol(page.replace(' message.recall', ''))).toThrow('message.recall does not stand')
  expect(() => renderProtocol(page.replace('sync ping', 'sync ping ping'))).toThrow('ping does not stand')
  expect(() => renderProtocol(page.replace('forms Part ', 'forms '))).toThrow('Part does not stand')
  expect(() => renderProtocol(page.replace('made: limits', 'made: nonsense'))).toThrow('nonsense')
})

test('[GW107] every field that an operation takes or answers has its row', () => {
  for (const [key, { request, reply }] of nativeOperations) {
    const lines = section(key)
    expect(lines, key).not.toBe('')
    const nodes = [nodeOf(request, 'input'), nodeOf(reply, 'output')]
    for (const node of nodes.flatMap(each => each.oneOf ?? each.anyOf ?? [each]))
      for (const name of Object.keys(node.properties ?? {}))
        expect(lines, `${key} ${name}`).toContain(`| \`${name}\` |`)
  }
})

test('[GW107] links inside the page lead somewhere', () => {
  const anchors = [...page.matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}_ -]/gu, '')
      .replaceAll(' ', '-'),
  )
  const links = new Set([...page.matchAll(/\]\(#(.*?)\)/g)].map(([, to]) => to as string))
  expect(links.size).toBeGreaterThan(20)
  expect([...links].filter(to => !anchors.includes(to))).toEqual([])
})

test('[GW107] a row says type, whether it is required, its limits and its meaning', () => {
  const schema = z.object({
    a: z.string().min(1).max(64).describe('the first'),
    b: z.array(z.number().int().positive()).max(5000).optional(),
    c: z.object({ d: z.enum(['x', 'y']).default('x') }),
    e: z.record(z.string().max(3), z.string().max(4)).optional(),
    f: z.union([z.number(), z.string()]),
    g: z.array(z.object({ h: z.boolean() })).min(1),
  })
  expect(requestTable(nodeOf(schema, 'input')).slice(2)).toEqual([
    '| `a` | text | yes | 1–64 characters | the first |',
    '| `b` | list of integers | | ≤ 5,000 entries, each ≥ 1 | |',
    '| `c` | object | yes | | |',
    '| `c.d` | `"x"`, `"y"` | | default `"x"` | |',
    '| `e` | object of texts | | names ≤ 3 characters, texts ≤ 4 characters | |',
    '| `f` | number or text | yes | | |',
    '| `g` | list of objects | yes | not empty | |',
    '| `g[].h` | boolean | yes | | |',
  ])
})

test('[GW107] of several forms a row says which have it', () => {
  const schema = z.discriminatedUnion('what', [
    z.object({ what: z.literal('set'), key: z.string(), value: z.string() }),
    z.object({ what: z.literal('clear'), key: z.string(), all: z.boolean().optional() }),
  ])
  expect(answerTable(nodeOf(schema, 'output')).slice(2)).toEqual([
    '| `what` | `"set"`, `"clear"` | yes | |',
    '| `key` | text | yes | |',
    '| `value` | text | with `what: "set"` | |',
    '| `all` | boolean | | with `what: "clear"` |',
  ])
})
