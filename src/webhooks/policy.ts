import { lookup as lookUp } from 'node:dns'
import { isIP, type LookupFunction } from 'node:net'
import ipaddr from 'ipaddr.js'

/** Which addresses may be connected to. */
export interface Policy {
  /** Whether an IP address may be; one inside an IPv6 address counts, and what is no address may not be. */
  allows(address: string): boolean
  /**
   * The `lookup` option of node:net and node:tls: gives a name's addresses without the refused ones, and fails with code
   * EREFUSEDBYPOLICY when none is left. Asked at every connection, so that a name cannot move to a refused address.
   */
  lookup: LookupFunction
  /**
   * Throws (EREFUSEDBYPOLICY) for a URL's host that is a refused address in whatever spelling, or no host at all: sockets
   * look addresses up nowhere. Names pass, `lookup` judges them.
   */
  demandAllowed(hostname: string): void
}

/**
 * What is refused unless the operator says otherwise: link-local addresses and those at which clouds keep the secrets of
 * their machines, "any" address, multicast and broadcast. Loopback and private networks are where back ends of a server
 * of one's own are.
 */
export const refusedByDefault: string[] = [
  '169.254.0.0/16',
  'fe80::/10',
  '100.100.100.200/32',
  '192.0.0.192/32',
  'fd00:ec2::254/128',
  '0.0.0.0/8',
  '::/128',
  '224.0.0.0/4',
  '255.255.255.255/32',
  'ff00::/8',
]

type Address = ipaddr.IPv4 | ipaddr.IPv6
type Range = [Address, number]

/** Where names are looked up. */
export type Resolve = typeof lookUp

/** A policy that refuses these addresses and CIDR ranges. RangeError for one that is neither. */
export function openPolicy(refused: readonly string[], resolve: Resolve = lookUp): Policy {
  const ranges = refused.map(readRange)
  const allows = (address: string) => {
    if (!ipaddr.isValid(address)) return false
    return !meanings(address).some(each => ranges.some(range => isWithin(each, range)))
  }

  const lookup: LookupFunction = (hostname, options, callback) => {
    resolve(hostname, { ...options, all: true }, (error, found) => {
      if (error) return callback(error, [])
      const allowed = found.filter(each => allows(each.address))
      const [first] = allowed
      if (!first) return callback(refusal(hostname, found.map(each => each.address).join(', ')), [])
      if (options.all) callback(null, allowed)
      else callback(null, first.address, first.family)
    })
  }

  return {
    allows,
    lookup,
    demandAllowed(hostname) {
      const host = normalised(hostname)
      if (host === undefined || (isIP(host) > 0 && !allows(host))) throw refusal(host ?? hostname)
    },
  }
}

function refusal(hostname: string, addresses = hostname): NodeJS.ErrnoException {
  const where = addresses === hostname ? hostname : `${hostname} is ${addresses}`
  return Object.assign(new Error(`address refused by policy: ${where}`), { code: 'EREFUSEDBYPOLICY' })
}

/** The host as a URL has it, without brackets: 0x7f.1 and 2130706433 become 127.0.0.1. */
function normalised(hostname: string): string | undefined {
  const bracketed = isIP(hostname) === 6 ? `[${hostname}]` : hostname
  // What else a URL may hold would make another host of it.
  if (/[/?#@\\]/.test(bracketed)) return undefined
  const host = URL.parse(`http://${bracketed}`)?.hostname
  return host?.replace(/^\[|\]$/g, '') || undefined
}

/** NAT64 gateways (RFC 6052) reach the IPv4 address in the last 32 bits. */
const translated: Range = ipaddr.parseCIDR('64:ff9b::/96')

/** An address, and the IPv4 address behind it that a connection to it reaches. */
function meanings(text: string): Address[] {
  const address = ipaddr.process(text)
  if (!isWithin(address, translated)) return [address]
  return [address, new ipaddr.IPv4(address.toByteArray().slice(12))]
}

function isWithin(address: Address, range: Range): boolean {
  return address.kind() === range[0].kind() && address.match(range)
}

function readRange(text: string): Range {
  const wanted = text.includes('/') ? text : `${text}/${isIP(text) === 4 ? 32 : 128}`
  if (!ipaddr.isValidCIDR(wanted)) throw new RangeError(`${text} is no address or CIDR range`)
  const [address, bits] = ipaddr.parseCIDR(wanted)
  const mapped = address instanceof ipaddr.IPv6 && address.isIPv4MappedAddress() && bits >= 96
  return mapped ? [address.toIPv4Address(), bits - 96] : [address, bits]
}
