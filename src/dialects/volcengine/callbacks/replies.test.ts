import { expect, test } from 'vitest'
import { Fault } from '../../../core/errors.ts'
import type { MessageAsked } from '../../../core/hooks.ts'
import { parseJson } from '../../../lib/json.ts'
import { callbacks } from './callbacks.ts'
import { decide } from './replies.ts'

const draft: MessageAsked = { id: 1, from: '1', parts: [{ type: 'text', text: 'hi' }], passing: false }

/** What becomes of an answer, as it comes from the wire. */
function decided(text: string): unknown {
  try {
    return decide(parseJson(text), draft)
  } catch (error) {
    const { reason, message, own } = error as Fault
    return { reason, message, own }
  }
}

test.each([
  '{"CheckCode":0}',
  '{"CheckCode":0,"CheckMsg":""}',
  '{"CheckCode":0,"CheckMsg":"fine","More":[1]}',
  '{"CheckCode":0,"CheckMsg":7}',
  '{"CheckCode":"0"}',
])('[VO56] %s lets the message go as it is', text => {
  expect(decided(text)).toBe(draft)
})

test.each([
  ['{"CheckCode":1,"CheckMsg":"no swearing"}', 1, 'no swearing'],
  ['{"CheckCode":-2,"CheckMsg":"no"}', -2, 'no'],
  ['{"CheckCode":"30001","CheckMsg":"no"}', 30001, 'no'],
  ['{"CheckCode":9007199254740993,"CheckMsg":"no"}', '9007199254740993', 'no'],
  ['{"CheckCode":7}', 7, 'the app refused it'],
  ['{"CheckCode":7,"CheckMsg":""}', 7, 'the app refused it'],
  ['{"CheckCode":7,"CheckMsg":{}}', 7, 'the app refused it'],
])('[VO56] %s stops it, with the check code and message', (text, code, message) => {
  expect(decided(text)).toEqual({ reason: 'hook.refused', message, own: { dialect: 'volcengine', code } })
})

test.each([
  '{}',
  '[]',
  'null',
  '0',
  '"0"',
  '{"CheckCode":null}',
  '{"CheckCode":1.5}',
  '{"CheckCode":"x"}',
  '{"code":1}',
])('[VO56] %s is no answer', text => {
  expect(decided(text)).toBeUndefined()
})

test('[VO57] silence that means no has no code of the app', () => {
  const fault = callbacks.silent({} as never) as Fault
  expect(fault).toBeInstanceOf(Fault)
  expect([fault.reason, fault.message, fault.own]).toEqual(['hook.refused', 'the callback did not answer', undefined])
})
