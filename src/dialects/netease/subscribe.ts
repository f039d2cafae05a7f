import { z } from 'zod'
import type { Call } from '../../core/call.ts'
import type { Core } from '../../core/core.ts'
import { resource } from '../dialect.ts'
import { accid, accids, choice, person, whole } from './shapes.ts'

const operation = resource()

/** Online status, the only event that the server API subscribes to. */
const eventType = choice(1)

const named = { accid, eventType, publisherAccids: accids(100) }

/** Those of the named accids who exist, by their own ids, and the accids of whom there is not. */
async function publishers(core: Core, call: Call, ids: readonly string[]) {
  const found = await core.users.findManyFolded(call.app.id, ids)
  const users = [...new Set(found.flatMap(user => (user ? [user.id] : [])))]
  return { users, failedAccid: ids.filter((_, i) => !found[i]) }
}

/** Subscribes to the online status of up to 100 accounts for `ttl` seconds, or goes on with it for so long from now on. */
const add = operation({
  key: 'event/subscribe/add.action',
  request: z.object({ ...named, ttl: whole(60, 2_592_000) }),
  async run(core, call, r) {
    const { id } = await person(core, call, r.accid)
    const { users, failedAccid } = await publishers(core, call, r.publisherAccids)
    await core.presence.watching.subscribe(call, id, users, r.ttl * 1000)
    return { failedAccid }
  },
})

/** Those of the named accounts to which there is a subscription, in the order asked for. */
const query = operation({
  key: 'event/subscribe/query.action',
  request: z.object(named),
  async run(core, call, r) {
    const { id } = await person(core, call, r.accid)
    const { users } = await publishers(core, call, r.publisherAccids)
    const { found } = await core.presence.watching.list(call.app.id, id, { users })
    return {
      subscribes: found.map(({ publisher, since, expires }) => ({
        accid: publisher,
        eventType: r.eventType,
        expireTime: expires,
        subscribeTime: since,
      })),
    }
  },
})

/** Ends the subscriptions to the named accounts; one that never was is no failure. */
const remove = operation({
  key: 'event/subscribe/delete.action',
  request: z.object(named),
  async run(core, call, r) {
    const { id } = await person(core, call, r.accid)
    const { users, failedAccid } = await publishers(core, call, r.publisherAccids)
    await core.presence.watching.unsubscribe(call, id, users)
    return { failedAccid }
  },
})

/** Ends all of an account's subscriptions. */
const removeAll = operation({
  key: 'event/subscribe/batchdel.action',
  request: z.object({ accid, eventType }),
  async run(core, call, r) {
    const { id } = await person(core, call, r.accid)
    await core.presence.watching.unsubscribe(call, id)
  },
})

/** `netease-im/subscribe.json`. */
export const subscribe = [add, query, remove, removeAll]
