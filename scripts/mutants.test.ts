import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import type { Operation } from '../src/dialects/dialect.ts'
import { apply, drop, nameOf, optionalFields } from './mutants.ts'

describe('leaving a field out', () => {
  test.each([
    ['a', { a: 1, b: 2 }, { b: 2 }],
    ['a.b', { a: { b: 1, c: 2 } }, { a: { c: 2 } }],
    ['a[].b', { a: [{ b: 1 }, { c: 2 }] }, { a: [{}, { c: 2 }] }],
    ['a.b', { a: '{"b":1,"c":2}' }, { a: '{"c":2}' }],
    ['a', { a: '[1]' }, {}],
  ])('%s', (path, value, left) => {
    expect(drop(value, path)).toEqual(left)
  })

  test('what is not there leaves the very same value', () => {
    for (const value of [{ b: 1 }, { a: 'text' }, { a: '{broken' }, { a: [1] }, null, 'x'])
      expect(drop(value, 'a.b')).toBe(value)
  })
})

const field = (name: string, required: boolean) => ({ name, required, type: 'string', note: '' })

describe('optional fields', () => {
  const schema = z.preprocess(
    input => input,
    z.object({
      needed: z.string(),
      open: z.string().optional(),
      usual: z.int().default(3),
      list: z.array(z.object({ needed: z.int(), open: z.int().nullish() })),
      both: z.union([z.object({ left: z.int().optional() }), z.object({ right: z.int() })]),
      bag: z.record(z.string(), z.unknown()).optional(),
    }),
  )

  test('are those of the schema, at any depth', () => {
    expect(optionalFields(schema, []).read).toEqual(['bag', 'both.left', 'list[].open', 'open', 'usual'])
  })

  test('are those of the catalogue too, as far as the schema may read them', () => {
    const documented = [
      field('needed', true),
      field('list', false),
      field('bag.deep', false),
      field('both.right', false),
      field('open.deep', false),
      field('ghost[]', false),
      field('list[].ghost', false),
    ]
    const { read, unread } = optionalFields(schema, documented)
    expect(read).toEqual(['bag', 'bag.deep', 'both.left', 'both.right', 'list', 'list[].open', 'open', 'usual'])
    expect(unread).toEqual(['ghost', 'list[].ghost', 'open.deep'])
  })
})

describe('mutants', () => {
  const original: Operation = {
    key: 'a/b',
    request: z.object({ x: z.int().optional() }),
    errors: {},
    run: (_core, _call, r) => ({ x: r.x }),
  }
  const dialect = () => ({ operations: new Map([['a/b', original]]) })
  const answer = (from: ReturnType<typeof dialect>, input: unknown) => {
    const operation = from.operations.get('a/b') as Operation
    return operation.run(undefined as never, undefined as never, operation.request.parse(input))
  }

  test('one answers without acting, but leaves the calls that are refused to the true operation', () => {
    const mutated = dialect()
    const undo = apply(mutated, { key: 'a/b', kind: 'reply', answer: { x: 'fixed' } }, call => call === 1)
    expect([1, 2, 3].map(x => answer(mutated, { x }))).toEqual([{ x: 'fixed' }, { x: 2 }, { x: 'fixed' }])
    undo()
    expect(answer(mutated, { x: 4 })).toEqual({ x: 4 })
  })

  test('one does not see a field, except in calls that are refused', () => {
    const mutated = dialect()
    apply(mutated, { key: 'a/b', kind: 'field', path: 'x' }, call => call === 1)
    expect([1, 2, 3].map(x => answer(mutated, { x }))).toEqual([{}, { x: 2 }, {}])
  })

  test('one of an unknown operation is an error', () => {
    expect(() => apply(dialect(), { key: 'a/c', kind: 'reply', answer: 1 })).toThrow('a/c')
  })

  test('have names', () => {
    expect(nameOf('tencent', { key: 'a/b', path: 'x' })).toBe('tencent a/b without x')
    expect(nameOf('tencent', { key: 'a/b' })).toBe('tencent a/b answers without acting')
  })
})
