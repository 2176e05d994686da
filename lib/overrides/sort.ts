import { type Bound, type Call, type Given, wrongArgument, wrongCall } from './bind.ts'
import { compare } from './compare.ts'
import type { Value } from './override.ts'
import { ascends, reversedRange } from './range.ts'
import { type Element, isValue, nameOf } from './sweep.ts'
import { theOne } from './the-one.ts'

/** `sort(…)`: of several values, which make a sweep, or of one list, choice or range. */
export const callSort = (call: Call, { rest, named }: Bound): Element => {
  const isReverse = reverseOf(call, named.get('reverse'))
  const given = theOne(call, { rest, named })
  if (given !== null) return sortOne(call, given, isReverse)
  const values = rest.map((each) => {
    const { value } = each
    if (isValue(value) && value.type !== 'list' && value.type !== 'dict' && value.type !== 'null') {
      return value
    }
    throw wrongArgument(call, each, 'arg_type', `${nameOf(value)} can't be one of several to sort`)
  })
  if (values.length === 0) throw wrongCall(call, 'empty', 'there is nothing to sort')
  const sorted = sortValues(call, values, isReverse)
  return { kind: 'choice', values: sorted, simple: true, shuffle: false, tags: [] }
}

const reverseOf = (call: Call, given: Given | undefined): boolean => {
  if (given === undefined) return false
  if (isValue(given.value) && given.value.type === 'bool') return given.value.value
  throw wrongArgument(call, given, 'arg_type', 'reverse is true or false')
}

const sortOne = (call: Call, given: Given, isReverse: boolean): Element => {
  const { value } = given
  if (isValue(value) && value.type !== 'null') {
    return value.type === 'list'
      ? { type: 'list', items: sortValues(call, value.items, isReverse) }
      : value
  }
  if (!isValue(value) && value.kind === 'choice') {
    return { ...value, values: sortValues(call, value.values, isReverse) }
  }
  if (!isValue(value) && value.kind === 'range') {
    return ascends(value) === isReverse ? reversedRange(value) : value
  }
  throw wrongArgument(call, given, 'arg_type', `${nameOf(value)} can't be sorted`)
}

const sortValues = (call: Call, values: Value[], isReverse: boolean): Value[] => {
  const order = (a: Value, b: Value): number => {
    const result = compare(a, b)
    if (result === null) {
      const pair = `${nameOf(a)} and ${nameOf(b)}`
      throw wrongCall(call, 'uncomparable', `${pair} can't be put in an order`)
    }
    return isReverse ? -result : result
  }
  return values.toSorted(order)
}
