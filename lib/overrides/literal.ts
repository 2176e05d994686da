import { OverrideError } from './override-error.ts'
import { type ParsedOverride, parseOverride } from './parse.ts'
import { isValue } from './sweep.ts'

/**
 * Reads an override whose value is one value, whatever commas it has: `name=a,b` is the text “a,b”,
 * and so is all else that the grammar has no single value for. What begins like a list, a dict or a
 * quoted text must be one that can be read.
 */
export const parseLiteral = (argument: string): ParsedOverride => {
  const valueAt = argument.indexOf('=') + 1
  const typed = argument.slice(valueAt)
  try {
    const parsed = parseOverride(argument)
    if (parsed.value === null || isValue(parsed.value)) return parsed
  } catch (error) {
    if (!(error instanceof OverrideError)) throw error
    if (valueAt === 0 || error.position < valueAt || /^\s*[[{'"]/.test(typed)) throw error
  }
  const { value: _, text: __, ...key } = parseOverride(argument.slice(0, valueAt))
  return { ...key, value: { type: 'string', value: typed, quote: 'single' }, text: argument }
}
