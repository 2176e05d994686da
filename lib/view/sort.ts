import { UserError } from '../errors.ts'
import { nearestName } from '../nearest-name.ts'
import type { Plain } from '../params/plain.ts'
import { isKnown } from './row.ts'
import { textOf } from './text-of.ts'

/** One key of an order. */
export interface SortKey {
  name: string
  isDescending: boolean
}

/** Reads `-acc,lr`: a minus puts the largest first. A metric with a goal has its best first by itself. */
export const parseSort = (text: string, goals: Record<string, 'max' | 'min'>): SortKey[] =>
  text.split(',').map((part) => {
    const [, sign = '', name = ''] = /^\s*([+-]?)(.*?)\s*$/.exec(part) ?? []
    if (name === '') throw new UserError('usage', `--sort “${text}” has an empty name in it`)
    return { name, isDescending: sign === '-' || (sign === '' && goals[name] === 'max') }
  })

/** Throws `UserError` for a column that no row has. */
export const requireColumn = (name: string, known: Set<string>): void => {
  if (isKnown(name, known) || known.size === 0) return
  const nearest = nearestName(name, known)
  throw new UserError(
    'unknown-column',
    `no experiment has a column “${name}”`,
    nearest === null ? 'git exp show --all-columns has them all' : `did you mean ${nearest}?`,
  )
}

/** Rows in order; what is missing or NaN comes last either way, and equal ones stay as they were. */
export const sortRows = <Row>(
  rows: Row[],
  keys: SortKey[],
  cellOf: (row: Row, name: string) => Plain | undefined,
): Row[] =>
  rows.toSorted((a, b) => {
    for (const { name, isDescending } of keys) {
      const order = compareValues(cellOf(a, name), cellOf(b, name), isDescending)
      if (order !== 0) return order
    }
    return 0
  })

const compareValues = (
  a: Plain | undefined,
  b: Plain | undefined,
  isDescending: boolean,
): number => {
  const [noA, noB] = [isNothing(a), isNothing(b)]
  if (noA || noB) return Number(noA) - Number(noB)
  const order = inOrder(a as Plain, b as Plain)
  return isDescending ? -order : order
}

const isNothing = (value: Plain | undefined): boolean =>
  value === undefined || value === null || Number.isNaN(value)

const isNumber = (value: Plain): value is number | bigint =>
  typeof value === 'number' || typeof value === 'bigint'

/** Numbers before texts. */
const inOrder = (a: Plain, b: Plain): number => {
  if (isNumber(a) && isNumber(b)) return a < b ? -1 : a > b ? 1 : 0
  if (isNumber(a) || isNumber(b)) return isNumber(a) ? -1 : 1
  const [left, right] = [textOf(a), textOf(b)]
  return left < right ? -1 : left > right ? 1 : 0
}
