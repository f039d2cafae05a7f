import { readFileSync, writeFileSync } from 'node:fs'
import { Command, InvalidArgumentError } from 'commander'
import { findCertificate } from '../src/tls.ts'
import { blockOf, lineOf } from './receiver/print.ts'
import type { Received } from './receiver/received.ts'
import { openReceiver, type Receiver } from './receiver/receiver.ts'
import { forms, parseRule, type Rule, readRules } from './receiver/rules.ts'
import { settingsFor } from './receiver/settings.ts'

interface Options {
  host: string
  port: number
  cert?: string
  key?: string
  selfSigned?: string | true
  tencentToken?: string
  neteaseSecret?: string
  volcengineSecret?: string
  maxAge: number
  rule?: Rule[]
  rules?: Rule[]
  json?: true
}

const examples = `
What a rule can say:
  ${forms.join('\n  ')}
"times <n>" at its end limits it to the first n webhooks. * in a command or event stands for anything, the first rule
that fits decides, and those of --rule come before those of --rules. NetEase's events are "callback/1" and "copy/1".

Examples:
  npm run webhooks:listen
  npm run webhooks:listen -- --tencent-token xyz --netease-secret 0123456789ab --volcengine-secret abc
  npm run webhooks:listen -- --rule 'C2C.CallbackBeforeSendMsg: refuse 120001 no swearing' --rule '*: delay 500'
  npm run webhooks:listen -- --rule '*: fail 500 times 2' --rule 'callback/1: change {"errCode": 0, "callbackExt": "x"}'
  npm run webhooks:listen -- --self-signed cert.pem    # start Magpie with NODE_EXTRA_CA_CERTS=cert.pem
  npm run -s webhooks:listen -- --json | jq .body`

function commandOf(): Command {
  return new Command('webhooks:listen')
    .description("Receives Magpie's webhooks, checks their signatures, shows them, and answers as it is told.")
    .option('--port <n>', 'where to listen; 0 = any free port', wholeNumber(0, 65_535), 8760)
    .option('--host <host>', 'the address to listen on', '127.0.0.1')
    .option('--cert <file>', 'certificate chain for https (PEM), with --key')
    .option('--key <file>', 'its key (PEM)')
    .option('--self-signed [file]', 'https with a new certificate, which is also written to this file')
    .option('--tencent-token <token>', "checks Tencent's Sign")
    .option('--netease-secret <AppSecret>', "checks NetEase's CheckSum")
    .option('--volcengine-secret <secret>', "checks Volcengine's Signature")
    .option('--max-age <seconds>', "how old Tencent's RequestTime may be", wholeNumber(1, 31_536_000), 60)
    .option('--rule <rule>', '"<command or event>: <what>"; may be given again', addRule)
    .option('--rules <file>', 'a YAML list of such rules', rulesIn)
    .option('--json', 'one line of JSON for each webhook; everything else goes to stderr')
    .addHelpText('after', examples)
}

const wholeNumber = (from: number, to: number) => (text: string) => {
  const number = Number(text)
  if (text.trim() === '' || !Number.isInteger(number) || number < from || number > to)
    throw new InvalidArgumentError(`expected a whole number from ${from} to ${to}`)
  return number
}

const addRule = (text: string, before: Rule[] = []) => [...before, told(() => parseRule(text))]
const rulesIn = (file: string) => told(() => readRules(readFileSync(file, 'utf8')))

function told<T>(read: () => T): T {
  try {
    return read()
  } catch (error) {
    throw new InvalidArgumentError((error as Error).message)
  }
}

async function open(options: Options): Promise<Receiver> {
  const { host, port, maxAge, json } = options
  const show = json ? lineOf : blockOf
  return openReceiver({
    host,
    port,
    maxAge,
    tls: await certificateFor(options),
    secrets: {
      tencent: options.tencentToken,
      netease: options.neteaseSecret,
      volcengine: options.volcengineSecret,
    },
    rules: [...(options.rule ?? []), ...(options.rules ?? [])],
    keep: 0,
    onReceived: (received: Received) => console.log(show(received)),
  })
}

async function certificateFor({ cert, key, selfSigned, port }: Options) {
  if (!cert !== !key) throw new RangeError('--cert and --key belong together')
  if (!cert && !selfSigned) return undefined
  const pair = await findCertificate({ cert, key, selfSigned: !cert, port }, undefined)
  if (typeof selfSigned === 'string' && !cert) writeFileSync(selfSigned, pair.cert)
  return pair
}

function welcome({ url }: Receiver, options: Options): string {
  const checks = { Tencent: options.tencentToken, NetEase: options.neteaseSecret, Volcengine: options.volcengineSecret }
  const unchecked = Object.entries(checks).flatMap(([vendor, secret]) => (secret === undefined ? [vendor] : []))
  const settings = settingsFor(url, { tencent: options.tencentToken, volcengine: options.volcengineSecret })
  return [
    `webhooks:listen: ready at ${url}`,
    'In magpie.yaml, in the app:',
    ...settings.split('\n').map(line => `  ${line}`),
    ...(unchecked.length > 0 ? [`Signatures are not checked of: ${unchecked.join(', ')} (no secret given)`] : []),
    '',
  ].join('\n')
}

async function main(options: Options): Promise<void> {
  const receiver = await open(options)
  // stdout is for the webhooks alone when a program reads them.
  const say = options.json ? console.error : console.log
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => receiver.stop())
  // Whoever read the output has had enough, for example `head`.
  process.stdout.on('error', () => receiver.stop())
  say(welcome(receiver, options))
}

if (import.meta.main) {
  const command = commandOf().parse()
  try {
    await main(command.opts<Options>())
  } catch (error) {
    console.error(`webhooks:listen: ${(error as Error).message}`)
    process.exitCode = 1
  }
}
