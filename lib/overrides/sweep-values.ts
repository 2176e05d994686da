import type { Value } from './override.ts'
import { type Fault, OverrideError } from './override-error.ts'
import type { ParsedOverride } from './parse.ts'
import { shuffled } from './random.ts'
import { rangeLength, rangeValues } from './range.ts'
import { shellQuote } from './shell-quote.ts'
import { isValue } from './sweep.ts'

/** How many values an override tries, 1 for one without a sweep; an error if it can't be listed. */
export const sweepLength = (parsed: ParsedOverride): number => {
  const { value, text } = parsed
  if (value === null || isValue(value)) return 1
  if (value.kind === 'interval') {
    const rule = 'an interval has no end of values: --sample N draws N of them'
    throw wrong(parsed, 'needs_sample', rule, `-S ${shellQuote(text)} --sample 10`)
  }
  if (value.kind === 'glob') {
    const rule = 'glob(…) picks among the options of a config group, and there are none'
    throw wrong(parsed, 'composition', rule, "list the values: 'key=a,b,c'")
  }
  const length = value.kind === 'choice' ? value.values.length : rangeLength(value)
  if (length === null) throw wrong(parsed, 'empty', 'a range with a step of 0 never ends')
  if (Number(length) === 0) {
    const rule =
      value.kind === 'choice'
        ? 'this sweep has no values, so there would be no experiment'
        : 'this range has no values, so there would be no experiment: it ends where it starts'
    throw wrong(parsed, 'empty', rule)
  }
  return Number(length)
}

/** The values in the order to try them; a shuffle is the same for the same seed and name. */
export const sweepValues = (parsed: ParsedOverride, seed: number, name: string): Value[] => {
  const length = sweepLength(parsed)
  const { value } = parsed
  if (value === null || isValue(value)) return value === null ? [] : [value]
  if (value.kind !== 'choice' && value.kind !== 'range') return []
  const values = value.kind === 'choice' ? value.values : rangeValues(value, length)
  return value.shuffle ? shuffled(values, seed, name) : values
}

const wrong = (
  { text, valueAt }: ParsedOverride,
  fault: Fault,
  rule: string,
  hint?: string,
): OverrideError =>
  new OverrideError({ argument: text, position: valueAt, fault, rule, ...(hint && { hint }) })
