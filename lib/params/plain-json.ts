import { emptyObject, isFloat, noteFloat, type Plain } from './plain.ts'

/** JSON on one line: big integers by their digits, 1.0 as 1.0, NaN and infinities as strings. */
export const printPlain = (value: Plain): string => printed(value, false)

/** Reads what `printPlain` wrote, and any other JSON. */
export const parsePlain = (text: string): Plain =>
  NEEDS_CARE.test(text) ? JSON.parse(text, revive) : bare(JSON.parse(text) as Plain)

/** A whole number written as a float, one that a double may not hold, or a key that is none of ours. */
const NEEDS_CARE = /\d\.0+(?!\d)|\d[eE]|\d{16}|__proto__/

/** Without what objects inherit, so that a file may be called `constructor`. */
const bare = (value: Plain): Plain => {
  if (value === null || typeof value !== 'object') return value
  if (Array.isArray(value)) return value.map(bare)
  const object = emptyObject()
  for (const key in value) object[key] = bare(value[key] ?? null)
  return object
}

const printed = (value: Plain, float: boolean): string => {
  if (typeof value === 'bigint') return String(value)
  if (typeof value === 'number') return printedNumber(value, float)
  if (value === null || typeof value !== 'object') return JSON.stringify(value)
  if (Array.isArray(value)) {
    return `[${value.map((item, at) => printed(item, isFloat(value, String(at)))).join(',')}]`
  }
  const entries = Object.entries(value)
  return `{${entries.map(([key, item]) => `${JSON.stringify(key)}:${printed(item, isFloat(value, key))}`).join(',')}}`
}

const printedNumber = (value: number, float: boolean): string => {
  if (!Number.isFinite(value)) return `"${value}"`
  if (Object.is(value, -0)) return '-0.0'
  return float && Number.isInteger(value) && Math.abs(value) < 1e21 ? `${value}.0` : String(value)
}

type Revived = [key: string, value: Plain, context?: { source?: string }]

function revive(this: object, ...[key, value, context]: Revived): Plain {
  const source = context?.source
  if (typeof value === 'number' && source !== undefined) {
    if (/[.eE]/.test(source)) {
      if (Number.isInteger(value)) noteFloat(this, key)
      return value
    }
    return Number.isSafeInteger(value) ? value : BigInt(source)
  }
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return value
  const object = Object.assign(emptyObject(), value)
  for (const name of Object.keys(object)) if (isFloat(value, name)) noteFloat(object, name)
  return object
}
