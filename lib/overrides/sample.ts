import { UserError } from '../errors.ts'
import { type Axis, axisOf } from './axis.ts'
import { keyOf, lastOfEachKey, overrideOf } from './expand.ts'
import type { Override, Value } from './override.ts'
import type { ParsedOverride } from './parse.ts'
import { MOST_DIMENSIONS, pointsOf, type Sampler } from './points.ts'
import { isValue } from './sweep.ts'

/** What a sample was drawn with; with the same overrides it gives the same experiments again. */
export interface Sampling {
  count: number
  sampler: Sampler
  seed: number
}

/**
 * Draws experiments instead of listing all. Where every sweep can be counted no combination comes
 * twice; the next one in order stands in for one that did. Throws `UserError` where there is nothing
 * to draw from, or less than was asked for.
 */
export const drawSample = (
  parsed: ParsedOverride[],
  { count, sampler, seed }: Sampling,
): Override[][] => {
  const keys = lastOfEachKey(parsed)
  const swept = keys.filter(({ value }) => value !== null && !isValue(value))
  checkDimensions(swept.length, sampler)
  const axes = swept.map(axisOf)
  const next = pointsOf(sampler, seed, swept.map(keyOf))
  const draw = distinct(axes, count) ?? each(axes)
  return Array.from({ length: count }, () => {
    const values = draw(next())
    return keys.map((one) => {
      const { value } = one
      const isFixed = value === null || isValue(value)
      return overrideOf(one, isFixed ? value : (values[swept.indexOf(one)] ?? null))
    })
  })
}

type Draw = (point: number[]) => Value[]

const each = (axes: Axis[]): Draw => {
  return (point) =>
    axes.map((axis, at) => {
      const u = point[at] ?? 0
      return axis.is === 'endless' ? axis.valueAt(u) : axis.item(axis.indexAt(u))
    })
}

/** Null where the combinations cannot be counted, and so hardly meet again. */
const distinct = (axes: Axis[], count: number): Draw | null => {
  const listed = axes.filter((axis) => axis.is === 'listed')
  const combinations = listed.reduce((product, { length }) => product * length, 1)
  if (listed.length < axes.length || !Number.isSafeInteger(combinations)) return null
  if (combinations < count) throw tooFew(combinations)
  const drawn = new Set<number>()
  return (point) => {
    let index = 0
    for (const [at, { length, indexAt }] of listed.entries()) {
      index = index * length + indexAt(point[at] ?? 0)
    }
    while (drawn.has(index)) index = (index + 1) % combinations
    drawn.add(index)
    const lengths = listed.map(({ length }) => length)
    return digitsOf(index, lengths).flatMap((digit, at) => listed[at]?.item(digit) ?? [])
  }
}

/** A number's digits where each has a base of its own, the last one counting fastest. */
const digitsOf = (number: number, bases: number[]): number[] => {
  let left = number
  return bases
    .toReversed()
    .map((base) => {
      const digit = left % base
      left = Math.floor(left / base)
      return digit
    })
    .toReversed()
}

const checkDimensions = (dimensions: number, sampler: Sampler): void => {
  if (dimensions === 0) {
    throw new UserError(
      'usage',
      '--sample has nothing to draw from: no parameter has more than one value',
      "give it some: -S 'lr=tag(log,interval(1e-5,1e-1))' -S 'depth=18,34,50'",
    )
  }
  if (sampler !== 'random' && dimensions > MOST_DIMENSIONS) {
    throw new UserError(
      'usage',
      `${sampler} spreads over ${MOST_DIMENSIONS} parameters at most; these are ${dimensions}`,
      'take --sampler random',
    )
  }
}

const tooFew = (combinations: number): UserError =>
  new UserError(
    'usage',
    `there are only ${combinations} combinations to draw from`,
    'leave --sample out: each of them is queued then',
  )
