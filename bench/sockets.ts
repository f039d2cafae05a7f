import { WebSocket } from 'ws'
import type { Magpie } from './magpie.ts'

/** What the generator looks for in the stream of a socket. */
export const markers = [
  'mode ws',
  'path /gateway',
  'ready "type":"welcome"',
  'ok "ok":{',
  'fail "err":{',
  'seen "type":"message"',
]

/** The frame with which a user signs in. */
export function signIn(server: Magpie, user: string): string {
  const credentials = { dialect: 'tencent', sdkappid: server.sdkappid, userid: user, usersig: server.userSig(user) }
  return JSON.stringify({ id: 1, do: 'signIn', with: credentials })
}

/** A frame that sends a text; the running number makes each one another message. */
export function sendFrame(operation: string, target: object): string {
  const content = { client: '@@@@@@@@@@', parts: [{ type: 'text', text: 'Good morning, the train is on time today.' }] }
  const frame = JSON.stringify({ id: 0, do: operation, with: { ...target, ...content } })
  return frame.replace('"id":0', '"id":@@@@@@@@@@')
}

/** One message as a device receives it, so that the other side hands on frames of just that size. */
export async function frameAsDelivered(server: Magpie, from: string, to: string, send: string): Promise<string> {
  const sockets = [from, to].map(() => new WebSocket(`ws://127.0.0.1:${server.port}/gateway`))
  const seen = new Promise<string>(resolve => {
    sockets[1]?.on('message', data => {
      const line = String(data)
        .split('\n')
        .find(each => each.includes('"type":"message"'))
      if (line) resolve(line)
    })
  })
  await Promise.all(
    sockets.map(
      (socket, i) =>
        new Promise<void>(resolve => {
          socket.on('open', () => socket.send(signIn(server, [from, to][i] as string)))
          socket.on('message', data => String(data).includes('"welcome"') && resolve())
        }),
    ),
  )
  sockets[0]?.send(send.replace(/@@@@@@@@@@/g, '9999999999'))
  const frame = await seen
  for (const socket of sockets) socket.close()
  return frame.replaceAll('\n', ' ')
}
