import type { Link } from './link.ts'
import { ClientError } from './protocol.ts'

/** A file as the server keeps it; put `url`, `name` and `size` into a part of a message. */
export interface StoredFile {
  url: string
  size: number
  /** Its media type. */
  type: string
  name: string
}

/** What can be handed in. */
export type FileData = Blob | ArrayBuffer | Uint8Array<ArrayBuffer> | string

/** A token that holds for less than this is not used any more (ms). */
const spare = 60_000

/** Files go over HTTP beside the socket, with a token of the user's. */
export function openFiles({ call }: Pick<Link, 'call'>, gateway: string) {
  const address = new URL(gateway.replace(/[^/]*$/, 'files'))
  address.protocol = address.protocol.replace('ws', 'http')
  let kept: { token: string; expires: number } | undefined

  async function token(): Promise<{ token: string; expires: number }> {
    if (!kept || kept.expires - spare < Date.now()) kept = await call<{ token: string; expires: number }>('file.token')
    return kept
  }

  return {
    methods: {
      /** Until when (ms) files can be handed in with it. */
      token,
      /** Hands a file in. ClientError with the server's code, such as 'request.large'. */
      async upload(data: FileData, { name, type }: { name: string; type?: string }): Promise<StoredFile> {
        const usual = data instanceof Blob ? data.type : ''
        const headers = {
          authorization: `Bearer ${(await token()).token}`,
          'content-type': type ?? (usual || 'application/octet-stream'),
        }
        const url = `${address}?name=${encodeURIComponent(name)}`
        const reply = await fetch(url, { method: 'POST', headers, body: data }).catch(error => {
          throw new ClientError('offline', String(error))
        })
        if (reply.ok) return reply.json()
        const { code = 'internal', text = '' } = await reply.json().catch(() => ({}))
        throw new ClientError(code, text)
      },
    },
    /** Another user needs another token. */
    clear() {
      kept = undefined
    },
  }
}
