/** Keeps requests from a target that is not there: after some failures in a row only one at a time tries again. */
export interface Breaker {
  /** Resolves when a request may go; exactly one of the pass's ends must be called then. */
  pass(): Promise<Pass>
  isOpen(): boolean
  /** How often the target has answered. */
  answers(): number
  /** Lets everybody go who waits, to find that there is nothing to do. */
  close(): void
}

/** One request's leave to go, and how that ended. */
export interface Pass {
  /** The target answered, whatever it said. */
  up(): void
  /** It did not. */
  down(): void
  /** Nothing was sent after all: another may go instead. */
  unused(): void
}

/** How long a target that is not there is left alone (ms): the first time, and at most. */
export interface Rest {
  least: number
  most: number
}

/** Failures in a row that open the breaker. */
const patience = 5

export function openBreaker(rest: Rest): Breaker {
  let failures = 0
  let answers = 0
  let opened = 0
  /** The one that finds out whether the target is back. */
  let probe: Pass | undefined
  let closed = false
  let timer: NodeJS.Timeout | undefined
  let waiting: ((pass: Pass) => void)[] = []

  function isOpen() {
    return failures >= patience
  }

  function made(): Pass {
    const pass: Pass = { up, down: () => down(pass), unused: () => unused(pass) }
    return pass
  }

  function letOneGo() {
    timer = undefined
    const next = waiting.shift()
    if (!next) return
    probe = made()
    next(probe)
  }

  function restThenProbe() {
    // Several under way at once fail together: that is one failure.
    if (timer || probe || closed) return
    // Jitter, so that nodes that lost a target at the same moment do not come back at the same moment.
    const pause = Math.min(rest.most, rest.least * 2 ** Math.min(opened++, 20)) * (0.5 + Math.random() / 2)
    timer = setTimeout(letOneGo, pause)
  }

  function free() {
    clearTimeout(timer)
    timer = undefined
    probe = undefined
    const all = waiting
    waiting = []
    for (const go of all) go(made())
  }

  function up() {
    answers++
    failures = 0
    opened = 0
    free()
  }

  function down(pass: Pass) {
    failures++
    if (probe === pass) probe = undefined
    if (isOpen()) restThenProbe()
  }

  function unused(pass: Pass) {
    if (probe !== pass) return
    probe = undefined
    letOneGo()
  }

  return {
    pass() {
      if (!isOpen() || closed) return Promise.resolve(made())
      return new Promise(resolve => {
        waiting.push(resolve)
        if (!timer && !probe) timer = setTimeout(letOneGo, rest.least)
      })
    },
    isOpen,
    answers: () => answers,
    close() {
      closed = true
      free()
    },
  }
}
