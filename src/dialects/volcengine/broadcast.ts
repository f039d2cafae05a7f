import { z } from 'zod'
import { resource } from '../dialect.ts'
import { readSaid } from './content.ts'
import { ext, list, maybe, userId } from './shapes.ts'

const operation = resource()

/**
 * UserBroadcast: says something to all registered users, or to those with one of the tags (TagOp 1: with all of them). Who
 * is not connected gets it until MsgTTL (s) is over.
 */
export const userBroadcast = operation({
  key: 'UserBroadcast',
  request: z.object({
    Content: z.string(),
    MsgTTL: z.int().min(1).max(604_800),
    MsgType: z.int32(),
    Sender: userId,
    Ext: maybe(ext),
    InboxType: maybe(z.int32()),
    TagOp: maybe(z.int().min(0).max(1)),
    Tags: maybe(list(z.string())),
  }),
  async run(core, call, r) {
    const tags = r.Tags?.length ? { [r.TagOp === 1 ? 'allTags' : 'anyTag']: r.Tags } : {}
    await core.broadcasts.send(call, {
      from: r.Sender,
      ...readSaid(r),
      keep: r.MsgTTL * 1000,
      inbox: r.InboxType,
      condition: { known: true, ...tags },
    })
  },
})

export const broadcastOperations = [userBroadcast]
