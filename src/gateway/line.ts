/** How many begin in one turn of the event loop: some two milliseconds of work. */
const usual = 4

/**
 * A line in which sign-ins wait, and from which a few begin in each turn of the event loop, in the order of their coming.
 * Were all that come at once done in one turn, those who are here already would wait for seconds.
 */
export function openLine(each = usual): (work: () => void) => void {
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
