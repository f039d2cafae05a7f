import { constants, setPriority } from 'node:os'
import { parentPort, workerData } from 'node:worker_threads'
import { type Outcome, openPoster, type Wanted } from './post.ts'

/** What the thread is asked, many at once, as JSON text, which crosses threads cheaper than objects do. */
export type Asked = { id: number; wanted: Wanted }[]
/** What it answers, likewise. */
export type Answered = { id: number; outcome: Outcome }[]

const port = parentPort
if (!port) throw new Error('this file runs in a worker thread')
yieldToCalls()
const poster = openPoster((workerData as { refused: string[] }).refused)
let answered: Answered = []

function answer(id: number, outcome: Outcome) {
  if (answered.push({ id, outcome }) > 1) return
  setImmediate(() => {
    port?.postMessage(JSON.stringify(answered))
    answered = []
  })
}

port.on('message', (asked: string) => {
  for (const { id, wanted } of JSON.parse(asked) as Asked) poster.post(wanted).then(outcome => answer(id, outcome))
})

/**
 * Calls have somebody waiting for them: this thread takes the time that they leave. Elsewhere than on Linux a priority is the
 * whole process's; a system that refuses it has this thread work like the others.
 */
function yieldToCalls() {
  if (process.platform !== 'linux') return
  try {
    setPriority(constants.priority.PRIORITY_BELOW_NORMAL)
  } catch {
    // Tellings go out all the same.
  }
}
