import { check, put, type Row, type Step } from '../../storage/store.ts'
import type { Call } from '../call.ts'
import { type Context, change, type Plan } from '../context.ts'
import { Fault } from '../errors.ts'
import type { Erase } from '../messages/erase.ts'
import type { Conversation, Member } from '../model.ts'
import { members } from '../tables.ts'
import type { Told } from '../telling.ts'
import { conversationsHere } from './here.ts'
import type { Notify, ShownSettings } from './model.ts'
import { endsOf, type Place, pinnedOf, placesOf } from './own-places.ts'
import { demandOwn, ownKey, writeSettings } from './own-rows.ts'
import { applySettings, type SettingsDraft, soundAfter } from './settings-draft.ts'
import { settingsNumber } from './tables.ts'

export { favouriteMark, isQuiet, type SettingsDraft } from './settings-draft.ts'

/** What a user sets of one of their conversations. */
export interface ConversationDraft extends SettingsDraft {
  conv: number
}

/** How many a user may have. */
export interface SettingsLimits {
  pinned: number
}

/** Limits where the caller brings none. */
const usual: SettingsLimits = { pinned: 100 }

/** Conversations written in one batch: with the longest texts they fit it. */
const chunk = 40

export type Settings = ReturnType<typeof openConversationSettings>

/** A user's own side of conversations: what nobody else sees. */
export function openConversationSettings(ctx: Context, erase: Erase) {
  /**
   * Sets something of conversations of a user: one result per draft, in order, with all that is set then. What stays as it
   * was is told to nobody. Fault as a result: 'conversation.missing' for what is not in the user's list,
   * 'conversation.pin.limit'. Throws Fault('caller.forbidden') for an end user who is not the user.
   */
  async function set(
    call: Call,
    user: string,
    drafts: readonly ConversationDraft[],
    limits: Partial<SettingsLimits> = {},
  ): Promise<(ShownSettings | Fault)[]> {
    demandOwn(call, user)
    const results: (ShownSettings | Fault)[] = []
    for (let at = 0; at < drafts.length; at += chunk) {
      const part = drafts.slice(at, at + chunk)
      const sounds = part.filter(draft => draft.notify !== undefined || draft.quiet !== undefined)
      const keys = [ownKey(call.app.id, user), ...sounds.map(({ conv }) => `read.${conv}.${user}`)]
      const plan = () => planSettings(call, user, part, { ...usual, ...limits })
      results.push(...(await ctx.queue([...new Set(keys)], () => change(ctx, plan))))
    }
    return results
  }

  /** `set` for one conversation; throws its Fault. */
  async function setOne(
    call: Call,
    user: string,
    conv: number,
    draft: SettingsDraft,
    limits?: Partial<SettingsLimits>,
  ): Promise<ShownSettings> {
    const [result] = (await set(call, user, [{ ...draft, conv }], limits)) as [ShownSettings | Fault]
    if (result instanceof Fault) throw result
    return result
  }

  /**
   * Takes a conversation out of a user's list until there is another message in it; with `clear`, the user sees nothing
   * of what was said so far, and has read it. Fault 'conversation.missing'.
   */
  async function unlist(call: Call, user: string, conv: number, clear = false): Promise<ShownSettings> {
    demandOwn(call, user)
    const [conversation] = clear ? await conversationsHere(ctx, call.app.id, [conv]) : []
    if (conversation) await erase.conversation(call, conversation, user).catch(asMissing)
    return setOne(call, user, conv, { listed: false })
  }

  async function planSettings(
    call: Call,
    user: string,
    drafts: readonly ConversationDraft[],
    limits: SettingsLimits,
  ): Promise<Plan<(ShownSettings | Fault)[]>> {
    const app = call.app.id
    const steps: Step[] = []
    const leaving = drafts.filter(draft => draft.listed === false).map(draft => draft.conv)
    const pinning = drafts.some(draft => draft.pinned)
    // The number as it is now keeps two nodes from taking the last place both.
    if (pinning) steps.push(check(settingsNumber, [app, user], await ctx.store.get(settingsNumber, [app, user])))
    const [places, ends, pinned] = await Promise.all([
      placesOf(
        ctx,
        app,
        user,
        drafts.map(draft => draft.conv),
      ),
      endsOf(ctx, leaving),
      pinning ? pinnedOf(ctx, app, user) : new Set<number>(),
    ])
    const { states, faults } = decide(drafts, places, { now: ctx.clock(), ends, pinned, limits })
    const tells: Told[] = []
    const numbered = new Map<number, number>()
    for (const [conv, state] of states) {
      const { place, notify } = state
      const sounds = notify !== place.member.value.notify
      if (state.next === place.held && !sounds) continue
      if (sounds) steps.push(...soundSteps(place.member, notify))
      state.next = { ...state.next, updated: ctx.clock() }
      const told = writeSettings(call, place.row, state.next, notify, steps)
      numbered.set(conv, told.at as number)
      tells.push(told)
    }
    return {
      steps: tells.length > 0 ? steps : [],
      tells,
      done: results =>
        drafts.map(({ conv }, i) => {
          const state = states.get(conv)
          if (faults[i] || !state) return faults[i] ?? new Fault('conversation.missing')
          const at = numbered.get(conv)
          const changed = at === undefined ? state.next.changed : (results[at] as number)
          return { ...state.next, changed, notify: state.notify }
        }),
    }
  }

  return { set, setOne, unlist }
}

/** What becomes of a place. */
interface State {
  place: Place
  next: Place['held']
  notify: Notify | undefined
}

/** The state of each conversation after all drafts, and the refusal of each draft. */
function decide(
  drafts: readonly ConversationDraft[],
  places: ReadonlyMap<number, Place>,
  about: { now: number; ends: ReadonlyMap<number, number>; pinned: Set<number>; limits: SettingsLimits },
): { states: Map<number, State>; faults: (Fault | undefined)[] } {
  const { now, ends, pinned, limits } = about
  const states = new Map<number, State>(
    [...places].map(([conv, place]) => [conv, { place, next: place.held, notify: place.member.value.notify }]),
  )
  const faults = drafts.map(draft => {
    const { conv } = draft
    const state = states.get(conv)
    if (!state) return new Fault('conversation.missing')
    const next = applySettings(state.next, draft, { now, seq: ends.get(conv) ?? 0 })
    if (next.pinned === undefined) pinned.delete(conv)
    else if (!pinned.has(conv) && state.next.pinned === undefined) {
      if (pinned.size >= limits.pinned) return new Fault('conversation.pin.limit')
      pinned.add(conv)
    }
    state.next = next
    state.notify = soundAfter(state.notify, draft)
    return undefined
  })
  return { states, faults }
}

function soundSteps(row: Row<Member>, notify: Notify | undefined): Step[] {
  const { conv, user } = row.value
  return [check(members, [conv, user], row), put(members, { ...row.value, notify })]
}

function asMissing(error: unknown): never {
  throw error instanceof Fault && error.reason === 'member.missing' ? new Fault('conversation.missing') : error
}

/** Which sound a conversation makes for a member, who may have chosen none. */
export function soundOf(conversation: Conversation, notify: Notify | undefined): Notify {
  if (notify) return notify
  return conversation.type === 'group' && !conversation.policy.push ? 'silent' : 'all'
}
