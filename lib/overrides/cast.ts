import { type Bound, type Call, type Given, wrongArgument, wrongCall } from './bind.ts'
import { type Cast, castValue } from './cast-value.ts'
import { type Exact, exactFloat, exactInt, exactValue } from './exact.ts'
import type { Value } from './override.ts'
import type { OverrideError } from './override-error.ts'
import { type Choice, type Element, type Interval, isValue, nameOf, type Range } from './sweep.ts'

/** Casts one value and all that is in it, or makes several values a sweep of cast ones. */
export const callCast = (call: Call, to: Cast, { rest, named }: Bound): Element => {
  const value = named.get('value')
  const givens = value === undefined ? rest : [...rest, value]
  const [first] = givens
  if (first === undefined || (value !== undefined && rest.length > 0)) {
    throw wrongCall(call, 'arg_count', `${to} needs one value, or several without a name`)
  }
  if (givens.length === 1) return castOne({ call, given: first, to })
  const values = givens.map((given) => {
    const job = { call, given, to }
    if (!isValue(given.value)) throw cannot(job, 'nested_sweep')
    return castChoice(job, given.value)
  })
  return { kind: 'choice', values, simple: true, shuffle: false, tags: [] }
}

interface Job {
  call: Call
  given: Given
  to: Cast
}

const castOne = (job: Job): Element => {
  const { value } = job.given
  if (isValue(value)) return cast(job, value)
  if (value.kind === 'choice') return castEach(job, value)
  if (value.kind === 'glob' || value.kind === 'extension') throw cannot(job, 'arg_type')
  if (job.to !== 'int' && job.to !== 'float') throw cannot(job, 'cast')
  return value.kind === 'range' ? castRange(job, value) : castInterval(job, value)
}

// As in Hydra, a cast of a choice or a range drops its tags and its shuffle: put those outside.
const castEach = (job: Job, choice: Choice): Choice => ({
  ...choice,
  values: choice.values.map((value) => castChoice(job, value)),
  shuffle: false,
  tags: [],
})

const castRange = (job: Job, { start, stop, step }: Range): Range => {
  const number = (bound: Exact): Exact => {
    const value = cast(job, exactValue(bound))
    if (value.type === 'int') return exactInt(value.value)
    if (value.type === 'float') return exactFloat(value.value)
    throw cannot(job, 'cast')
  }
  return {
    kind: 'range',
    start: number(start),
    stop: number(stop),
    step: number(step),
    shuffle: false,
    tags: [],
  }
}

const castInterval = ({ to }: Job, interval: Interval): Interval =>
  to === 'int'
    ? {
        ...interval,
        start: Math.trunc(interval.start),
        end: Math.trunc(interval.end),
        isInt: true,
      }
    : { ...interval, isInt: false }

/** One of several: null has no place among them, not even as JSON. */
const castChoice = (job: Job, value: Value): Value => {
  if (value.type === 'null' && job.to === 'json_str') throw cannot(job, 'cast')
  return cast(job, value)
}

const cast = (job: Job, value: Value): Value => {
  const result = castValue(value, job.to)
  if (result === null) throw cannot(job, 'cast')
  return result
}

const cannot = (
  { call, given, to }: Job,
  fault: 'cast' | 'nested_sweep' | 'arg_type',
): OverrideError =>
  wrongArgument(call, given, fault, `${nameOf(given.value)} like this cannot be cast to ${to}`)
