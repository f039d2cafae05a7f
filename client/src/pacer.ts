/** What one socket may ask of the server: so many at a time, so many a second for long, and so many at once. */
export interface Allowance {
  underWay: number
  rate: number
  burst: number
}

/** A little below what servers usually allow. */
export const usualAllowance: Allowance = { underWay: 30, rate: 45, burst: 150 }

/** Lets things begin in the order in which they came, as soon as the allowance permits. */
export interface Pacer {
  /** `begin` is called now or later; whoever began says `done` once. */
  add(begin: () => void): void
  done(): void
  /** Nothing begins any more. */
  end(): void
}

export function openPacer({ underWay, rate, burst }: Allowance): Pacer {
  const line: (() => void)[] = []
  let going = 0
  let tokens = burst
  let filled = Date.now()
  let timer: ReturnType<typeof setTimeout> | undefined

  function move() {
    const now = Date.now()
    tokens = Math.min(burst, tokens + ((now - filled) / 1000) * rate)
    filled = now
    for (; line.length > 0 && going < underWay && tokens >= 1; tokens--) {
      going++
      line.shift()?.()
    }
    if (line.length > 0 && going < underWay) timer ??= setTimeout(later, Math.ceil(((1 - tokens) / rate) * 1000))
  }

  function later() {
    timer = undefined
    move()
  }

  return {
    add(begin) {
      line.push(begin)
      move()
    },
    done() {
      going--
      move()
    },
    end() {
      clearTimeout(timer)
      line.length = 0
    },
  }
}
