import type { Plain } from '../params/plain.ts'
import { cellOf, type Row } from './row.ts'
import { textOf } from './text-of.ts'
import type { Comparison, Condition, Operand } from './where.ts'

/** Whether a condition holds of a row. What is missing compares false, whatever it is compared with. */
export const holds = (condition: Condition, row: Row, nowMs: number): boolean => {
  switch (condition.is) {
    case 'and':
      return condition.parts.every((part) => holds(part, row, nowMs))
    case 'or':
      return condition.parts.some((part) => holds(part, row, nowMs))
    case 'not':
      return !holds(condition.part, row, nowMs)
    case 'missing':
      return isMissing(cellOf(row, condition.name, nowMs))
    case 'mentions':
      return mentions(row, condition.text)
    case 'compare':
      return compares(cellOf(row, condition.name, nowMs), condition.how, condition.with, nowMs)
    case 'in':
      return condition.values.some((value) =>
        compares(cellOf(row, condition.name, nowMs), '=', value, nowMs),
      )
    case 'contains':
      return contains(cellOf(row, condition.name, nowMs), condition.text)
    case 'matches': {
      const value = cellOf(row, condition.name, nowMs)
      return !isMissing(value) && condition.pattern.test(textOf(value))
    }
  }
}

const isMissing = (value: Plain | undefined): value is null | undefined =>
  value === undefined || value === null

const mentions = ({ experiment }: Row, text: string): boolean =>
  [experiment.name, ...experiment.tags, experiment.note ?? ''].some((own) =>
    own.toLowerCase().includes(text.toLowerCase()),
  )

const contains = (value: Plain | undefined, text: string): boolean =>
  Array.isArray(value)
    ? value.some((item) => textOf(item) === text)
    : !isMissing(value) && textOf(value).includes(text)

const compares = (
  value: Plain | undefined,
  how: Comparison,
  operand: Operand,
  nowMs: number,
): boolean => {
  if (isMissing(value)) return false
  if (operand.is === 'duration') {
    const seconds = typeof value === 'string' ? ageOf(value, nowMs) : Number(value)
    return isOrdered(seconds - operand.seconds, how)
  }
  if (operand.is === 'number' && (typeof value === 'number' || typeof value === 'bigint')) {
    return isOrdered(Number(value) - operand.value, how)
  }
  const [left, right] = [textOf(value), operand.is === 'text' ? operand.text : `${operand.value}`]
  return isOrdered(left < right ? -1 : left > right ? 1 : 0, how)
}

/** A time compared with a duration means how long ago it was: `created < 2d` is of the last two days. */
const ageOf = (time: string, nowMs: number): number => (nowMs - Date.parse(time)) / 1000

/** NaN is in no order with anything, and equal to nothing. */
const isOrdered = (difference: number, how: Comparison): boolean => {
  switch (how) {
    case '=':
      return difference === 0
    case '!=':
      return difference !== 0
    case '<':
      return difference < 0
    case '<=':
      return difference <= 0
    case '>':
      return difference > 0
    case '>=':
      return difference >= 0
  }
}
