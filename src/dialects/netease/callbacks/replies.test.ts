import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { askedSamples } from '../../../../tests/support/netease-asked.ts'
import { openWorld, type World } from '../../../../tests/support/netease-callbacks.ts'
import type { Fault } from '../../../core/errors.ts'
import type { HookPoints, MessageAsked } from '../../../core/hooks.ts'
import type { Part } from '../../../core/messages/content.ts'
import type { Asked } from '../../callbacks.ts'
import { callbacks } from './callbacks.ts'
import { decideMessage } from './replies.ts'

let world: World

beforeAll(async () => {
  world = await openWorld()
})

afterAll(() => world.node.stop())

const text: Part = { type: 'text', text: 'hello' }
const draftOf = (part: Part, more: Partial<MessageAsked> = {}) => world.draft([part], more)

/** The callback that a sample asks, and its draft. */
function asking(id: string) {
  const sample = askedSamples.find(each => each.id === id)
  const draft = sample?.draft(world)
  const asked = callbacks.asked.find(each => each.id === id && each.fires(world.client, draft as never)) as Asked
  return { draft, decide: (reply: unknown) => asked.decide(reply, draft as never) }
}

function refusal(work: () => unknown): Fault {
  try {
    work()
  } catch (error) {
    return error as Fault
  }
  throw new Error('it was not refused')
}

describe('answers to third-party callbacks', () => {
  test('[NE110] errCode 0 lets everything go on as it is, any other number refuses it', () => {
    for (const { id } of askedSamples) {
      const { draft, decide } = asking(id)
      expect(decide({ errCode: 0 }), id).toEqual(draft)
      for (const errCode of [1, -1, 200, 20000]) {
        const fault = refusal(() => decide({ errCode }))
        expect([fault.reason, fault.own]).toEqual(['hook.refused', undefined])
      }
    }
  })

  test('[NE111] a responseCode from 20000 to 20099 is the code of the refusal, another one is not', () => {
    const { decide } = asking('callback/23')
    const codeOf = (responseCode: unknown) => refusal(() => decide({ errCode: 1, responseCode })).own?.code
    expect([20000, 20050, 20099].map(codeOf)).toEqual([20000, 20050, 20099])
    expect([19999, 20100, 403, 0, '20001', null, 20000.5].map(codeOf)).toEqual(Array(7).fill(undefined))
    expect(refusal(() => decide({ errCode: 1, responseCode: 20001 })).own?.dialect).toBe('netease')
    expect(decide({ errCode: 0, responseCode: 20001 })).toBeDefined()
  })

  test('[NE112] what is no answer counts as silence', () => {
    const unreadable = [null, 'ok', 0, [], {}, { errcode: 0 }, { errCode: '0' }, { errCode: null }, { errCode: 0.5 }]
    const wrong = [
      { errCode: 0, modifyResponse: 'body' },
      { errCode: 0, callbackExt: {} },
    ]
    for (const id of ['callback/1', 'callback/3', 'callback/7', 'callback/10', 'callback/15', 'callback/36'])
      for (const reply of [...unreadable, ...wrong])
        expect(asking(id).decide(reply), JSON.stringify(reply)).toBeUndefined()
  })

  test('[NE113] the refusal for silence is 403', () => {
    const fault = callbacks.silent(callbacks.asked[0] as Asked) as Fault
    expect([fault.reason, fault.own]).toEqual(['hook.refused', undefined])
  })
})

describe('what an answer changes', () => {
  test('[NE114] the body of a text, the attach of anything else, in the type it has', () => {
    const modifyResponse = { body: 'b', attach: '{"url":"http://q","name":"q.jpg"}' }
    const partsOf = (part: Part) => decideMessage({ errCode: 0, modifyResponse }, draftOf(part))?.parts
    expect(partsOf(text)).toEqual([{ type: 'text', text: 'b' }])
    expect(partsOf({ type: 'tip', text: 'x' })).toEqual([{ type: 'tip', text: 'b' }])
    expect(partsOf({ type: 'image', url: 'http://p' })).toEqual([
      { type: 'image', url: 'http://q', name: 'q.jpg', format: 'jpg' },
    ])
    expect(partsOf({ type: 'custom', data: '{}' })).toEqual([{ type: 'custom', data: modifyResponse.attach }])
  })

  test('in a chatroom everything is in attach', () => {
    const { decide } = asking('callback/6')
    const modifyResponse = { attach: 'b', body: 'ignored' }
    expect(decide({ errCode: 0, modifyResponse })).toMatchObject({ parts: [{ type: 'text', text: 'b' }] })
  })

  test('the body that the sender wrote goes with the content, and another one comes where it is needed', () => {
    const native = { netease: { body: '{"msg":"hello","x":1}', ext: 'e' }, tencent: { CloudCustomData: 'd' } }
    const gone = decideMessage({ errCode: 0, modifyResponse: { body: 'b' } }, draftOf(text, { native }))
    expect(gone?.native).toEqual({ netease: { ext: 'e' }, tencent: { CloudCustomData: 'd' } })
    const attach = '{"url":"http://q","own":1}'
    const other = decideMessage({ errCode: 0, modifyResponse: { attach } }, draftOf({ type: 'file', url: 'http://p' }))
    expect(other?.parts).toEqual([{ type: 'file', url: 'http://q' }])
    expect(other?.native).toEqual({ netease: { body: attach } })
  })

  test('ext, and what a push shows', () => {
    const modifyResponse = { ext: 'f', pushcontent: 'look', payload: '{"a":1}' }
    const more = { native: { netease: { ext: 'e', env: 'v' } }, push: { title: 't', text: 'old' } }
    const draft = draftOf(text, more)
    expect(decideMessage({ errCode: 0, modifyResponse }, draft)).toEqual({
      ...draft,
      native: { netease: { ext: 'f', env: 'v' } },
      push: { title: 't', text: 'look', payload: '{"a":1}' },
    })
  })

  test('[NE115] callbackExt stays with the message', () => {
    const draft = draftOf(text)
    const wanted = { ...draft, native: { netease: { callbackExt: '{"k":"v"}' } } }
    expect(decideMessage({ errCode: 0, callbackExt: '{"k":"v"}' }, draft)).toEqual(wanted)
    expect(decideMessage({ errCode: 0, callbackExt: null, modifyResponse: null }, draft)).toEqual(draft)
  })

  test('a change that the vendor’s limits do not allow counts as silence', () => {
    const file = draftOf({ type: 'file', url: 'http://p' })
    const bad = [{ attach: 'no JSON' }, { attach: '{}' }, { ext: 'x'.repeat(1025) }, { payload: '[]' }, { body: 5 }]
    for (const modifyResponse of bad) expect(decideMessage({ errCode: 0, modifyResponse }, file)).toBeUndefined()
    expect(decideMessage({ errCode: 0, modifyResponse: { body: 'x'.repeat(5001) } }, draftOf(text))).toBeUndefined()
  })

  test('[NE116] texts and modes of a new team; nobody else is let in by it', () => {
    const { draft, decide } = asking('callback/7')
    const modifyResponse = {
      ...{ tname: 'n', announcement: 'a', intro: '', icon: 'http://j', custom: 'k', servercustom: 'l', joinmode: 2 },
      ...{ beinvitemode: 1, invitemode: 1, uptinfomode: 1, upcustommode: 1, inviteList: ['eve'], creator: 'eve' },
    }
    const before = draft as HookPoints['group.create']
    expect(decide({ errCode: 0, modifyResponse })).toEqual({
      ...before,
      name: 'n',
      policy: {
        ...before.policy,
        ...{ join: 'closed', consent: false, invite: 'everyone', edit: 'everyone', editText: 'everyone' },
      },
      fields: { notice: 'a', description: '', avatar: 'http://j', clientText: 'k', serverText: 'l' },
    })
    for (const bad of [{ tname: '' }, { tname: 'x'.repeat(65) }, { joinmode: 3 }, { invitemode: '1' }])
      expect(decide({ errCode: 0, modifyResponse: bad })).toBeUndefined()
  })

  test('what is to change of a team', () => {
    const { draft, decide } = asking('callback/15')
    expect(decide({ errCode: 0, modifyResponse: { tname: 'other', invitemode: 1, joinmode: 2 } })).toEqual({
      ...(draft as object),
      fields: { name: 'other', join: 'closed', maxMembers: 300, serverText: 's', invite: 'everyone' },
    })
  })

  test('a card', () => {
    const { draft, decide } = asking('callback/3')
    const modifyResponse = { name: 'B', gender: 2, ex: 'x' }
    expect(decide({ errCode: 0, modifyResponse })).toEqual({
      ...(draft as object),
      profile: { nick: 'B', gender: 'female', text: 'x' },
    })
    expect(decide({ errCode: 0, modifyResponse: { gender: 3 } })).toBeUndefined()
  })

  test('other operations go on as they are', () => {
    const { draft, decide } = asking('callback/14')
    expect(decide({ errCode: 0, modifyResponse: { kickList: ['cat'], tid: 5 } })).toEqual(draft)
  })
})
