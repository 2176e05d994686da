import { UserError } from '../../errors.ts'
import { floatText } from '../../overrides/float-text.ts'
import type { Value } from '../../overrides/override.ts'

/** A value as a Python literal, its strings in the quotes wanted where they hold none of those. */
export const pythonText = (path: string[], value: Value, quote = "'"): string => {
  if (value.type === 'null') return 'None'
  if (value.type === 'bool') return value.value ? 'True' : 'False'
  if (value.type === 'int') return String(value.value)
  if (value.type === 'float') return pythonFloat(path, value.value)
  if (value.type === 'string') return stringText(value.value, quote)
  const text = (part: Value): string => pythonText(path, part, quote)
  if (value.type === 'list') return `[${value.items.map(text).join(', ')}]`
  return `{${value.entries.map(([key, item]) => `${text(key)}: ${text(item)}`).join(', ')}}`
}

const pythonFloat = (path: string[], value: number): string => {
  if (Number.isFinite(value)) return floatText(value)
  const text = floatText(value)
  throw new UserError(
    'bad-override',
    `${path.join('.')}=${text}: Python has no literal for ${text}`,
  )
}

const stringText = (text: string, wanted: string): string => {
  const other = wanted === "'" ? '"' : "'"
  const quote = text.includes(wanted) && !text.includes(other) ? other : wanted
  const inner = text
    .replace(/[\\\p{Cc}\p{Cs}\u2028\u2029]/gu, escaped)
    .replaceAll(quote, `\\${quote}`)
  return quote + inner + quote
}

const escaped = (sign: string): string => {
  const known = ESCAPES.get(sign)
  if (known !== undefined) return known
  return `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`
}

const ESCAPES = new Map([
  ['\\', '\\\\'],
  ['\n', '\\n'],
  ['\r', '\\r'],
  ['\t', '\\t'],
])
