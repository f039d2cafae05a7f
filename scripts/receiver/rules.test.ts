import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { root } from '../files.ts'
import { describeRule, openRules, parseRule, readRules } from './rules.ts'

describe('what a rule says', () => {
  test.each([
    ['*: allow', { on: '*', action: { do: 'allow' } }],
    ['a.b: refuse', { on: 'a.b', action: { do: 'refuse' } }],
    ['a.b:refuse 7', { on: 'a.b', action: { do: 'refuse', code: 7 } }],
    ['a: refuse 120001 no swearing', { on: 'a', action: { do: 'refuse', code: 120001, text: 'no swearing' } }],
    ['a: refuse no swearing', { on: 'a', action: { do: 'refuse', text: 'no swearing' } }],
    ['a: refuse 2nd try', { on: 'a', action: { do: 'refuse', text: '2nd try' } }],
    ['callback/1: drop', { on: 'callback/1', action: { do: 'drop' } }],
    ['a: delay 50', { on: 'a', delay: 50, action: { do: 'allow' } }],
    ['a: delay 50 fail 503 times 2', { on: 'a', delay: 50, times: 2, action: { do: 'fail', status: 503 } }],
    ['a: change {"a": {"b": 1}} times 1', { on: 'a', times: 1, action: { do: 'change', fields: { a: { b: 1 } } } }],
    ['a: close', { on: 'a', action: { do: 'close' } }],
    ['a: garbage', { on: 'a', action: { do: 'garbage' } }],
    ['a: redirect http://h:1/x', { on: 'a', action: { do: 'redirect', url: 'http://h:1/x' } }],
    ['  a  :  stream  ', { on: 'a', action: { do: 'stream' } }],
  ])('%s', (text, rule) => {
    expect(parseRule(text)).toEqual(rule)
  })

  test.each([
    'allow',
    ': allow',
    'a:',
    'a: permit',
    'a: toString',
    'a: allow it',
    'a: fail',
    'a: fail 99',
    'a: fail 1000',
    'a: change [1]',
    'a: change {',
    'a: redirect nowhere',
    'a: delay soon',
  ])('"%s" is refused', text => {
    expect(() => parseRule(text)).toThrow(RangeError)
  })
})

describe('a file of rules', () => {
  test('holds texts, or commands with what to do', () => {
    const yaml = `# comment
- '*: delay 5'
- C2C.CallbackBeforeSendMsg: refuse 1
- callback/1: 'change {"errCode": 0, "callbackExt": "x"}'
`
    expect(readRules(yaml).map(rule => [rule.on, rule.action.do])).toEqual([
      ['*', 'allow'],
      ['C2C.CallbackBeforeSendMsg', 'refuse'],
      ['callback/1', 'change'],
    ])
    expect(readRules('')).toEqual([])
  })

  test.each(['a: allow', '- 1', '- {a: 1}', '- "a: b', '- a: unknown'])('%s is refused', yaml => {
    expect(() => readRules(yaml)).toThrow(RangeError)
  })
})

describe('which rule decides', () => {
  const kinds = (ids: string[], ...rules: string[]) => {
    const ruleFor = openRules(rules)
    return ids.map(id => ruleFor(id).action.do)
  }

  test('the first that fits; nothing is like allow', () => {
    expect(kinds(['a', 'b'], 'a: drop', 'a: close')).toEqual(['drop', 'allow'])
  })

  test('* stands for anything, also within a name', () => {
    const ids = ['Group.CallbackBeforeSendMsg', 'GroupXSendMsg', 'callback/1', 'copy/1', 'Group.Callback\nSendMsg']
    expect(kinds(ids, 'Group.*SendMsg: drop', 'callback/*: close')).toEqual(['drop', 'allow', 'close', 'allow', 'drop'])
    expect(kinds(['a', ''], '*: drop')).toEqual(['drop', 'drop'])
  })

  test('one that is used up leaves the rest to the others', () => {
    const ids = ['a', 'b', 'a', 'a', 'a']
    expect(kinds(ids, 'a: drop times 2', 'a: close times 1')).toEqual(['drop', 'allow', 'drop', 'close', 'allow'])
  })
})

test.each([
  ['a: allow', 'allow'],
  ['a: refuse 3 no', 'refuse 3 no'],
  ['a: delay 5', 'after 5 ms: allow'],
  ['a: change {"x":1,"y":2}', 'change x, y'],
])('%s is shown as %s', (text, shown) => {
  expect(describeRule(parseRule(text))).toBe(shown)
})

test('the example of the documentation can be read', () => {
  const page = readFileSync(join(root, 'docs/webhooks.md'), 'utf8')
  const [, yaml = ''] = /^A file given with `--rules`.*?^```yaml\n(.*?)^```/ms.exec(page) ?? []
  expect(readRules(yaml)).toEqual([
    { on: 'C2C.CallbackBeforeSendMsg', action: { do: 'refuse', code: 120001, text: 'no swearing' } },
    { on: 'callback/1', action: { do: 'change', fields: { errCode: 0, callbackExt: 'seen' } } },
    { on: '*', delay: 100, action: { do: 'allow' } },
  ])
})
