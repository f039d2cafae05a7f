/**
 * A line from which so many begin in each turn of the event loop, in the order of their coming. Were all who come or go at
 * once done in one turn, everybody else would wait for a second.
 */
export function openLine(each: number): (work: () => void) => void {
  const waiting: (() => void)[] = []

  function turn() {
    const due = waiting.slice(0, each)
    for (const work of due) work()
    // Not before: whoever comes meanwhile must find that a turn is due.
    waiting.splice(0, due.length)
    if (waiting.length > 0) setImmediate(turn)
  }

  return work => {
    if (waiting.push(work) === 1) setImmediate(turn)
  }
}
