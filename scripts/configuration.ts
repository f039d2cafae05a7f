import { readFileSync, writeFileSync } from 'node:fs'
import { z } from 'zod'
import { schema } from '../src/config.ts'
import type { Node } from './form-tables.ts'

const file = 'docs/configuration.md'

/** The page of all configuration keys, from the schema itself. */
export function renderConfiguration(): string {
  const root = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as Node
  const rows = Object.entries(root.properties ?? {}).flatMap(([name, node]) => rowsOf(name, node, root))
  return `# Configuration

Magpie reads \`magpie.yaml\` from the folder it is started in, or the file that \`MAGPIE_CONFIG\` names. Without a file everything has its default. A wrong key or value is refused at start with its line. What the file names belongs to the file; the rest belongs to the store.

\`\`\`yaml
${example}\`\`\`

| key | what | default |
|---|---|---|
${rows.join('\n')}

## Environment

For containers; these come before the file.

| variable | key |
|---|---|
| \`MAGPIE_CONFIG\` | the file |
| \`MAGPIE_HOST\`, \`MAGPIE_PORT\` | \`listen.host\`, \`listen.port\` |
| \`MAGPIE_STORE\` | \`store\` |
| \`MAGPIE_DURABILITY\` | \`durability\` |
| \`MAGPIE_LIMITS\` | \`limits\`: vendor or off |
| \`MAGPIE_LOG\` | \`log\` |

## First start

When \`accounts\` is absent, the first start makes one account with an access key and one app with credentials in every dialect, and keeps them in \`keys.yaml\` in the data folder. \`npm run keys\` prints them with one signed call for each dialect. To change them, move the block into \`magpie.yaml\`.
`
}

function rowsOf(name: string, node: Node, root: Node): string[] {
  const kinds = node.items?.oneOf
  if (kinds) return [rowOf(`${name}[]`, node, ''), ...rowsOfKinds(`${name}[]`, kinds, root)]
  const inner = node.properties ? node : node.items?.properties ? node.items : undefined
  const path = node.items?.properties ? `${name}[]` : name
  const row = rowOf(path, node, node.default === undefined || inner ? '' : `\`${written(node.default)}\``)
  if (!inner) return [row]
  return [
    row,
    ...Object.entries(inner.properties ?? {}).flatMap(([key, child]) => rowsOf(`${path}.${key}`, child, root)),
  ]
}

/** The keys of entries of several kinds: each once, with the kinds that have it unless all do. */
function rowsOfKinds(path: string, kinds: Node[], root: Node): string[] {
  const names = new Set(kinds.flatMap(kind => Object.keys(kind.properties ?? {})))
  const kindOf = (kind: Node) => String(kind.properties?.kind?.const)
  return [...names].flatMap(name => {
    if (name === 'kind') return [rowOf(`${path}.kind`, { description: kinds.map(kindOf).join(', ') }, '')]
    const having = kinds.filter(kind => kind.properties?.[name])
    const of = having.length < kinds.length ? `${having.map(kindOf).join(', ')}: ` : ''
    const variants = Map.groupBy(having, kind => kind.properties?.[name]?.description)
    if (variants.size > 1)
      return [...variants].flatMap(([description, [kind]]) =>
        rowsOf(
          `${path}.${name}`,
          { ...kind?.properties?.[name], description: `${kindOf(kind as Node)}: ${description}` },
          root,
        ),
      )
    const child = having[0]?.properties?.[name] ?? {}
    return rowsOf(`${path}.${name}`, { ...child, description: `${of}${child.description}` }, root)
  })
}

function rowOf(path: string, node: Node, usual: string): string {
  return `| \`${path}\` | ${node.description ?? ''}${choices(node)} | ${usual} |`
}

/** Long lists need places where a line may end. */
function written(value: unknown): string {
  return Array.isArray(value) ? `[${value.map(each => JSON.stringify(each)).join(', ')}]` : JSON.stringify(value)
}

function choices(node: Node): string {
  return node.enum ? ` (${node.enum.map(String).join(', ')})` : ''
}

const example = `listen: { host: 127.0.0.1, port: 8750 }
tls: { port: 8751, selfSigned: true }
store: sqlite:./data
durability: full
limits: vendor
trustProxy: []
accounts:
  - id: 2100000001
    name: main
    keys: [{ accessKeyId: AKLTexample, secretAccessKey: c2VjcmV0 }]
    apps:
      - id: 1400000001
        name: demo
        home: tencent
        tencent: { secretKey: 0123456789abcdef, admins: [administrator] }
        netease: { appKey: 45c6af3c98409b18a84451215d0bdd6e, appSecret: 0123456789ab }
        volcengine: { rtcAppId: 5f2a1b, rtcAppKey: 9c8d7e }
        ipAllowList: []
        disabled: false
        webhooks:
          - { kind: tencent, url: https://example.com/im, secret: fedcba9876543210, on: [C2C.CallbackBeforeSendMsg] }
`

if (import.meta.main) {
  const text = renderConfiguration()
  if (process.argv.includes('--check')) {
    if (readFileSync(file, 'utf8') !== text) {
      console.error(`${file} is not up to date: npm run docs`)
      process.exit(1)
    }
  } else writeFileSync(file, text)
}
