import ipaddr from 'ipaddr.js'
import { Fault } from '../errors.ts'
import type { App } from './model.ts'

type Range = [ipaddr.IPv4 | ipaddr.IPv6, number]

// Reading the ranges costs more than comparing, and apps live as long as the server.
const ranges = new WeakMap<App, Range[]>()

/** Lets a server-side call into an app: Fault('app.disabled'), or Fault('caller.address') when its list lacks the address. */
export function demandOpen(app: App, address: string): void {
  if (app.disabled) throw new Fault('app.disabled')
  if (app.ipAllowList.length > 0 && !isListed(app, address))
    throw new Fault('caller.address', `calls from ${address} are not allowed`)
}

function isListed(app: App, address: string): boolean {
  if (!ipaddr.isValid(address)) return false
  // An IPv4 caller of a dual-stack socket shows as ::ffff:a.b.c.d.
  const caller = ipaddr.process(address)
  return rangesOf(app).some(range => range[0].kind() === caller.kind() && caller.match(range))
}

function rangesOf(app: App): Range[] {
  let read = ranges.get(app)
  if (!read) {
    read = app.ipAllowList.map(text => ipaddr.parseCIDR(text.includes('/') ? text : `${text}/${bitsOf(text)}`))
    ranges.set(app, read)
  }
  return read
}

function bitsOf(address: string): number {
  return ipaddr.parse(address).kind() === 'ipv4' ? 32 : 128
}
