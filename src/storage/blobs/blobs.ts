import type { Readable } from 'node:stream'

/**
 * Blobs: bytes of any length under ids that nobody can guess. They are written once, read whole or in part, and never
 * changed. `contract.ts` holds the rules in code, `[BL1]` and so on; every engine passes it.
 */
export interface Blobs {
  /**
   * Keeps a stream of bytes; resolves once they are on disk. Nothing stays of a stream that fails, whose error is passed
   * on, and of one of more than `most` bytes, which is BlobTooLarge. Rejects with StoreUnavailable when the engine
   * cannot write. Never holds more in memory than the stream's own pieces.
   */
  put(bytes: AsyncIterable<Uint8Array>, most: number): Promise<{ id: string; size: number }>
  /** A blob's size and the bytes of a range of it, all by default; undefined when there is none, whatever the id. */
  get(id: string, range?: BlobRange): Promise<{ size: number; bytes: Readable } | undefined>
  /** Removes a blob; whether there was one. Who is reading it may go on to its end. */
  remove(id: string): Promise<boolean>
  /** Every later call rejects with StoreUnavailable. */
  close(): Promise<void>
}

/** From a byte to another, the second one exclusive; what lies behind the end is not there. */
export interface BlobRange {
  from: number
  to: number
}

/** There were more bytes than allowed. */
export class BlobTooLarge extends Error {
  override name = 'BlobTooLarge'
}

/** What an id looks like: 128 bits by chance. */
export const blobId = /^[0-9a-f]{32}$/
