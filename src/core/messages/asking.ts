import type { Call } from '../call.ts'
import { type Context, tell } from '../context.ts'
import type { MessageAsked } from '../hooks.ts'
import type { Group } from '../model.ts'
import type { MessageDraft } from './draft.ts'

/** The draft as the app wants it, perhaps dropped; the very same draft when nobody was asked. Fault('hook.refused'). */
export async function askDirect(ctx: Context, call: Call, to: string, draft: MessageDraft) {
  if (draft.unasked || !ctx.hooks.listens('message.direct', call)) return draft
  const about = await aboutOf(ctx, draft)
  return asWanted(draft, await ctx.hooks.ask('message.direct', call, { ...about, to }))
}

/** The same for a message into a group. */
export async function askGroup(ctx: Context, call: Call, group: Group, draft: MessageDraft) {
  const wanted = await groupWanted(ctx, call, group, draft)
  if (!draft.over || wanted.dropped) return wanted
  await tellOver(ctx, call, group, wanted)
  return { ...wanted, dropped: true }
}

async function groupWanted(ctx: Context, call: Call, group: Group, draft: MessageDraft) {
  if (draft.unasked || !ctx.hooks.listens('message.group', call)) return draft
  const about = await aboutOf(ctx, draft)
  return asWanted(draft, await ctx.hooks.ask('message.group', call, { ...about, group }))
}

/** Its sender is answered as if it had been sent, so only the app learns that nobody gets it. */
function tellOver(ctx: Context, call: Call, conversation: Group, draft: MessageDraft): Promise<void> {
  const { from, parts, native, client } = draft
  const passing = draft.delivery === 'passing'
  const why = { why: 'rate.exceeded', text: 'the group takes no more messages at this moment' }
  const event = {
    type: 'message.failed' as const,
    conversation,
    from,
    parts,
    native,
    client: client?.id,
    passing,
    ...why,
  }
  return tell(ctx, { call, subjects: [], event })
}

async function aboutOf(ctx: Context, draft: MessageDraft): Promise<MessageAsked> {
  const { from, parts, native, client, mentions, push } = draft
  const id = await ctx.ids()
  return { id, from, parts, native, client: client?.id, mentions, push, passing: draft.delivery === 'passing' }
}

function asWanted(draft: MessageDraft, asked: MessageAsked): MessageDraft {
  const { id, parts, mentions, push, dropped } = asked
  // Other parts than the sender's make the sender's own form untrue, unless that was seen to.
  const native = parts !== draft.parts && asked.native === draft.native ? undefined : asked.native
  return { ...draft, id, parts, native, mentions, push, dropped }
}
