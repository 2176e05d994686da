import { type Exact, exactValue, unitsAt } from './exact.ts'
import type { Value } from './override.ts'
import type { Range } from './sweep.ts'

/** How many values a range has, without making them; null when its step is 0. */
export const rangeLength = (range: Range): bigint | null => {
  const { start, stop, step } = aligned(range)
  if (step === 0n) return null
  const distance = step > 0n ? stop - start : start - stop
  const size = step > 0n ? step : -step
  return distance <= 0n ? 0n : (distance + size - 1n) / size
}

/** The first `length` values. */
export const rangeValues = (range: Range, length: number): Value[] =>
  Array.from({ length }, (_, i) => rangeValueAt(range, i))

/** The value at a place, counted from 0: start + i × step, never a sum of rounded steps. */
export const rangeValueAt = (range: Range, index: number): Value => {
  const { start, step, places, type } = aligned(range)
  return exactValue({ type, units: start + step * BigInt(index), places })
}

/** The same values from the last to the first. */
export const reversedRange = (range: Range): Range => {
  const length = rangeLength(range)
  if (length === null || length <= 1n) return range
  const { start, step, places, type } = aligned(range)
  const number = (units: bigint, places: number): Exact => ({ type, units, places })
  return {
    ...range,
    start: number(start + (length - 1n) * step, places),
    step: number(-step, places),
    // Ints stop a whole step after the first value, as Python's do; floats half a step.
    stop: type === 'int' ? number(start - step, 0) : number(start * 10n - step * 5n, places + 1),
  }
}

export const ascends = (range: Range): boolean => range.step.units > 0n

/** The three numbers counted in one unit, which makes every range one of whole numbers. */
const aligned = ({ start, stop, step }: Range) => {
  const places = Math.max(start.places, stop.places, step.places)
  const isInt = start.type === 'int' && stop.type === 'int' && step.type === 'int'
  return {
    start: unitsAt(start, places),
    stop: unitsAt(stop, places),
    step: unitsAt(step, places),
    places,
    type: isInt ? ('int' as const) : ('float' as const),
  }
}
