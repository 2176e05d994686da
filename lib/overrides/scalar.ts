import type { Value } from './override.ts'

const INT = /^[+-]?(?:0|[1-9](?:_?[0-9])*)$/
const FLOAT =
  /^[+-]?(?:(?:(?:0|[1-9](?:_?[0-9])*)\.?|(?:0|[1-9](?:_?[0-9])*)?\.[0-9](?:_?[0-9])*)(?:e[+-]?[0-9](?:_?[0-9])*)?|inf|nan)$/i

/** Python's own limit; beyond it conversion takes time that grows with the square. */
export const longestInt = 4300

/** An unquoted word typed as Hydra types it: `1_000` is an int, but `007`, `0x10` and `yes` are text. */
export const scalarOf = (word: string): Value => {
  const lower = word.toLowerCase()
  if (lower === 'null') return { type: 'null' }
  if (lower === 'true' || lower === 'false') return { type: 'bool', value: lower === 'true' }
  if (INT.test(word)) return { type: 'int', value: BigInt(digits(word)) }
  if (FLOAT.test(word)) return { type: 'float', value: floatOf(lower) }
  return { type: 'string', value: word, quote: null }
}

/** What Python's `int(text)` takes, so leading zeros and blanks around too; null for the rest. */
export const intFrom = (text: string): bigint | null => {
  const word = text.trim()
  return /^[+-]?[0-9](?:_?[0-9])*$/.test(word) && word.length <= longestInt
    ? BigInt(digits(word))
    : null
}

/** What Python's `float(text)` takes; null for the rest. */
export const floatFrom = (text: string): number | null => {
  const word = text.trim().toLowerCase()
  if (/^[+-]?(?:inf(?:inity)?|nan)$/.test(word)) return floatOf(word)
  const number =
    /^[+-]?(?:[0-9](?:_?[0-9])*\.?|(?:[0-9](?:_?[0-9])*)?\.[0-9](?:_?[0-9])*)(?:e[+-]?[0-9](?:_?[0-9])*)?$/
  return number.test(word) ? floatOf(word) : null
}

const digits = (word: string): string => word.replaceAll('_', '').replace('+', '')

const floatOf = (lower: string): number => {
  if (lower.endsWith('nan')) return Number.NaN
  if (lower.includes('inf')) return lower.startsWith('-') ? -Infinity : Infinity
  return Number(digits(lower))
}
