import { randomFrom } from './random.ts'

/** How a sample is spread over the space: by chance, or evenly by one of two sequences. */
export const SAMPLERS = ['random', 'sobol', 'halton'] as const
export type Sampler = (typeof SAMPLERS)[number]

/** In more dimensions the sequences have patterns, and no table of directions here. */
export const MOST_DIMENSIONS = 21

/**
 * Makes points, one a call: a number from 0 up to 1 for each name. The same seed and names give the
 * same points everywhere; with `random` a name's numbers do not depend on the other names.
 */
export const pointsOf = (sampler: Sampler, seed: number, names: string[]): (() => number[]) => {
  const random = names.map((name) => randomFrom(`${seed}:${name}`))
  if (sampler === 'random') return () => random.map((next) => next())
  const shifts = random.map((next) => next())
  return sampler === 'sobol' ? sobol(shifts) : halton(shifts)
}

/** Radical inverses in one prime base each, moved around the unit circle by the shifts. */
const halton = (shifts: number[]): (() => number[]) => {
  let index = 0
  return () => {
    index++
    return shifts.map((shift, at) => (radicalInverse(index, PRIMES[at] ?? 2) + shift) % 1)
  }
}

/** The digits of a number mirrored at the point: 6 is 110 in base 2, and so becomes 0.011. */
const radicalInverse = (index: number, base: number): number => {
  let units = 0
  let size = 1
  for (let left = index; left > 0; left = Math.floor(left / base)) {
    units = units * base + (left % base)
    size *= base
  }
  return units / size
}

const PRIMES = [2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73]

const BITS = 32

/** Sobol's sequence in Gray-code order; a shift of the bits keeps every one of its nets. */
const sobol = (shifts: number[]): (() => number[]) => {
  const directions = shifts.map((_, at) => directionsOf(at))
  const state = shifts.map((shift) => Math.floor(shift * 2 ** BITS) >>> 0)
  let index = 0
  return () => {
    const point = state.map((bits) => bits / 2 ** BITS)
    const lowestZero = BITS - 1 - Math.clz32(~index & (index + 1))
    for (const [at, own] of directions.entries()) {
      state[at] = ((state[at] ?? 0) ^ (own[lowestZero] ?? 0)) >>> 0
    }
    index++
    return point
  }
}

/** Joe and Kuo's table: the inner coefficients of a primitive polynomial, and the first numbers. */
const POLYNOMIALS: [coefficients: number, first: number[]][] = [
  [0, [1]],
  [1, [1, 3]],
  [1, [1, 3, 1]],
  [2, [1, 1, 1]],
  [1, [1, 1, 3, 3]],
  [4, [1, 3, 5, 13]],
  [2, [1, 1, 5, 5, 17]],
  [4, [1, 1, 5, 5, 5]],
  [7, [1, 1, 7, 11, 19]],
  [11, [1, 1, 5, 1, 1]],
  [13, [1, 1, 1, 3, 11]],
  [14, [1, 3, 5, 5, 31]],
  [1, [1, 3, 3, 9, 7, 49]],
  [13, [1, 1, 1, 15, 21, 21]],
  [16, [1, 3, 1, 13, 27, 49]],
  [19, [1, 1, 1, 15, 7, 5]],
  [22, [1, 3, 1, 15, 13, 25]],
  [25, [1, 1, 5, 5, 19, 61]],
  [1, [1, 3, 7, 11, 23, 15, 103]],
  [4, [1, 3, 7, 13, 13, 15, 69]],
]

/** The direction numbers of a dimension; the first one is the plain binary fraction. */
const directionsOf = (dimension: number): number[] => {
  const [coefficients, first] = POLYNOMIALS[dimension - 1] ?? [0, []]
  const degree = first.length
  const numbers = first.map((number, i) => (number << (BITS - 1 - i)) >>> 0)
  for (let i = degree; i < BITS; i++) {
    if (degree === 0) {
      numbers.push((1 << (BITS - 1 - i)) >>> 0)
      continue
    }
    const last = numbers[i - degree] ?? 0
    let next = last ^ (last >>> degree)
    for (let k = 1; k < degree; k++) {
      if ((coefficients >> (degree - 1 - k)) & 1) next ^= numbers[i - k] ?? 0
    }
    numbers.push(next >>> 0)
  }
  return numbers
}
