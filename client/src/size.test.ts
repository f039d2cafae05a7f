import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'
import { expect, test } from 'vitest'

test('[GW76] bundled for browsers it needs nothing else and stays below 20 KB', async () => {
  const entry = fileURLToPath(new URL('./client.ts', import.meta.url))
  const options = {
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'browser',
    write: false,
    metafile: true,
  } as const
  const { outputFiles, metafile } = await build({ ...options, entryPoints: [entry] })
  expect(Object.keys(metafile.inputs).filter(input => !input.includes('client/src/'))).toEqual([])
  const size = gzipSync(outputFiles[0]?.contents ?? '').length
  expect(size).toBeGreaterThan(1000)
  expect(size).toBeLessThan(20 * 1024)
})
