import { writeJson } from '../lib/json.ts'
import type { Told } from './forms.ts'

/** Something to tell devices, encoded once for all of them. */
export interface Frame {
  bytes: Buffer
  /** May be left out for a device that is slow. */
  passing: boolean
}

/** Encodes a frame. */
export function frame(content: Told, passing = false): Frame {
  return { bytes: Buffer.from(writeJson(content)), passing }
}

/**
 * Frames that wait for the next turn, in order. Sockets that wait for the same frames share one such list, so that the
 * frames are joined once for all of them.
 */
export interface Waiting {
  frame: Frame
  before: Waiting | undefined
  /** Bytes with the line ends between. */
  length: number
  joined: Buffer | undefined
  latest: Waiting | undefined
}

/** A list with one more frame. The one made last from the same list is given again for the same frame. */
export function withFrame(root: Root, before: Waiting | undefined, frame: Frame): Waiting {
  // A frame goes to all its sockets before the next one comes: remembering the latest successor is enough.
  const at = before ?? root
  if (at.latest?.frame === frame) return at.latest
  const length = (before ? before.length + 1 : 0) + frame.bytes.length
  const made: Waiting = { frame, before, length, joined: undefined, latest: undefined }
  at.latest = made
  return made
}

/** Where lists begin; a new one each turn, so that it holds nothing that was sent. */
export interface Root {
  latest: Waiting | undefined
}

/** One frame a line. */
export function joined(waiting: Waiting): Buffer {
  if (!waiting.before) return waiting.frame.bytes
  waiting.joined ??= join(waiting)
  return waiting.joined
}

const lineEnd = 0x0a

function join(waiting: Waiting): Buffer {
  const target = Buffer.allocUnsafe(waiting.length)
  let end = waiting.length
  for (let at: Waiting | undefined = waiting; at; at = at.before) {
    const { bytes } = at.frame
    bytes.copy(target, end - bytes.length)
    end -= bytes.length
    if (at.before) target[--end] = lineEnd
  }
  return target
}

/** Lets everything that happens in one turn of the event loop leave together. */
export interface Turns<T> {
  /** Where lists of this turn begin. */
  root(): Root
  /** Flushes this one at the end of the turn. */
  soon(one: T): void
}

export function openTurns<T>(flush: (one: T) => void): Turns<T> {
  let root: Root = { latest: undefined }
  let waiting: T[] = []

  function turn() {
    const due = waiting
    waiting = []
    root = { latest: undefined }
    for (const one of due) flush(one)
  }

  return {
    root: () => root,
    soon(one) {
      if (waiting.push(one) === 1) setImmediate(turn)
    },
  }
}
