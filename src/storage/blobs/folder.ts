import { randomBytes } from 'node:crypto'
import { type FileHandle, mkdir, open, readdir, rename, rm, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { StoreUnavailable } from '../store.ts'
import { type Blobs, BlobTooLarge, blobId } from './blobs.ts'

/** Where blobs are kept, and whether they are synced before anybody is told that they are. */
export interface BlobFolder {
  folder: string
  durability: 'full' | 'relaxed'
}

/**
 * Blobs as files of a folder, in 256 folders by the beginning of their id. What is being written stands aside until it is
 * whole; what an earlier process left there is removed. The folder belongs to one process at a time.
 */
export async function openBlobFolder({ folder, durability }: BlobFolder): Promise<Blobs> {
  const aside = join(folder, 'unfinished')
  await rm(aside, { recursive: true, force: true })
  await mkdir(aside, { recursive: true, mode: 0o700 })
  const made = new Set(await readdir(folder))
  let closed = false

  function demandOpen(): void {
    if (closed) throw new StoreUnavailable('the blobs are closed')
  }

  async function put(bytes: AsyncIterable<Uint8Array>, most: number) {
    demandOpen()
    const id = randomBytes(16).toString('hex')
    const path = join(aside, id)
    try {
      const size = await write(path, bytes, most)
      demandOpen()
      await settle(path, id).catch(refuse)
      return { id, size }
    } catch (error) {
      await rm(path, { force: true })
      throw error
    }
  }

  /** Writes piece by piece, so that a fast sender waits for the disk; gives the size. */
  async function write(path: string, bytes: AsyncIterable<Uint8Array>, most: number): Promise<number> {
    const file = await open(path, 'wx', 0o600).catch(refuse)
    try {
      let size = 0
      for await (const piece of bytes) {
        size += piece.length
        if (size > most) throw new BlobTooLarge(`more than ${most} bytes`)
        await file.writeFile(piece).catch(refuse)
      }
      if (durability === 'full') await file.sync().catch(refuse)
      return size
    } finally {
      await file.close()
    }
  }

  /** A name is only there for good once the folder that holds it is synced too. */
  async function settle(path: string, id: string): Promise<void> {
    const name = id.slice(0, 2)
    const place = join(folder, name)
    if (!made.has(name)) {
      await mkdir(place, { recursive: true, mode: 0o700 })
      await sync(folder)
      made.add(name)
    }
    await rename(path, join(place, id))
    await sync(place)
  }

  async function sync(path: string): Promise<void> {
    if (durability === 'relaxed') return
    const handle = await open(path, 'r')
    await handle.sync().finally(() => handle.close())
  }

  const pathOf = (id: string) => join(folder, id.slice(0, 2), id)

  async function get(id: string, range?: { from: number; to: number }) {
    demandOpen()
    const file = blobId.test(id) ? await open(pathOf(id), 'r').catch(missing) : undefined
    if (!file) return undefined
    const { size } = await file.stat()
    const { from, to } = range ?? { from: 0, to: size }
    return { size, bytes: await part(file, from, Math.min(to, size)) }
  }

  async function remove(id: string): Promise<boolean> {
    demandOpen()
    if (!blobId.test(id)) return false
    const there = await unlink(pathOf(id)).then(() => true, missing)
    return there === true
  }

  return {
    put,
    get,
    remove,
    async close() {
      closed = true
    },
  }
}

async function part(file: FileHandle, from: number, to: number): Promise<Readable> {
  if (from < to) return file.createReadStream({ start: from, end: to - 1 })
  await file.close()
  return Readable.from([], { objectMode: false })
}

function missing(error: { code?: string }): undefined {
  if (error.code === 'ENOENT') return undefined
  throw new StoreUnavailable(String(error), { cause: error })
}

/** The disk is full or broken; whoever waits is told so. */
function refuse(error: unknown): never {
  throw new StoreUnavailable(`a file could not be written: ${error}`, { cause: error })
}
