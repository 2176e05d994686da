import type { Value } from './override.ts'

/**
 * As Python compares: numbers and bools with each other, text with text, lists item by item; null
 * where it has no order.
 */
export const compare = (a: Value, b: Value): number | null => {
  if (a.type === 'string' && b.type === 'string') return compareText(a.value, b.value)
  if (a.type === 'list' && b.type === 'list') return compareLists(a.items, b.items)
  if (!isNumeric(a) || !isNumeric(b)) return null
  const [left, right] = [numberOf(a), numberOf(b)]
  return left < right ? -1 : left > right ? 1 : 0
}

type Numeric = Extract<Value, { type: 'bool' | 'int' | 'float' }>

const isNumeric = (value: Value): value is Numeric =>
  value.type === 'bool' || value.type === 'int' || value.type === 'float'

const numberOf = (value: Numeric): number | bigint =>
  typeof value.value === 'boolean' ? Number(value.value) : value.value

const compareLists = (a: Value[], b: Value[]): number | null => {
  for (const [index, left] of a.entries()) {
    const right = b[index]
    if (right === undefined) return 1
    const result = left.type === 'null' && right.type === 'null' ? 0 : compare(left, right)
    if (result !== 0) return result
  }
  return a.length - b.length
}

/** By code points, as UTF-16 units would put emoji before some of the letters. */
const compareText = (a: string, b: string): number => {
  for (let at = 0; at < a.length && at < b.length; at++) {
    const [left = 0, right = 0] = [a.codePointAt(at), b.codePointAt(at)]
    if (left !== right) return left - right
    if (left > 0xffff) at++
  }
  return a.length - b.length
}
