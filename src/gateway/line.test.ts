import { expect, test } from 'vitest'
import { openLine } from './line.ts'

const turn = () => new Promise(resolve => setImmediate(resolve))

test('[GW122] a few begin each turn, in their order', async () => {
  const wait = openLine(2)
  const begun: string[] = []
  for (const name of ['a', 'b', 'c', 'd', 'e']) wait(() => begun.push(name))
  expect(begun).toEqual([])
  await turn()
  expect(begun.join('')).toBe('ab')
  wait(() => begun.push('f'))
  await turn()
  expect(begun.join('')).toBe('abcd')
  await turn()
  expect(begun.join('')).toBe('abcdef')
  // Whoever comes to an empty line waits for the next turn only, also from within a turn.
  wait(() => wait(() => begun.push('h')))
  wait(() => begun.push('g'))
  await turn()
  await turn()
  expect(begun.join('')).toBe('abcdefgh')
})

test('[GW122] others have their turns while thousands wait', async () => {
  const wait = openLine(4)
  let begun = 0
  for (let i = 0; i < 2000; i++) wait(() => begun++)
  let turns = 0
  for (; begun < 2000; turns++) await turn()
  expect(turns).toBeGreaterThan(400)
})
