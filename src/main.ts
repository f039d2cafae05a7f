import './lib/node-version.ts'
import { Command } from 'commander'
import { type Config, ConfigError, dataFolder, readConfig } from './config.ts'
import { findAccounts } from './keys.ts'
import { dialects, type Running, start } from './start.ts'
import { idsOf } from './webhooks/ids.ts'
import { welcome } from './welcome.ts'

const program = new Command('magpie')
  .description('A self-hosted messaging server that answers the server APIs of several clouds')
  .addHelpText('after', '\nConfiguration: magpie.yaml, or the file named by MAGPIE_CONFIG; see docs/configuration.md')
program.command('start', { isDefault: true }).description('start the server').action(serveUntilStopped)
program
  .command('keys')
  .description('print base URLs, credentials and one signed call for each dialect')
  .action(printKeys)

program.parseAsync().catch(error => {
  console.error(error instanceof ConfigError || isExpected(error) ? `magpie: ${error.message}` : error)
  process.exit(1)
})

async function serveUntilStopped(): Promise<void> {
  let server: Running | undefined
  let stopping = false
  const stop = async (signal: string) => {
    if (stopping) return
    stopping = true
    console.log(`magpie: ${signal}, stopping`)
    await server?.stop()
    process.exit(0)
  }
  // First of all, because whoever reads that it is ready may want it to stop at once.
  process.on('SIGINT', () => stop('SIGINT'))
  process.on('SIGTERM', () => stop('SIGTERM'))
  const config = readConfig(process.env, idsOf(dialects))
  const { accounts, fresh } = findAccounts(config)
  server = await start(config, accounts)
  const { port, tlsPort } = server.listening
  const urls = urlsOf(config, port, tlsPort)
  console.log(`magpie: ready at ${urls.join(' and ')} (store ${config.store}, durability ${config.durability})`)
  if (fresh) console.log(welcome(accounts, urls[0] as string))
  else console.log('magpie: "npm run keys" prints credentials and example calls')
}

async function printKeys(): Promise<void> {
  const config = readConfig(process.env, idsOf(dialects))
  if (!config.accounts && !dataFolder(config))
    throw new ConfigError('store: memory keeps no keys; each start makes new ones and prints them')
  const { accounts } = findAccounts(config)
  console.log(welcome(accounts, urlsOf(config, config.listen.port)[0] as string))
}

function urlsOf(config: Config, port: number, tlsPort?: number): string[] {
  const { host } = config.listen
  // An address that stands for all is nothing to connect to.
  const near = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host
  const shown = near.includes(':') ? `[${near}]` : near
  return [`http://${shown}:${port}`, ...(tlsPort === undefined ? [] : [`https://${shown}:${tlsPort}`])]
}

/** Errors of the outside that a line explains better than a stack: the store's, and those of system calls. */
function isExpected(error: unknown): error is Error {
  if (!(error instanceof Error)) return false
  return ['StoreUnavailable', 'PushSettingsError'].includes(error.name) || 'syscall' in error
}
