import { type Bound, type Call, type Given, wrongArgument } from './bind.ts'
import { plainValue } from './given-value.ts'
import type { Value } from './override.ts'
import { shuffled } from './random.ts'
import { type Element, isValue, nameOf } from './sweep.ts'
import { theOne } from './the-one.ts'

/** `shuffle(…)`: marks a sweep, whose order is decided when it is expanded; a list is decided here. */
export const callShuffle = (call: Call, bound: Bound): Element => {
  const given = theOne(call, bound)
  if (given !== null) return shuffleOne(call, given)
  const values = bound.rest.map((each) => {
    if (isShuffled(each.value)) return plainValue(call, each)
    throw wrongArgument(call, each, 'arg_type', `${nameOf(each.value)} can't be shuffled`)
  })
  return { kind: 'choice', values, simple: true, shuffle: true, tags: [] }
}

const shuffleOne = (call: Call, given: Given): Element => {
  const { value } = given
  if (!isShuffled(value)) {
    throw wrongArgument(call, given, 'arg_type', `${nameOf(value)} can't be shuffled`)
  }
  if (!isValue(value)) return { ...value, shuffle: true }
  const items: Value[] = value.type === 'list' ? value.items : [value]
  return { type: 'list', items: shuffled(items, call.seed, `${call.at}:${call.argument}`) }
}

type Shuffled = Exclude<Element, { type: 'null' } | { kind: 'interval' | 'glob' | 'extension' }>

const isShuffled = (value: Element): value is Shuffled =>
  isValue(value) ? value.type !== 'null' : value.kind === 'choice' || value.kind === 'range'
