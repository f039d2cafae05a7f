import { once } from 'node:events'
import { createServer } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { describe, expect, test } from 'vitest'
import { openPolicy, type Resolve, refusedByDefault } from './policy.ts'

const policy = openPolicy(refusedByDefault)

/** Looks every name up as these addresses, or fails. */
function resolving(found: { address: string; family: number }[] | Error): Resolve {
  return ((_name: string, _options: object, callback: (...args: unknown[]) => void) =>
    found instanceof Error ? callback(found) : callback(null, found)) as unknown as Resolve
}

function lookUp(of: Pick<typeof policy, 'lookup'>, name: string, options: object): Promise<unknown[]> {
  return new Promise(resolve => of.lookup(name, options as never, (...answer) => resolve(answer)))
}

const metadata = { address: '169.254.169.254', family: 4 }
const good = { address: '192.0.2.7', family: 4 }
const good6 = { address: '2001:db8::7', family: 6 }

describe('addresses', () => {
  test.each([
    '169.254.0.0',
    '169.254.169.254',
    '169.254.255.255',
    'fe80::1',
    'fe80::1%eth0',
    'febf:ffff::1',
    '100.100.100.200',
    '192.0.0.192',
    'fd00:ec2::254',
    '0.0.0.0',
    '0.1.2.3',
    '::',
    '224.0.0.1',
    '239.255.255.255',
    '255.255.255.255',
    'ff02::1',
    // The same as an IPv4 address inside an IPv6 one: mapped, and translated by a gateway.
    '::ffff:169.254.169.254',
    '::ffff:a9fe:a9fe',
    '64:ff9b::169.254.169.254',
    // No addresses.
    '',
    'localhost',
    '1.2.3.4.5',
    '300.1.1.1',
    '1.2.3.4/8',
    '[::1]',
    ':::1',
  ])('[WH40] %s is refused', address => {
    expect(policy.allows(address)).toBe(false)
  })

  test.each([
    '127.0.0.1',
    '::1',
    '10.0.0.1',
    '172.16.0.1',
    '192.168.1.1',
    'fd00::1',
    '100.100.100.201',
    '169.253.255.255',
    '169.255.0.0',
    'fec0::1',
    'fd00:ec2::255',
    '1.0.0.0',
    '223.255.255.255',
    '::ffff:127.0.0.1',
    '64:ff9b::8.8.8.8',
    '8.8.8.8',
    '2001:db8::1',
  ])('[WH40] %s is allowed', address => {
    expect(policy.allows(address)).toBe(true)
  })

  test('a range of one family says nothing of the other, and a mapped one is of IPv4', () => {
    const { allows } = openPolicy(['::/0', '10.1.2.3', '::ffff:192.168.0.0/112', '2001:db8::5'])
    expect([allows('8.8.8.8'), allows('::ffff:8.8.8.8'), allows('2001:db8::1')]).toEqual([true, true, false])
    expect([allows('10.1.2.3'), allows('10.1.2.4')]).toEqual([false, true])
    expect([allows('192.168.255.1'), allows('192.169.0.1')]).toEqual([false, true])
    expect(openPolicy(['2001:db8::5']).allows('2001:db8::5')).toBe(false)
    expect(openPolicy(['2001:db8::5']).allows('2001:db8::6')).toBe(true)
  })

  test('nothing is refused when nothing is listed', () => {
    expect(openPolicy([]).allows('169.254.169.254')).toBe(true)
    expect(openPolicy([]).allows('no address')).toBe(false)
  })

  test.each(['localhost', '10.0.0.0/33', '::/129', '10.0.0.0/x', '', '/8'])('%j is no range', text => {
    expect(() => openPolicy([text])).toThrow(new RangeError(`${text} is no address or CIDR range`))
  })
})

describe('hosts of URLs', () => {
  const refused = { message: expect.stringContaining('address refused by policy'), code: 'EREFUSEDBYPOLICY' }
  const demanding = (hostname: string) => () => policy.demandAllowed(hostname)

  test.each([
    '169.254.169.254',
    '169.254.169.254.',
    '2852039166',
    '0xA9FEA9FE',
    '0xa9.0376.0xa9fe',
    '0251.254.169.254',
    '169.254.43518',
    '１６９.254.169.254',
    '[::ffff:169.254.169.254]',
    '[::ffff:a9fe:a9fe]',
    '::ffff:a9fe:a9fe',
    '[fe80::1]',
    '[::]',
    '0',
    // No hosts.
    '',
    '[fe80::1%25eth0]',
    '[::1',
    '1.2.3.4.5',
    '999.1.1.1',
    'a b',
    'x@169.254.169.254',
    '10.0.0.1/x',
  ])('[WH41] %j is refused', hostname => {
    expect(demanding(hostname)).toThrow(expect.objectContaining(refused))
    const url = URL.parse(`http://${hostname}/`)
    if (url && !/[/@]/.test(hostname)) expect(demanding(url.hostname)).toThrow(expect.objectContaining(refused))
  })

  test.each([
    '127.0.0.1',
    '2130706433',
    '0x7f.1',
    '[::1]',
    '::1',
    '10.0.0.1',
    'localhost',
    'example.com',
    'a_b.internal',
  ])('[WH41] %s passes', hostname => expect(demanding(hostname)).not.toThrow())
})

describe('[WH42] names', () => {
  test('refused addresses are left out, whatever the socket asks for', async () => {
    const mixed = openPolicy(refusedByDefault, resolving([metadata, good, good6]))
    expect(await lookUp(mixed, 'mixed.test', { all: true })).toEqual([null, [good, good6]])
    expect(await lookUp(mixed, 'mixed.test', {})).toEqual([null, good.address, 4])
    expect(await lookUp(mixed, 'mixed.test', { all: false, family: 4 })).toEqual([null, good.address, 4])
  })

  test('none left is an error that says so', async () => {
    const only = openPolicy(refusedByDefault, resolving([metadata, { address: 'fe80::1', family: 6 }]))
    for (const options of [{ all: true }, {}]) {
      const [error] = (await lookUp(only, 'rebound.test', options)) as [Error]
      expect(error).toMatchObject({
        message: 'address refused by policy: rebound.test is 169.254.169.254, fe80::1',
        code: 'EREFUSEDBYPOLICY',
      })
    }
  })

  test('a name without addresses keeps its own error', async () => {
    const error = Object.assign(new Error('no such name'), { code: 'ENOTFOUND' })
    const [got] = await lookUp(openPolicy(refusedByDefault, resolving(error)), 'gone.test', { all: true })
    expect(got).toBe(error)
  })

  test('the options of the socket reach the resolver', async () => {
    const asked: unknown[] = []
    const resolve = ((name: string, options: object, callback: (...args: unknown[]) => void) => {
      asked.push(name, options)
      callback(null, [good])
    }) as unknown as Resolve
    await lookUp(openPolicy([], resolve), 'x.test', { family: 6, hints: 32 })
    expect(asked).toEqual(['x.test', { family: 6, hints: 32, all: true }])
  })

  test('sockets of node connect through it, and not when it refuses', async () => {
    const server = createServer((_, response) => response.end()).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    const there = openPolicy(refusedByDefault, resolving([metadata, { address: '127.0.0.1', family: 4 }]))
    const socket = connect({ host: 'back-end.test', port, lookup: there.lookup })
    await once(socket, 'connect')
    expect(socket.remoteAddress).toBe('127.0.0.1')
    socket.destroy()
    const closed = openPolicy(['127.0.0.0/8', '::1'])
    const refused = connect({ host: 'localhost', port, lookup: closed.lookup })
    const [error] = await once(refused, 'error').catch(thrown => [thrown])
    expect(error).toMatchObject({ code: 'EREFUSEDBYPOLICY' })
    server.close()
  })
})
