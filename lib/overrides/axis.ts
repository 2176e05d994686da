import type { Value } from './override.ts'
import { OverrideError } from './override-error.ts'
import type { ParsedOverride } from './parse.ts'
import { rangeValueAt } from './range.ts'
import { type Interval, isValue } from './sweep.ts'
import { sweepLength } from './sweep-values.ts'

/** One swept parameter as a sampler sees it; `u` is a number from 0 up to 1. */
export type Axis = ListedAxis | { is: 'endless'; valueAt: (u: number) => Value }

export interface ListedAxis {
  is: 'listed'
  length: number
  indexAt: (u: number) => number
  item: (index: number) => Value
}

/** Throws `OverrideError` for a sweep that nothing can be drawn from. */
export const axisOf = (parsed: ParsedOverride): Axis => {
  const { value } = parsed
  if (value !== null && !isValue(value) && value.kind === 'interval') {
    return intervalAxis(parsed, value)
  }
  const length = sweepLength(parsed)
  const item = (index: number): Value => {
    if (value === null || isValue(value)) return { type: 'null' }
    if (value.kind === 'range') return rangeValueAt(value, index)
    return (value.kind === 'choice' ? value.values[index] : undefined) ?? { type: 'null' }
  }
  return { is: 'listed', length, indexAt: (u) => Math.floor(u * length), item }
}

const intervalAxis = (parsed: ParsedOverride, interval: Interval): Axis => {
  const { start, end, isInt, tags } = interval
  const isLog = tags.includes('log')
  if (!(start < end)) throw wrong(parsed, 'an interval ends above its start: interval(0,1)')
  if (isLog && start <= 0) {
    throw wrong(parsed, 'a logarithmic interval begins above 0: tag(log,interval(1e-5,1e-1))')
  }
  const between = isLog ? logarithmic : uniform
  if (!isInt) {
    const digits = digitsWithin(start, end)
    const draw = (u: number): number => {
      const short = Number(between(start, end, u).toPrecision(digits))
      return short >= start && short < end ? short : start
    }
    return { is: 'endless', valueAt: (u) => ({ type: 'float', value: draw(u) }) }
  }
  // The cast to int has made both ends whole.
  const length = end - start
  const indexAt = (u: number): number =>
    Math.min(length - 1, Math.floor(between(start, end, u)) - start)
  const item = (index: number): Value => ({ type: 'int', value: BigInt(start + index) })
  return { is: 'listed', length, indexAt, item }
}

const uniform = (start: number, end: number, u: number): number => start * (1 - u) + end * u

const logarithmic = (start: number, end: number, u: number): number =>
  Math.exp(Math.log(start) * (1 - u) + Math.log(end) * u)

/** Some millionths of the interval are as fine as anyone tries. */
const DIGITS = 5

/**
 * How many digits tell numbers of the interval apart: `0.231457` is typed and read with less trouble
 * than 17 digits are, and no machine's own way to round shows in it.
 */
const digitsWithin = (start: number, end: number): number => {
  const largest = Math.max(Math.abs(start), Math.abs(end))
  const width = Math.min(end - start, Number.MAX_VALUE)
  return Math.min(17, DIGITS + Math.max(0, exponentOf(largest) - exponentOf(width)))
}

const exponentOf = (value: number): number => Number(value.toExponential().split('e')[1])

const wrong = ({ text, valueAt }: ParsedOverride, rule: string): OverrideError =>
  new OverrideError({ argument: text, position: valueAt, fault: 'empty', rule })
