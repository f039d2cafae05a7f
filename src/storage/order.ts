import type { Key } from './store.ts'

/**
 * A key as one string whose plain `<` is the order of keys: strings by code point, numbers by value, a shorter key
 * before all that extend it. Two keys of one table or index share a place only when they are equal.
 */
export function place(key: Key): string {
  let text = ''
  for (const part of key) text += typeof part === 'number' ? number(part) : string(part)
  return text
}

/** Stands after every place that begins with this one. */
export function placeAfter(start: string): string {
  return `${start}\uffff`
}

// Four characters of 14 bits hold every safe integer, moved above zero.
function number(n: number): string {
  const high = Math.floor(n / 2 ** 28) + 2 ** 25
  const low = n - Math.floor(n / 2 ** 28) * 2 ** 28
  return String.fromCharCode(high >>> 14, high & 0x3fff, low >>> 14, low & 0x3fff)
}

// Strings hold no NUL, so it ends them and sorts before anything that goes on.
function string(s: string): string {
  return `${/[\ud800-\uffff]/.test(s) ? s.replace(/[\ud800-\uffff]/g, byCodePoint) : s}\0`
}

// JavaScript compares UTF-16 units, where the halves of a pair (U+D800…) stand before U+E000 to U+FFFF. Trade places.
function byCodePoint(unit: string): string {
  const code = unit.charCodeAt(0)
  return String.fromCharCode(code < 0xe000 ? code + 0x2000 : code - 0x800)
}
