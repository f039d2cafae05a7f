import { once } from 'node:events'
import { connect as dial } from 'node:net'
import { nativeOperations } from '../../../src/dialects/native/native.ts'
import { readFrame } from '../../../src/gateway/upstream.ts'
import { type HostileDevice, hostileDevice } from './device.ts'
import { attempts, shaped } from './frames.ts'
import { written } from './values.ts'
import type { World } from './world.ts'

/** Frames of a siege that cannot but be refused, as texts: what is no frame, and what does not fit its operation. */
export function hopeless(world: World, count: number, seed: number): { frames: string[]; noise: string[] } {
  const all = attempts(count, seed).map(({ frame, shape }) => shaped(written(frame, world.conv), shape))
  // Whoever knows the word may be let in.
  const texts = all.filter(text => !text.includes('"word":"open"'))
  const read = texts.map(text => ({ text, frame: readFrame(Buffer.from(text)) }))
  const frames = read.flatMap(({ text, frame }) => {
    const request = frame && nativeOperations.get(frame.do)?.request
    return frame && !request?.safeParse(frame.with ?? {}).success && Buffer.byteLength(text) <= 65_536 ? [text] : []
  })
  return { frames, noise: read.flatMap(({ text, frame }) => (frame ? [] : [text])) }
}

/** All frames at once on the sockets of both who are hostile, and a last one on each; answers how many were refused. */
export async function pipeline(devices: readonly HostileDevice[], frames: readonly string[]): Promise<number> {
  let refused = 0
  const counted = devices.map(({ ws }) => {
    const count = (data: Buffer) => {
      for (const line of data.toString().split('\n')) if (JSON.parse(line).err) refused++
    }
    ws.on('message', count)
    return () => ws.off('message', count)
  })
  for (const [i, text] of frames.entries()) {
    devices[i % devices.length]?.throw(text, i % 7 === 0 ? 'pieces' : 'text')
    if (i % 20 === 19) await new Promise(resolve => setImmediate(resolve))
  }
  for (const device of devices) device.throw(JSON.stringify({ id: 'last', do: '', with: {} }), 'text')
  const end = Date.now() + 10_000
  while (refused < frames.length + devices.length && Date.now() < end)
    await new Promise(resolve => setTimeout(resolve, 5))
  for (const stop of counted) stop()
  return refused
}

/** Many sockets that never sign in, several at a time: noise, frames, half of a frame, and no WebSocket at all. */
export async function storm(world: World, texts: readonly string[]): Promise<void> {
  const before = world.server.gateway.stats().sockets
  for (let at = 0; at < texts.length; at += 10) {
    await Promise.all(
      texts.slice(at, at + 10).map(async (text, i) => {
        if (i === 9) return raw(world, text)
        const device = await hostileDevice(world)
        if (i === 8) device.ws.send(text.slice(0, 500), { fin: false })
        else for (let n = 0; n <= i % 3; n++) device.throw(text, 'text')
        if (i % 2) await new Promise(resolve => setImmediate(resolve))
        return device.end()
      }),
    )
  }
  const end = Date.now() + 10_000
  while (world.server.gateway.stats().sockets > before && Date.now() < end)
    await new Promise(resolve => setTimeout(resolve, 5))
}

/** After the handshake come bytes that are no frames of a WebSocket: a bit too many, no mask, a length beyond everything. */
async function raw(world: World, text: string): Promise<void> {
  const socket = dial(world.server.port, '127.0.0.1')
  socket.on('error', () => {})
  await once(socket, 'connect')
  const head = [
    'GET /gateway HTTP/1.1',
    'Host: x',
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
  ]
  socket.write(`${head.join('\r\n')}\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n`)
  await once(socket, 'data')
  const bytes = [
    [0xf1, 0x80],
    [0x81, 0x05],
    [0x81, 0xff, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
    [0x83, 0x80],
    [0x89, 0xfe],
  ]
  socket.write(
    Buffer.concat([Buffer.from(bytes[text.length % bytes.length] as number[]), Buffer.from(text.slice(0, 100))]),
  )
  await new Promise(resolve => setTimeout(resolve, 2))
  socket.destroy()
}
