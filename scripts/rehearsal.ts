import { z } from 'zod'
import type { App } from '../src/core/apps/model.ts'
import type { Dialect, Operation } from '../src/dialects/dialect.ts'
import { type Fixture, runScenario, type Scenario } from '../tests/support/fixtures.ts'
import { startServer, type TestServer } from '../tests/support/server.ts'

/** A scenario and the file it stands in. */
export interface Play {
  fixture: Fixture
  scenario: Scenario
}

/** Runs scenarios outside Vitest, each on an app that nobody used before. */
export interface Stage {
  /** Whether every reply is the expected one. */
  passes(play: Play): Promise<boolean>
  close(): Promise<void>
}

const appsOfServer = 200

/** Starts a server; it is replaced by a new one when its apps are used up. */
export function openStage(): Stage {
  let server: TestServer | undefined
  let used = 0
  async function close() {
    await server?.stop()
    server = undefined
  }
  async function passes({ fixture, scenario }: Play) {
    if (used === appsOfServer) await close()
    if (!server) {
      server = await startServer({ apps: appsOfServer })
      used = 0
    }
    try {
      return (await runScenario(server, server.apps[used++] as App, fixture, scenario)) === undefined
    } catch {
      return false
    }
  }
  return { passes, close }
}

/** What the true operations did: in each scenario, for each operation, whether each call was answered; and first answers. */
export interface Rehearsed {
  calls: Map<Scenario, Map<string, boolean[]>>
  answers: Map<string, unknown>
  /** Scenarios that fail even so, in one of two runs: they can notice nothing. */
  broken: Play[]
}

/** Plays every scenario once on the true dialect and notes what its operations do. */
export async function rehearse(stage: Stage, dialect: Pick<Dialect, 'operations'>, plays: Play[]): Promise<Rehearsed> {
  const done: Rehearsed = { calls: new Map(), answers: new Map(), broken: [] }
  const operations = dialect.operations as Map<string, Operation>
  const originals = [...operations.values()]
  let calls = new Map<string, boolean[]>()
  for (const each of originals)
    operations.set(
      each.key,
      watched(each, () => calls, done.answers),
    )
  for (const play of plays) {
    calls = new Map()
    done.calls.set(play.scenario, calls)
    if (!(await stage.passes(play))) done.broken.push(play)
  }
  for (const each of originals) operations.set(each.key, each)
  const steady = plays.filter(play => !done.broken.includes(play))
  for (const play of steady) if (!(await stage.passes(play))) done.broken.push(play)
  return done
}

function watched(original: Operation, calls: () => Map<string, boolean[]>, answers: Map<string, unknown>): Operation {
  let mine: boolean[] = []
  return {
    ...original,
    request: z.preprocess(input => {
      mine = calls().get(original.key) ?? []
      calls().set(original.key, mine)
      mine.push(false)
      return input
    }, original.request),
    async run(...given) {
      const [list, at] = [mine, mine.length - 1]
      const answer = await original.run(...given)
      list[at] = true
      if (!answers.has(original.key)) answers.set(original.key, structuredClone(answer))
      return answer
    },
  }
}
