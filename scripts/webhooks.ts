import { readFileSync } from 'node:fs'
import { Command, InvalidArgumentError } from 'commander'
import { parse } from 'yaml'
import { ConfigError } from '../src/config.ts'
import type { Webhook } from '../src/core/apps/model.ts'
import type { AppShown, ParkedShown, WebhookShown } from '../src/operator/shown.ts'
import { ask, Refused } from './webhooks/ask.ts'
import { appText, listText, parkedText, webhookText } from './webhooks/print.ts'

type Settings = Partial<Webhook>

const examples = `
Examples:
  npm run webhooks -- list
  npm run webhooks -- set 1400000001 tencent --kind tencent --url https://example.com/im --on C2C.CallbackAfterSendMsg
  npm run webhooks -- set 1400000001 tencent --timeout 1000        # what is not named stays as it is
  npm run webhooks -- set 1400000001 copies --file webhook.yaml    # an entry as in magpie.yaml
  npm run webhooks -- show 1400000001
  npm run webhooks -- redrive 1400000001 tencent
  npm run -s webhooks -- list --json | jq '.apps[].webhooks[].standing'

The server is the one of magpie.yaml (or MAGPIE_CONFIG) here, and has to run. A secret in the arguments can be read by
everybody who sees this machine's processes: put it into a file for --file.`

/** What was answered, for programs or for people. */
function say(command: Command, answer: object, text: string): void {
  console.log(command.optsWithGlobals().json ? JSON.stringify(answer, null, 2) : text)
}

const at = (app: string, name: string) => `/webhooks/${encodeURIComponent(app)}/${encodeURIComponent(name)}`

async function appOf(id: string): Promise<AppShown> {
  const { apps } = await ask<{ apps: AppShown[] }>('GET', '/webhooks')
  const found = apps.find(each => String(each.id) === id)
  if (found) return found
  throw new Refused(`there is no app ${id}; there are ${apps.map(each => each.id).join(', ')}`)
}

async function list(command: Command): Promise<void> {
  const answer = await ask<{ apps: AppShown[] }>('GET', '/webhooks')
  say(command, answer, listText(answer.apps))
}

/** Entries of what is set aside that `show` gives. */
const few = 5

async function show(command: Command, id: string, name: string | undefined): Promise<void> {
  const app = await appOf(id)
  const wanted = app.webhooks.filter(each => name === undefined || each.settings.name === name)
  if (name !== undefined && wanted.length === 0) throw new Refused(`app ${id} has no webhook "${name}"`)
  const parked = await Promise.all(wanted.map(each => parkedOf(id, each)))
  const answer = { ...app, webhooks: wanted.map((each, i) => ({ ...each, parked: parked[i] })) }
  say(command, answer, [appText(app), ...wanted.map((each, i) => webhookText(each, parked[i]))].join('\n\n'))
}

const parkedOf = (app: string, { settings }: WebhookShown) =>
  ask<ParkedShown>('GET', `${at(app, settings.name)}/parked?limit=${few}`)

async function parked(command: Command, app: string, name: string): Promise<void> {
  const answer = await ask<ParkedShown>('GET', `${at(app, name)}/parked?limit=${command.opts().limit}`)
  say(command, answer, parkedText(answer))
}

async function redrive(command: Command, app: string, name: string): Promise<void> {
  const answer = await ask<{ events: number }>('POST', `${at(app, name)}/redrive`)
  const text = answer.events === 1 ? '1 event is' : `${answer.events} events are`
  say(command, answer, `${text} told again`)
}

async function set(command: Command, id: string, name: string): Promise<void> {
  const { file, ...flags } = command.opts<Settings & { file?: string }>()
  const before = (await appOf(id)).webhooks.find(each => each.settings.name === name)
  const base = file === undefined ? before?.settings : entryIn(file)
  const answer = await ask<{ settings: Webhook }>('PUT', at(id, name), { name, ...base, ...flags })
  say(command, answer, `${name} of app ${id} is ${before ? 'changed' : 'there'}, and stays so until "reset"`)
}

/** The entry in a YAML file, as it stands in the configuration or as the only one of a list. */
function entryIn(file: string): Settings {
  let given: unknown
  try {
    given = parse(readFileSync(file, 'utf8'))
  } catch (error) {
    throw new Refused(`${file}: ${(error as Error).message}`)
  }
  const entry = Array.isArray(given) && given.length === 1 ? given[0] : given
  if (typeof entry !== 'object' || entry === null || Array.isArray(entry))
    throw new Refused(`${file}: expected one webhook, as in magpie.yaml`)
  return entry
}

async function remove(command: Command, app: string, name: string): Promise<void> {
  const answer = await ask<object>('DELETE', at(app, name))
  say(command, answer, `${name} of app ${app} is gone, with all that waited for it`)
}

async function reset(command: Command, id: string): Promise<void> {
  await ask('DELETE', `/apps/${encodeURIComponent(id)}/home`)
  const answer = await ask<AppShown>('DELETE', `/webhooks/${encodeURIComponent(id)}`)
  say(command, answer, appText(answer))
}

async function home(command: Command, id: string, dialect: string): Promise<void> {
  const answer = await ask<object>('PUT', `/apps/${encodeURIComponent(id)}/home`, { home: dialect })
  say(command, answer, `${dialect} decides for app ${id}, until "reset"`)
}

const wholeNumber = (text: string) => {
  const number = Number(text)
  if (text.trim() === '' || !Number.isInteger(number)) throw new InvalidArgumentError('expected a whole number')
  return number
}

const commas = (text: string) => text.split(',').map(each => each.trim())

/** The words of a command line; the last argument of an action is its command. */
function programOf(): Command {
  const program = new Command('webhooks')
    .description('Lists, changes and re-drives the webhooks of a running server.')
    .option('--json', 'the answer for programs')
    .addHelpText('after', examples)
  const act =
    <A extends unknown[]>(work: (command: Command, ...args: A) => Promise<void>) =>
    (...args: unknown[]) =>
      work(args.at(-1) as Command, ...(args.slice(0, -2) as A))
  program.command('list').description('all back ends and what they stand at').action(act(list))
  program.command('show <app> [name]').description('settings, standing, and what was set aside last').action(act(show))
  program
    .command('parked <app> <name>')
    .description('what is set aside, the newest first')
    .option('--limit <n>', 'most entries to show, 1 to 100', wholeNumber, 20)
    .action(act(parked))
  program.command('redrive <app> <name>').description('tells everything that is set aside again').action(act(redrive))
  program
    .command('set <app> <name>')
    .description('adds a back end or changes it; what is not named stays as it is')
    .option('--file <webhook.yaml>', 'all of it, as in magpie.yaml; options come before the file')
    .option('--kind <kind>', 'what it speaks: tencent, netease, netease-copy, volcengine')
    .option('--url <url>', 'where it listens')
    .option('--on <ids>', 'commands or events, with commas between them; * = all', commas)
    .option('--secret <secret>', "Tencent's token, Volcengine's callback secret")
    .option('--timeout <ms>', 'how long an answer may take', wholeNumber)
    .option('--silence <pass|refuse>', 'what no answer to a question means')
    .option('--tries <n>', 'how often an event is told that it refuses', wholeNumber)
    .option('--concurrency <n>', 'requests under way at a time', wholeNumber)
    .option('--ca <file>', 'authorities besides the usual ones (PEM), as the server finds the file')
    .option('--cert <file>', 'a certificate to show (PEM)')
    .option('--key <file>', 'its key (PEM)')
    .action(act(set))
  program
    .command('remove <app> <name>')
    .description('takes a back end away, with all that waits or is set aside for it')
    .action(act(remove))
  program.command('reset <app>').description('back to magpie.yaml').action(act(reset))
  program
    .command('home <app> <dialect>')
    .description('whose before-hooks decide: tencent, netease or volcengine')
    .action(act(home))
  return program
}

if (import.meta.main) {
  try {
    await programOf().parseAsync()
  } catch (error) {
    const expected = error instanceof Refused || error instanceof ConfigError
    console.error(expected ? `webhooks: ${error.message}` : error)
    process.exitCode = 1
  }
}
