import { createHash, randomBytes } from 'node:crypto'
import type { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { describe, expect, test } from 'vitest'
import { type Blobs, blobId } from './blobs.ts'

/** An engine to be tested: how to open it, how to open it again on what it kept, and how many files it holds. */
export interface BlobEngine {
  open(): Promise<Blobs>
  /** Absent for one that keeps nothing. */
  reopen?(): Promise<Blobs>
  /** Everything that lies there, whatever it is for. */
  files(): Promise<string[]>
}

/** The rules of blobs, run over an engine. */
export function blobContract(name: string, engine: () => BlobEngine): void {
  describe(`blobs: ${name}`, () => {
    test('[BL1] bytes come back as they were, of any length, under an id nobody can guess', async () => {
      const blobs = await engine().open()
      const contents = [Buffer.alloc(0), Buffer.from('a'), randomBytes(3 * 65_536 + 7)]
      const kept = await Promise.all(contents.map(content => blobs.put(pieces(content), 1e6)))
      for (const [i, { id, size }] of kept.entries()) {
        expect(id).toMatch(blobId)
        expect(size).toBe(contents[i]?.length)
        const found = await blobs.get(id)
        expect(found?.size).toBe(size)
        expect(sum(await read(found?.bytes))).toBe(sum(contents[i] as Buffer))
      }
      expect(new Set(kept.map(each => each.id)).size).toBe(3)
      await blobs.close()
    })

    test('[BL2] a range is read without the rest; what lies behind the end is not there', async () => {
      const blobs = await engine().open()
      const { id } = await blobs.put(pieces(Buffer.from('0123456789')), 10)
      const ranges = [
        [0, 1],
        [3, 6],
        [8, 10],
        [8, 99],
        [10, 11],
        [5, 5],
      ] as const
      const read = async ([from, to]: readonly [number, number]) => {
        const found = await blobs.get(id, { from, to })
        return [found?.size, String(await buffer(found?.bytes as Readable))]
      }
      const texts = ['0', '345', '89', '89', '', '']
      expect(await Promise.all(ranges.map(read))).toEqual(texts.map(text => [10, text]))
      await blobs.close()
    })

    test('[BL3] what is not there is not found, whatever the id looks like', async () => {
      const { open, files } = engine()
      const blobs = await open()
      for (const id of ['', 'x', '0'.repeat(32), '../../../etc/passwd', `../${'0'.repeat(29)}`, 'F'.repeat(32)]) {
        expect(await blobs.get(id), id).toBeUndefined()
        expect(await blobs.remove(id), id).toBe(false)
      }
      expect(await files()).toEqual([])
      await blobs.close()
    })

    test('[BL4] a stream that fails, or has too much, leaves nothing', async () => {
      const { open, files } = engine()
      const blobs = await open()
      const broken = (async function* () {
        yield randomBytes(100_000)
        throw new Error('the line is cut')
      })()
      await expect(blobs.put(broken, 1e6)).rejects.toThrow('the line is cut')
      await expect(blobs.put(pieces(randomBytes(1001), 100), 1000)).rejects.toMatchObject({ name: 'BlobTooLarge' })
      expect(await files()).toEqual([])
      expect(await blobs.put(pieces(randomBytes(1000), 100), 1000)).toMatchObject({ size: 1000 })
      expect(await files()).toHaveLength(1)
      await blobs.close()
    })

    test('[BL5] what was removed is gone; who reads it goes on to its end', async () => {
      const { open, files } = engine()
      const blobs = await open()
      const content = randomBytes(1_000_000)
      const { id } = await blobs.put(pieces(content), 1e7)
      const reading = await blobs.get(id)
      expect(await blobs.remove(id)).toBe(true)
      expect(await blobs.remove(id)).toBe(false)
      expect(await blobs.get(id)).toBeUndefined()
      expect(await files()).toEqual([])
      expect(sum(await read(reading?.bytes))).toBe(sum(content))
      await blobs.close()
    })

    test('[BL6] what was kept outlives the process; what was unfinished does not', async ({ skip }) => {
      const { open, reopen, files } = engine()
      if (!reopen) return skip('this engine keeps nothing')
      const blobs = await open()
      const { id } = await blobs.put(pieces(Buffer.from('kept')), 10)
      const endless = blobs.put(waiting(), 10)
      endless.catch(() => {})
      await expect.poll(files).toHaveLength(2)
      const again = await reopen()
      expect(await files()).toHaveLength(1)
      expect(String(await read((await again.get(id))?.bytes))).toBe('kept')
      await Promise.all([blobs.close(), again.close()])
    })

    test('[BL7] one that was closed refuses', async () => {
      const blobs = await engine().open()
      const { id } = await blobs.put(pieces(Buffer.from('a')), 1)
      await blobs.close()
      const refused = { name: 'StoreUnavailable' }
      await expect(blobs.put(pieces(Buffer.from('a')), 1)).rejects.toMatchObject(refused)
      await expect(blobs.get(id)).rejects.toMatchObject(refused)
      await expect(blobs.remove(id)).rejects.toMatchObject(refused)
    })
  })
}

async function* pieces(content: Buffer, length = 65_536) {
  for (let at = 0; at < content.length; at += length) yield content.subarray(at, at + length)
}

/** Begins and never ends. */
async function* waiting() {
  yield Buffer.from('begun')
  await new Promise(() => {})
}

function read(bytes: Readable | undefined): Promise<Buffer> {
  return buffer(bytes as Readable)
}

function sum(content: Buffer): string {
  return `${content.length} ${createHash('sha256').update(content).digest('hex')}`
}
