// Runs a TypeScript file on the Node that the lockfile brings, after installing what is missing.
// Plain JavaScript for old Nodes: this is the only file that the machine's own Node has to understand.
import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const lockfile = join(root, 'package-lock.json')
const stamp = join(root, 'node_modules', '.magpie-lock')
const lock = createHash('sha256').update(readFileSync(lockfile)).digest('hex')

if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== lock) {
  if (!isInstalled()) install()
  writeFileSync(stamp, lock)
}

const own = join(root, 'node_modules', '.bin', process.platform === 'win32' ? 'node.cmd' : 'node')
const major = Number(process.versions.node.split('.')[0])
const node = existsSync(own) ? own : process.execPath
if (node === process.execPath && major < 24) {
  console.error(
    `magpie: needs Node 24, this is ${process.version}, and the lockfile has none for this platform; install Node 24`,
  )
  process.exit(1)
}

// A server whose many connections have come to rest does not keep what the young generation needed while they came.
const flags = JSON.parse(readFileSync(join(root, 'scripts', 'node-flags.json'), 'utf8'))
const child = spawn(node, [...flags, ...process.argv.slice(2)], { stdio: 'inherit' })
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP']
for (const signal of signals) process.on(signal, () => child.kill(signal))
// npm hands a signal to its shell, which may die of it alone; who is left without a parent then has to stop.
const parent = process.ppid
if (process.env.npm_lifecycle_event) setInterval(() => process.ppid === parent || child.kill('SIGTERM'), 250).unref()
child.on('exit', (code, signal) => {
  if (signal) {
    for (const each of signals) process.removeAllListeners(each)
    process.kill(process.pid, signal)
  } else process.exitCode = code ?? 1
})

// npm writes its own record last: one younger than the lockfile means that somebody ran npm since.
function isInstalled() {
  const record = join(root, 'node_modules', '.package-lock.json')
  return existsSync(record) && statSync(record).mtimeMs >= statSync(lockfile).mtimeMs
}

function install() {
  console.error('magpie: installing what the lockfile names …')
  const npm = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
    shell: process.platform === 'win32',
  })
  if (npm.status !== 0) {
    console.error('magpie: "npm ci" failed, see above')
    process.exit(1)
  }
}
