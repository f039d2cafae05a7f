import { expect, test } from 'vitest'
import { extensionOf } from './extension.ts'

test.each([
  ['a.PNG', 'png'],
  ['https://example.com/v.mp4?sign=a.b/c.d', 'mp4'],
  ['https://example.com/archive.tar.gz#top', 'gz'],
  ['https://example.com', undefined],
  ['https://example.com/a.b/c', undefined],
  ['.profile', undefined],
  ['a.', undefined],
  ['a.spreadsheet', undefined],
  ['', undefined],
])('the extension of %s is %s', (name, extension) => expect(extensionOf(name)).toBe(extension))
