import { floatText } from './float-text.ts'
import { jsonText } from './json-text.ts'
import type { Value } from './override.ts'
import { floatFrom, intFrom } from './scalar.ts'

export type Cast = 'int' | 'float' | 'str' | 'bool' | 'json_str'

/** The value cast, or null where it has no such form. */
export const castValue = (value: Value, to: Cast): Value | null => {
  if (to === 'json_str') return text(jsonText(value))
  if (value.type === 'list') {
    const items = value.items.map((item) => castValue(item, to))
    return items.every((item) => item !== null) ? { type: 'list', items } : null
  }
  if (value.type === 'dict') {
    const entries: [Value, Value][] = []
    for (const [key, held] of value.entries) {
      const cast = castValue(held, to)
      if (cast === null) return null
      entries.push([key, cast])
    }
    return { type: 'dict', entries }
  }
  if (value.type === 'null') return to === 'bool' ? { type: 'bool', value: false } : null
  return { int: toInt, float: toFloat, str: toText, bool: toBool }[to](value)
}

type Scalar = Extract<Value, { value: unknown }>

const toInt = (scalar: Scalar): Value | null => {
  const value =
    scalar.type === 'string'
      ? intFrom(scalar.value)
      : typeof scalar.value === 'number' && !Number.isFinite(scalar.value)
        ? null
        : BigInt(typeof scalar.value === 'number' ? Math.trunc(scalar.value) : scalar.value)
  return value === null ? null : { type: 'int', value }
}

const toFloat = (scalar: Scalar): Value | null => {
  const value = scalar.type === 'string' ? floatFrom(scalar.value) : Number(scalar.value)
  const isTooBig = scalar.type === 'int' && !Number.isFinite(value)
  return value === null || isTooBig ? null : { type: 'float', value }
}

const toText = (scalar: Scalar): Value =>
  text(scalar.type === 'float' ? floatText(scalar.value) : String(scalar.value))

const toBool = (scalar: Scalar): Value | null => {
  if (scalar.type !== 'string') {
    return { type: 'bool', value: Number.isNaN(scalar.value) || Boolean(scalar.value) }
  }
  const lower = scalar.value.toLowerCase()
  return lower === 'true' || lower === 'false' ? { type: 'bool', value: lower === 'true' } : null
}

const text = (value: string): Value => ({ type: 'string', value, quote: null })
