import { parentPort, workerData } from 'node:worker_threads'
import { type Outcome, openPoster, type Wanted } from './post.ts'

/** What the thread is asked, many at once. */
export type Asked = { id: number; wanted: Wanted }[]
/** What it answers, many at once. */
export type Answered = { id: number; outcome: Outcome }[]

const port = parentPort
if (!port) throw new Error('this file runs in a worker thread')
const poster = openPoster((workerData as { refused: string[] }).refused)
let answered: Answered = []

function answer(id: number, outcome: Outcome) {
  if (answered.push({ id, outcome }) > 1) return
  setImmediate(() => {
    port?.postMessage(answered)
    answered = []
  })
}

port.on('message', (asked: Asked) => {
  for (const { id, wanted } of asked) poster.post(wanted).then(outcome => answer(id, outcome))
})
