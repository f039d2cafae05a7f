import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { blobContract } from './contract.ts'
import { openBlobFolder } from './folder.ts'
import { openBlobMemory } from './memory.ts'

const root = mkdtempSync(join(tmpdir(), 'magpie-blobs-'))
afterAll(() => rmSync(root, { recursive: true }))
let folders = 0

blobContract('memory', () => {
  const ids: string[] = []
  return {
    async open() {
      const blobs = openBlobMemory()
      return {
        ...blobs,
        async put(bytes, most) {
          const kept = await blobs.put(bytes, most)
          ids.push(kept.id)
          return kept
        },
        async remove(id) {
          const there = await blobs.remove(id)
          if (there) ids.splice(ids.indexOf(id), 1)
          return there
        },
      }
    },
    files: async () => ids,
  }
})

blobContract('folder', () => {
  const folder = join(root, String(++folders))
  const open = () => openBlobFolder({ folder, durability: 'full' })
  return { open, reopen: open, files: async () => filesIn(folder) }
})

test('[BL8] files are their owner’s alone, and are spread over folders by their ids', async () => {
  const folder = join(root, String(++folders))
  const blobs = await openBlobFolder({ folder, durability: 'relaxed' })
  const kept = await Promise.all(Array.from({ length: 20 }, () => blobs.put([Buffer.from('x')] as never, 1)))
  expect(filesIn(folder).sort()).toEqual(kept.map(({ id }) => join(id.slice(0, 2), id)).sort())
  for (const { id } of kept) {
    expect(statSync(join(folder, id.slice(0, 2))).mode & 0o777).toBe(0o700)
    expect(statSync(join(folder, id.slice(0, 2), id)).mode & 0o777).toBe(0o600)
  }
  await blobs.close()
})

test('[BL4] a folder that cannot be written to is the store being unavailable', async () => {
  const folder = join(root, String(++folders))
  const blobs = await openBlobFolder({ folder, durability: 'full' })
  rmSync(join(folder, 'unfinished'), { recursive: true })
  await expect(blobs.put([Buffer.from('x')] as never, 1)).rejects.toMatchObject({ name: 'StoreUnavailable' })
  expect(filesIn(folder)).toEqual([])
  await blobs.close()
})

function filesIn(folder: string): string[] {
  const all = readdirSync(folder, { recursive: true, withFileTypes: true })
  return all.filter(each => each.isFile()).map(each => join(each.parentPath.slice(folder.length + 1), each.name))
}
