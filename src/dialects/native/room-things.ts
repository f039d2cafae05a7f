import { z } from 'zod'
import type { QueueElement } from '../../core/rooms/model.ts'
import * as form from './forms/forms.ts'
import { operation } from './operation.ts'
import { conv, keyText, user } from './shapes.ts'

const name = z
  .string()
  .min(1)
  .refine(text => Buffer.byteLength(text) <= 32, { error: 'at most 32 bytes' })
  .describe('at most 32 bytes')
const value = z.string().refine(text => Buffer.byteLength(text) <= 4000, { error: 'at most 4000 bytes' })
const texts = z
  .record(name, value)
  .refine(map => Object.keys(map).length <= 16, { error: 'at most 16 attributes' })
  .describe('at most 16 texts by name; names have 32 bytes, texts 4,000 at most')

const changed = z.strictObject({ number: form.number.describe('of this change, one above the one before') })

/** Read the attributes of a group or a live room that the caller is in, with the number of their last change. */
const getAttributes = operation({
  key: 'room.attributes.get',
  request: z.object({ conv, names: z.array(name).max(16).optional().describe('of 32 bytes at most; absent: all') }),
  reply: z.strictObject({ attributes: form.texts, number: form.number.describe('of their last change') }),
  async run(core, call, r) {
    const { texts: attributes, number } = await core.rooms.attributes.get(call, r.conv, r.names)
    return { attributes, number }
  },
})

/** Write the attributes: these are all there are. */
const setAttributes = operation({
  key: 'room.attributes.set',
  request: z.object({ conv, attributes: texts }),
  reply: changed,
  async run(core, call, r) {
    return { number: await core.rooms.attributes.write(call, r.conv, 'set', r.attributes) }
  },
})

/** Write some of the attributes; the others stay. */
const modifyAttributes = operation({
  key: 'room.attributes.modify',
  request: z.object({ conv, attributes: texts }),
  reply: changed,
  async run(core, call, r) {
    return { number: await core.rooms.attributes.write(call, r.conv, 'modify', r.attributes) }
  },
})

/** Take some of the attributes out. */
const deleteAttributes = operation({
  key: 'room.attributes.delete',
  request: z.object({ conv, names: z.array(name).min(1).max(16).describe('of 32 bytes at most') }),
  reply: changed,
  async run(core, call, r) {
    return { number: await core.rooms.attributes.remove(call, r.conv, r.names) }
  },
})

/** Take all attributes out. */
const clearAttributes = operation({
  key: 'room.attributes.clear',
  request: z.object({ conv }),
  reply: changed,
  async run(core, call, r) {
    return { number: await core.rooms.attributes.clear(call, r.conv) }
  },
})

const key = keyText(128)
const element = z.object({
  key,
  value: z.string().max(4096),
  user: user.optional().describe('whose it is; another than the caller only by those who run the room'),
  passing: z.boolean().optional().describe('it goes when its owner leaves the room'),
})

/** Set how many elements the queue of a live room holds at most. For those who run it. */
const initQueue = operation({
  key: 'room.queue.init',
  request: z.object({ conv, size: z.number().int().min(0).max(1000).describe('how many elements it may hold') }),
  reply: form.nothing,
  async run(core, call, r) {
    await core.rooms.queue.init(call, r.conv, r.size)
    return {}
  },
})

/** Put elements at the end of the queue, or write over those with these keys. `failed` names what found no place. */
const offer = operation({
  key: 'room.queue.offer',
  request: z.object({ conv, elements: z.array(element).min(1).max(100) }),
  reply: z.strictObject({ failed: z.array(z.string()).describe('keys without a place') }),
  async run(core, call, r) {
    const drafts = r.elements.map(({ user, ...rest }) => ({ ...rest, by: user }))
    return core.rooms.queue.offer(call, r.conv, drafts)
  },
})

/** Take an element out of the queue, the first one without a `key`. */
const poll = operation({
  key: 'room.queue.poll',
  request: z.object({ conv, key: key.optional().describe('absent: the first element') }),
  reply: z.strictObject({ element: form.queueElement.optional().describe('absent: there is none') }),
  async run(core, call, r) {
    const element = await core.rooms.queue.poll(call, r.conv, r.key)
    return { element: element && elementView(element) }
  },
})

/** Look at the first element of the queue. */
const peek = operation({
  key: 'room.queue.peek',
  request: z.object({ conv }),
  reply: z.strictObject({ element: form.queueElement.optional().describe('absent: there is none') }),
  async run(core, call, r) {
    const element = await core.rooms.queue.peek(call, r.conv)
    return { element: element && elementView(element) }
  },
})

/** List all elements of the queue, in order. */
const list = operation({
  key: 'room.queue.list',
  request: z.object({ conv }),
  reply: z.strictObject({ elements: z.array(form.queueElement).describe('in order') }),
  async run(core, call, r) {
    return { elements: (await core.rooms.queue.list(call, r.conv)).map(elementView) }
  },
})

/** Empty the queue. For those who run the room. */
const drop = operation({
  key: 'room.queue.drop',
  request: z.object({ conv }),
  reply: form.nothing,
  async run(core, call, r) {
    await core.rooms.queue.drop(call, r.conv)
    return {}
  },
})

export const roomThingOperations = [
  getAttributes,
  setAttributes,
  modifyAttributes,
  deleteAttributes,
  clearAttributes,
  initQueue,
  offer,
  poll,
  peek,
  list,
  drop,
]

function elementView({ name: key, value, by: user, owner }: QueueElement): z.output<typeof form.queueElement> {
  return { key, value, user, passing: owner !== '' || undefined }
}
