import { randomBytes } from 'node:crypto'
import { Readable } from 'node:stream'
import { StoreUnavailable } from '../store.ts'
import { type Blobs, BlobTooLarge } from './blobs.ts'

/** Blobs that end with the process. */
export function openBlobMemory(): Blobs {
  const blobs = new Map<string, Buffer>()
  let closed = false

  function open(): void {
    if (closed) throw new StoreUnavailable('the blobs are closed')
  }

  return {
    async put(bytes, most) {
      open()
      const pieces: Uint8Array[] = []
      let size = 0
      for await (const piece of bytes) {
        size += piece.length
        if (size > most) throw new BlobTooLarge(`more than ${most} bytes`)
        pieces.push(piece)
      }
      open()
      const id = randomBytes(16).toString('hex')
      blobs.set(id, Buffer.concat(pieces))
      return { id, size }
    },
    async get(id, range) {
      open()
      const blob = blobs.get(id)
      if (!blob) return undefined
      const part = range ? blob.subarray(range.from, range.to) : blob
      return { size: blob.length, bytes: Readable.from(part.length > 0 ? [part] : [], { objectMode: false }) }
    },
    async remove(id) {
      open()
      return blobs.delete(id)
    },
    async close() {
      closed = true
    },
  }
}
