import type { PushProvider } from '../core/apps/model.ts'
import type { Call } from '../core/call.ts'
import type { Core } from '../core/core.ts'
import type { PushToken } from '../core/presence/model.ts'
import type { Pushed } from './hearing.ts'
import type { Outcome } from './push.ts'

/** Whose outcomes, and who counts them: by the provider's name. */
interface Reported {
  provider: PushProvider
  observe: (engine: string, outcome: string) => void
}

/** Reasons of refusals that are remembered, so that each is logged once. */
const mostReasons = 100

/** What comes of the outcomes of one provider: tokens are forgotten, the app is told, refusals are logged, all are counted. */
export function openReporting(core: Core, app: number, { provider, observe }: Reported) {
  const logged = new Set<string>()
  // A back end of the app's own may speak to any provider: it is named by its name.
  const engine = provider.kind === 'webhook' ? provider.name : provider.kind

  function log(why: string) {
    if (logged.has(why) || logged.size >= mostReasons) return
    logged.add(why)
    core.log.warn({ app, engine: provider.name, why }, 'a push provider refuses pushes for this reason')
  }

  /** What a settled push leaves behind; it began at a time (ms). Apps are told of those of messages. */
  async function settle(
    event: Pushed,
    token: PushToken,
    outcome: Exclude<Outcome, { result: 'later' }>,
    began: number,
  ): Promise<void> {
    observe(provider.name, outcome.result)
    if (outcome.result === 'gone') await core.pushTokens.invalid(token, outcome.since ?? began)
    if (outcome.result === 'refused') log(outcome.why)
    const call = callOf()
    if (!call || event.type !== 'message.sent') return
    const { message, conversation } = event
    const error = outcome.result === 'sent' ? undefined : { code: 1, text: outcome.why }
    const { user } = token
    await core.report(call, { type: 'push.done', user, message, conversation, engine, stage: 'sent', error })
  }

  function callOf(): Call | undefined {
    const found = core.apps.byId(app)
    return found && { app: found, admin: true, origin: { dialect: 'native', via: 'rest' } }
  }

  return {
    settle,
    /** Counts what else can become of a push. */
    count(outcome: 'later' | 'expired' | 'needless' | 'given up'): 'told' {
      observe(provider.name, outcome)
      return 'told'
    },
  }
}
