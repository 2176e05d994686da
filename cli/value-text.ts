import type { Plain } from '../lib/params/plain.ts'
import { printPlain } from '../lib/params/plain-json.ts'
import { plainText } from './table.ts'

const DIGITS = 5

/** A parameter or metric in a cell; a measured number with five digits at most. */
export const valueText = (value: Plain | undefined): string => {
  if (value === undefined) return ''
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) return String(value)
    return Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(DIGITS)))
  }
  return plainText(typeof value === 'string' ? value : printPlain(value))
}
