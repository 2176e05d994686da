import { floatText } from '../../overrides/float-text.ts'
import type { Value } from '../../overrides/override.ts'
import { dotted, keyName } from '../keys.ts'
import { isPlainString } from './plain-scalar.ts'

/** How a value stands: within brackets or not, in which quotes if it needs some or had some. */
export interface Style {
  inFlow: boolean
  quote: 'single' | 'double' | null
}

export const yamlText = (value: Value, style: Style): string => {
  const inner: Style = { inFlow: true, quote: null }
  if (value.type === 'list') {
    return `[${value.items.map((item) => yamlText(item, inner)).join(', ')}]`
  }
  if (value.type === 'dict') {
    const entries = value.entries.map(([key, item]) => `${keyText(key)}: ${yamlText(item, inner)}`)
    return `{${entries.join(', ')}}`
  }
  if (value.type === 'null') return 'null'
  if (value.type === 'float') return yamlFloat(value.value)
  return value.type === 'string' ? stringText(value.value, style) : String(value.value)
}

/** Only text needs quotes to stay text: a number or truth value may be a key as it is. */
const keyText = (key: Value): string =>
  key.type === 'string' ? nameText(key.value, true) : keyName(key)

/** A key. `y` and `n` are common names, and only the letter of YAML 1.1 makes truth values of them. */
export const nameText = (name: string, inFlow: boolean): string =>
  /^[yn]$/i.test(name) ? name : stringText(name, { inFlow, quote: null })

const yamlFloat = (value: number): string => {
  if (Number.isNaN(value)) return '.nan'
  if (!Number.isFinite(value)) return value < 0 ? '-.inf' : '.inf'
  // Without its dot `1e-05` is a string to YAML 1.1.
  return dotted(floatText(value))
}

const stringText = (text: string, { inFlow, quote }: Style): string => {
  if (quote === 'double' || needsEscapes(text)) return doubleQuoted(text)
  if (quote === null && isPlainString(text, inFlow)) return text
  return `'${text.replaceAll("'", "''")}'`
}

/** Line breaks, and what YAML doesn't count as printable. */
const needsEscapes = (text: string): boolean =>
  /[\p{Cc}\p{Cs}\u2028\u2029\uFEFF\uFFFE\uFFFF]/u.test(text)

const doubleQuoted = (text: string): string =>
  JSON.stringify(text).replace(
    /[\p{Cc}\u2028\u2029\uFEFF\uFFFE\uFFFF]/gu,
    (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
