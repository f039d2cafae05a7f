import fc from 'fast-check'

/** A number of the wire, exact. */
export type Id = number | bigint

/** As exact JSON is read: a number where it can hold the integer. */
export const wire = (value: bigint): Id => (Number.isSafeInteger(Number(value)) ? Number(value) : value)

/** Any int64 from a bound on, the edges of int32, of doubles and of int64 among them more often than chance has it. */
export function int64s(least: bigint) {
  const edges = [0n, 1n, 2n ** 31n, 2n ** 32n, 2n ** 53n, 2n ** 62n, 2n ** 63n]
  const near = edges.flatMap(edge => [-2n, -1n, 0n, 1n, 2n].flatMap(step => [edge + step, -edge - step]))
  const inside = near.filter(value => value >= least && value >= -(2n ** 63n) && value < 2n ** 63n)
  return fc.oneof(fc.constantFrom(...inside), fc.bigInt({ min: least, max: 2n ** 63n - 1n })).map(wire)
}

/** Different users, so that what is written of one is not written over by another. */
export const someUsers = fc.uniqueArray(int64s(1n), { minLength: 3, maxLength: 6 })
