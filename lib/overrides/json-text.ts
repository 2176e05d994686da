import { floatText } from './float-text.ts'
import type { Value } from './override.ts'

/** The value as Python's `json.dumps` writes it: blanks after `,` and `:`, nothing but ASCII. */
export const jsonText = (value: Value): string => {
  switch (value.type) {
    case 'null':
      return 'null'
    case 'bool':
    case 'int':
      return String(value.value)
    case 'float':
      return Number.isFinite(value.value) ? floatText(value.value) : notFinite(value.value)
    case 'string':
      return asciiText(value.value)
    case 'list':
      return `[${value.items.map(jsonText).join(', ')}]`
    case 'dict':
      return `{${value.entries.map(([key, held]) => `${keyText(key)}: ${jsonText(held)}`).join(', ')}}`
  }
}

const notFinite = (value: number): string =>
  Number.isNaN(value) ? 'NaN' : value > 0 ? 'Infinity' : '-Infinity'

const keyText = (key: Value): string =>
  key.type === 'string' ? asciiText(key.value) : `"${jsonText(key)}"`

const asciiText = (text: string): string =>
  JSON.stringify(text).replace(
    /[^\x20-\x7e]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
